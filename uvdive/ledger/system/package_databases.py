"""OS packages from dpkg's, apk's and rpm's databases, as they stood layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from uvdive.distro import places
from uvdive.image.table import FileTable, Kind
from uvdive.ledger.marks.claims import Claims
from uvdive.ledger.marks.components import text
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.paths import PathFinder

PackageNumber = Callable[[str, str, str], int]
"""Gives the number of a package by name, version and section (dpkg's; else empty)."""

DPKG = places.DPKG.encode()
APK = tuple(map(str.encode, places.APK))
RPM = tuple(map(str.encode, places.RPM))
DATABASES = tuple(map(str.encode, places.DATABASES))
"""The folders in which package managers keep what they installed."""

_RPM_OLD = (b"Packages", b"Packages.db")


@dataclass(frozen=True, slots=True)
class Stanza:
    """What a dpkg status file says of a package."""

    version: str
    section: str


@dataclass(slots=True)
class OsPackages:
    """Claims of packages on files; ``layers`` are those that wrote a package database."""

    claims: Claims
    layers: set[int] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)


def stanzas(status: bytes) -> dict[str, Stanza]:
    """Package name to what its stanza in a dpkg status file says."""
    found: dict[str, Stanza] = {}
    for stanza in status.split(b"\n\n"):
        values = {b"Package": "", b"Version": "", b"Section": ""}
        for line in stanza.split(b"\n"):
            key, separator, value = line.partition(b": ")
            if separator and key in values:
                values[key] = text(value.strip())
        if values[b"Package"]:
            found[values[b"Package"]] = Stanza(values[b"Version"], values[b"Section"])
    return found


def find_packages(contents: KeptContents, number: PackageNumber) -> OsPackages:
    """Let every OS package of every layer claim its files."""
    found = OsPackages(Claims(contents.table))
    finder = PathFinder(contents.table)
    _claim_dpkg(contents, found, finder, number)
    _claim_distroless(contents, found, finder, number)
    _claim_apk(contents, found, finder, number)
    _claim_rpm(contents, found, finder, number)
    return found


def _written(table: FileTable, node: int) -> Iterator[int]:
    """The layers that wrote a regular file at a node."""
    return (table.entry_layer[e] for e in table.entries_of(node) if table.entry_kind[e] == Kind.FILE)


def _claim_dpkg(contents: KeptContents, found: OsPackages, finder: PathFinder, number: PackageNumber) -> None:
    """Files by the ``.list`` files of dpkg; a package's other files in ``info`` are its own too (dpkg(1))."""
    table = contents.table
    status, info = table.find(DPKG + b"/status"), table.find(DPKG + b"/info")
    if status is not None:
        found.layers.update(_written(table, status))
    if info is None:
        return
    moved = _Diversions(contents)
    by_layer: dict[int, dict[str, Stanza]] = {}
    control: dict[bytes, list[int]] = {}
    for node in table.children(info):
        control.setdefault(table.names[node].rpartition(b".")[0], []).append(node)
    for stem, nodes in control.items():
        lists = table.find_below(info, stem + b".list")
        package = text(stem).partition(":")[0]
        for entry, data in () if lists is None else contents.files(lists):
            first, death = table.entry_layer[entry], table.entry_death[entry]
            if first not in by_layer:
                by_layer[first] = stanzas(contents.read(DPKG + b"/status", first) or b"")
            stanza = by_layer[first].get(package, Stanza("", ""))
            component = number(package, stanza.version, stanza.section)
            found.claims.add_all(nodes, component, first, death)
            diverted, paths = moved.at(first), data.split(b"\n")
            if diverted:
                paths = [_place(path, package, diverted) for path in paths]
            found.claims.add_all(finder.files(paths), component, first, death)


def _place(path: bytes, package: str, diverted: Mapping[bytes, tuple[bytes, str]]) -> bytes:
    """Where a package's file really lies: another package may have diverted it."""
    target = diverted.get(path)
    return path if target is None or target[1] == package else target[0]


