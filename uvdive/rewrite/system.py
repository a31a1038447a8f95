"""What the app needs of the operating system: libraries by ELF headers, libraries and programs by name.

The section "System libraries" of the rules. Nothing is executed. What is found
only ever keeps or adds a package; finding nothing never drops one by itself.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from uvdive.base.progress import Note, OnEvent, ignore
from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, Kind
from uvdive.ledger.access import Contents, Place, UnreadableError
from uvdive.ledger.apps import is_apps
from uvdive.ledger.installed import Installed, installed_packages
from uvdive.ledger.linker import Linker
from uvdive.ledger.report import OWNERS, ImageReport
from uvdive.rewrite.systemtables import wanted_by

How = Literal["links", "loads", "runs"]

_SYSTEM = frozenset(OWNERS.index(owner) for owner in ("base-os", "os-packages"))
_BINS = tuple(f"{top}/{name}/" for top in ("", "/usr") for name in ("bin", "sbin", "games"))
_TEXTS = (b".py", b".sh", b".bash", b".toml", b".yml", b".yaml", b".ini", b".cfg", b".conf", b".json")
_MOST = 1 << 20
_LEAST_ELF = 64
_CALLS = re.compile(rb"subprocess|Popen|os\.system|which\(|os\.exec|create_subprocess|spawn")
_LOADS = re.compile(rb"ctypes|dlopen|cdll|find_library|ffi\b", re.IGNORECASE)
_LITERAL = re.compile(rb"""["']([\w.+/-]{2,80})(?=["'\s])""")
_WORD = re.compile(rb"[\w.+-]{2,80}")


@dataclass(frozen=True, slots=True)
class Need:
    """``by`` (a path, a distribution, an instruction) needs ``thing`` of an OS package.

    ``links`` is told by an ELF header. ``loads`` and ``runs`` are told by a name in a
    text, or by the tables; ``sure`` is false for a mere name in the environment's code.
    """

    package: str
    thing: str
    by: str
    how: How
    sure: bool = True


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """``packages`` are installed in the end; ``first_layer`` is the index of each one's lowest layer.

    ``bytes`` are of live files; ``programs`` maps names of programs to packages;
    ``listed`` are the folders and symlinks that only added packages brought, with these.
    """

    packages: Mapping[str, Installed]
    first_layer: Mapping[str, int]
    bytes: Mapping[str, int]
    needs: tuple[Need, ...]
    programs: Mapping[str, str]
    listed: Mapping[str, frozenset[str]]


def read_system(report: ImageReport, place: Place, *, on_event: OnEvent = ignore) -> SystemFacts:
    """Read the package database, the ELF headers and the texts of the app; for the worker process.

    Raises:
        EngineError: the engine went away.
    """
    on_event(Note("Looking for what the app needs of the system"))
    with Contents(report.files, place) as contents:
        return _Reader(report, contents).facts()


class _Reader:
    def __init__(self, report: ImageReport, contents: Contents) -> None:
        self.report, self.table, self.contents = report, report.files, contents

    def facts(self) -> SystemFacts:
        packages = installed_packages(self._small)
        added = {name for name in packages if not self._is_base(name)}
        needs: dict[tuple[str, str, How], Need] = {}
        if added:
            for need in itertools.chain(self._linked(), self._by_table(packages), self._named(added)):
                known = needs.setdefault((need.package, need.thing, need.how), need)
                if need.sure and not known.sure:
                    needs[need.package, need.thing, need.how] = need
        sizes: dict[str, int] = {}
        for inode in range(self.table.inodes):
            name = self._package_of_inode(inode)
            if name is not None and self.table.inode_live(inode):
                sizes[name] = sizes.get(name, 0) + self.table.inode_size(inode)
        return SystemFacts(
            packages,
            self._first_layer,
            sizes,
            tuple(needs.values()),
            self._programs,
            self._listed(added),
        )

    def _small(self, path: bytes) -> bytes | None:
        node = resolve(self.table, path).node
        entry = None if node is None else self.table.visible(node)
        if entry is None or self.table.entry_kind[entry] != Kind.FILE:
            return None
        return self._read(entry, 64 << 20)

    def _read(self, entry: int, most: int = _MOST) -> bytes:
        try:
            with self.contents.open(entry) as file:
                return file.read(most)
        except UnreadableError:
            return b""

    def _package_of_inode(self, inode: int) -> str | None:
        number = self.report.inode_component[inode]
        if number == NONE or self.report.inode_owner[inode] not in _SYSTEM:
            return None
        component = self.report.components[number]
        return component.name if component.version is not None else None

    def _package(self, entry: int) -> str | None:
        inode = self.table.entry_inode[entry]
        return None if inode == NONE else self._package_of_inode(inode)

    def _listed(self, added: set[str]) -> dict[str, frozenset[str]]:
        """Folders and symlinks by the packages' own lists (dpkg's), and links of update-alternatives."""
        found: dict[int, set[str]] = {}
        for package in added:
            for stem in (package, f"{package}:{self._architecture}"):
                listed = self._small(f"/var/lib/dpkg/info/{stem}.list".encode()) or b""
                for path in listed.split(b"\n"):
                    folder, _, name = path.rpartition(b"/")
                    parent = resolve(self.table, folder).node if folder else 0
                    node = None if parent is None or not name else self.table.find_below(parent, name)
                    entry = None if node is None else self.table.visible(node)
                    if node is not None and entry is not None and self.table.entry_kind[entry] != Kind.FILE:
                        found.setdefault(node, set()).add(package)
        for node, package in self._alternatives():
            if package in added:
                found.setdefault(node, set()).add(package)
        paths = {self.table.path(node).decode("utf-8", "surrogateescape"): node for node in found}
        return {path: frozenset(found[node]) for path, node in paths.items()}

    def _alternatives(self) -> Iterator[tuple[int, str]]:
        for entry in self.table.live_entries():
            if self.table.entry_kind[entry] != Kind.SYMLINK:
                continue
            path = self.table.path(self.table.entry_node[entry])
            link = self.table.links[self.table.entry_link[entry]]
            if not (link.startswith(b"/etc/alternatives/") or path.startswith(b"/etc/alternatives/")):
                continue
            target = resolve(self.table, path).node
            found = None if target is None else self.table.visible(target)
            owner = None if found is None else self._package(found)
            if owner is not None:
                yield self.table.entry_node[entry], owner

    @property
    def _architecture(self) -> str:
        return self.report.image.platform.rpartition("/")[2]

    @cached_property
    def _first_layer(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for inode in range(self.table.inodes):
            name = self._package_of_inode(inode)
            if name is not None:
                layer = self.table.inode_layer(inode)
                found[name] = min(found.get(name, layer), layer)
        return found

    @cached_property
    def _base(self) -> list[bool]:
        return [layer.base or layer.index == 0 for layer in self.report.layers]

    def _is_base(self, package: str) -> bool:
        return self._base[self._first_layer.get(package, 0)]

    @cached_property
    def _programs(self) -> dict[str, str]:
        """Names of programs on the usual PATH -> packages; links (alternatives) are followed."""
        found: dict[str, str] = {}
        for entry in self.table.live_entries():
            path = self.table.path(self.table.entry_node[entry])
            if not path.startswith(tuple(top.encode() for top in _BINS)):
                continue
            node = resolve(self.table, path).node
            target = None if node is None else self.table.visible(node)
            package = None if target is None else self._package(target)
            if package is not None:
                found.setdefault(path.rpartition(b"/")[2].decode("utf-8", "replace"), package)
        return found

    def _judged(self) -> Iterator[tuple[int, bytes]]:
        """The live files of the app and its environments that no base brought."""
        table, mine = self.table, is_apps(self.report)
        for entry in table.live_entries():
            inode = table.entry_inode[entry]
            if inode == NONE or self._base[table.entry_layer[entry]]:
                continue
            if mine(inode):
                path = table.path(table.entry_node[entry])
                if b"/.cache/uv/" not in path:
                    yield entry, path

    def _linked(self) -> Iterator[Need]:
        linker = Linker(self.report, self.contents)
        for entry, path in self._judged():
            size, mode = self.table.entry_size[entry], self.table.entry_mode[entry]
            if size < _LEAST_ELF or (b".so" not in path.rpartition(b"/")[2] and not mode & 0o111):
                continue
            try:
                elf = linker.elf(entry)
            except UnreadableError:
                continue
            for name in elf.needed if elf else ():
                found = linker.find(elf, path, name) if elf else None
                package = None if found is None else self._package(found)
                if package is not None:
                    yield Need(package, name, path.decode("utf-8", "replace"), "links")

    def _by_table(self, packages: Iterable[str]) -> Iterator[Need]:
        for environment in self.report.environments:
            for distribution in environment.distributions:
                name = re.sub(r"[-_.]+", "-", distribution.name).lower()
                for package in packages:
                    how = wanted_by(name, package)
                    if how is not None:
                        yield Need(package, package, distribution.name, how)  # type: ignore[arg-type]

    def _named(self, added: set[str]) -> Iterator[Need]:
        """Programs and libraries of added packages that the app's or the environment's code names."""
        programs = {name.encode(): package for name, package in self._programs.items() if package in added}
        libraries = dict(self._libraries(added))
        if not programs and not libraries:
            return
        installed = (OWNERS.index("venv"), OWNERS.index("uv"))
        python = OWNERS.index("python")
        for entry, path in self._judged():
            owner = self.report.inode_owner[self.table.entry_inode[entry]]
            in_venv = owner in installed
            if owner == python or not self._is_text(entry, path, in_venv=in_venv):
                continue
            data = self._read(entry)
            by = path.decode("utf-8", "replace")
            literals = {match.rpartition(b"/")[2] for match in _LITERAL.findall(data)}
            if _LOADS.search(data):
                for name in literals & libraries.keys():
                    yield Need(libraries[name], name.decode(), by, "loads", sure=not in_venv)
            # Code names programs in quotes; a script or a setting may say it plainly.
            said = literals if path.endswith(b".py") else set(_WORD.findall(data))
            if in_venv and not _CALLS.search(data):
                continue
            for name in said & programs.keys():
                yield Need(programs[name], name.decode(), by, "runs", sure=not in_venv)

    def _is_text(self, entry: int, path: bytes, *, in_venv: bool) -> bool:
        if self.table.entry_size[entry] > _MOST or b"/test" in path:
            return False
        if in_venv:
            return path.endswith(b".py")
        name = path.rpartition(b"/")[2]
        return name.endswith(_TEXTS) or b"." not in name

    def _libraries(self, added: set[str]) -> Iterator[tuple[bytes, str]]:
        """``libx.so.1``, ``libx.so``, ``libx`` and ``x`` of the added packages' libraries."""
        for entry in self.table.live_entries():
            name = self.table.names[self.table.entry_node[entry]]
            if not name.startswith(b"lib") or b".so" not in name:
                continue
            node = resolve(self.table, self.table.path(self.table.entry_node[entry])).node
            target = None if node is None else self.table.visible(node)
            package = None if target is None else self._package(target)
            if package is not None and package in added:
                stem = name.partition(b".so")[0]
                for spelling in (name, stem + b".so", stem, stem[3:]):
                    if len(spelling) > 1:
                        yield spelling, package