class _Diversions:
    """dpkg's diversions by layer: path to where it went, and whose diversion it is (``:`` local)."""

    def __init__(self, contents: KeptContents) -> None:
        self._contents = contents
        self._by_layer: dict[int, dict[bytes, tuple[bytes, str]]] = {}

    def at(self, layer: int) -> Mapping[bytes, tuple[bytes, str]]:
        if layer not in self._by_layer:
            lines = (self._contents.read(DPKG + b"/diversions", layer) or b"").split(b"\n")
            triples = zip(lines[::3], lines[1::3], lines[2::3], strict=False)
            self._by_layer[layer] = {source: (target, text(owner)) for source, target, owner in triples}
        return self._by_layer[layer]


def _claim_distroless(
    contents: KeptContents, found: OsPackages, finder: PathFinder, number: PackageNumber
) -> None:
    """Distroless images: a stanza per package in ``status.d``, its files in ``NAME.md5sums``."""
    table = contents.table
    folder = table.find(DPKG + b"/status.d")
    for node in () if folder is None else table.children(folder):
        name = table.names[node]
        found.layers.update(_written(table, node))
        if name.endswith(b".md5sums"):
            continue
        sums = table.find_below(folder or 0, name + b".md5sums")
        for entry, data in contents.files(node):
            span = table.entry_layer[entry], table.entry_death[entry]
            for package, stanza in stanzas(data).items():
                component = number(package, stanza.version, stanza.section)
                found.claims.add(node, component, *span)
                for _, listed in () if sums is None else contents.files(sums):
                    found.claims.add(sums or 0, component, *span)
                    paths = (b"/" + line[34:].lstrip(b"/") for line in listed.split(b"\n"))
                    found.claims.add_all(finder.files(paths), component, *span)


def _claim_apk(contents: KeptContents, found: OsPackages, finder: PathFinder, number: PackageNumber) -> None:
    """Files by apk's ``F:`` and ``R:`` lines (apk-tools, "installed database")."""
    table = contents.table
    for folder in APK:
        node = table.find(folder + b"/installed")
        if node is None:
            continue
        found.layers.update(_written(table, node))
        for entry, data in contents.files(node):
            span = table.entry_layer[entry], table.entry_death[entry]
            for (name, version), files in groupby(_apk_files(data), itemgetter(0, 1)):
                owned = finder.files(path for _, _, path in files)
                if owned:
                    found.claims.add_all(owned, number(name, version, ""), *span)


def _apk_files(database: bytes) -> Iterator[tuple[str, str, bytes]]:
    name = version = ""
    folder = b""
    for line in database.split(b"\n"):
        key, value = line[:2], line[2:]
        if key == b"P:":
            name = text(value)
        elif key == b"V:":
            version = text(value)
        elif key == b"F:":
            folder = value
        elif key == b"R:":
            yield name, version, (b"/" + folder if folder else b"") + b"/" + value
        elif not line:
            name, version, folder = "", "", b""


def _claim_rpm(contents: KeptContents, found: OsPackages, finder: PathFinder, number: PackageNumber) -> None:
    """Files by rpm's database where it is SQLite; the older formats are named in a warning."""
    table = contents.table
    for folder in RPM:
        for old in _RPM_OLD:
            node = table.find(folder + b"/" + old)
            if node is not None and table.visible(node) is not None:
                found.layers.update(_written(table, node))
                found.warnings.append(f"{text(folder)}/{text(old)} is in a format that is not read")
        node = table.find(folder + b"/rpmdb.sqlite")
        if node is None:
            continue
        from uvdive.distro.rpm_header import read_rpmdb

        found.layers.update(_written(table, node))
        for entry, data in contents.files(node):
            span = table.entry_layer[entry], table.entry_death[entry]
            try:
                for package in read_rpmdb(data):
                    component = number(package.name, package.version, "")
                    found.claims.add_all(finder.files(package.paths), component, *span)
            except ValueError as error:
                found.warnings.append(f"{text(folder)}/rpmdb.sqlite cannot be read: {error}")
