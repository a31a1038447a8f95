"""The OS packages that are installed in the end, with what each depends on (dpkg's and apk's databases)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from uvdive.ledger.marks.components import text
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.package_databases import APK, DPKG

Read = Callable[[bytes], bytes | None]
"""Reads a small file of the final state by its path; None where it is not there or can't be read."""

_NAME = re.compile(r"[^\s(:<>=~\[]+")


@dataclass(frozen=True, slots=True)
class Installed:
    """One package. ``depends`` holds the alternatives of each dependency, in order of preference."""

    name: str
    version: str
    depends: tuple[tuple[str, ...], ...] = ()
    recommends: tuple[tuple[str, ...], ...] = ()
    provides: tuple[str, ...] = ()


def installed_packages(read: Read) -> dict[str, Installed]:
    """The packages by name; empty where there is no database that is read.

    apk's ``so:``, ``cmd:`` and ``pc:`` names stand among ``depends`` and ``provides`` as they are.
    """
    status = read(DPKG + b"/status")
    if status is not None:
        found = [_debian(stanza) for stanza in status.split(b"\n\n")]
    else:
        database = next((data for folder in APK if (data := read(folder + b"/installed"))), b"")
        found = [_alpine(stanza) for stanza in database.split(b"\n\n")]
    return {package.name: package for package in found if package is not None}


def _debian(stanza: bytes) -> Installed | None:
    fields: dict[str, str] = {}
    for line in text(stanza).split("\n"):
        key, colon, value = line.partition(":")
        if colon and not line.startswith((" ", "\t")):
            fields[key] = value.strip()
    if not fields.get("Package") or " installed" not in fields.get("Status", ""):
        return None
    depends = f"{fields.get('Pre-Depends', '')},{fields.get('Depends', '')}"
    return Installed(
        fields["Package"],
        fields.get("Version", ""),
        tuple(_relations(depends)),
        tuple(_relations(fields.get("Recommends", ""))),
        tuple(name for names in _relations(fields.get("Provides", "")) for name in names),
    )


def _relations(value: str) -> Iterator[tuple[str, ...]]:
    """Names of ``a (>= 1) | b:any, c``: one tuple for each comma, without versions."""
    for group in value.split(","):
        names = tuple(match[0] for one in group.split("|") if (match := _NAME.match(one.strip())))
        if names:
            yield names


def _alpine(stanza: bytes) -> Installed | None:
    fields = {line[:1]: line[2:] for line in text(stanza).split("\n") if line[1:2] == ":"}
    if not fields.get("P"):
        return None

    def names(key: str) -> Iterator[str]:
        return (re.split(r"[<>=~]", word)[0] for word in fields.get(key, "").split())

    depends = tuple((name,) for name in names("D") if not name.startswith("!"))
    return Installed(fields["P"], fields.get("V", ""), depends, (), tuple(names("p")))


def closure(
    packages: Mapping[str, Installed],
    names: Iterable[str],
    *,
    recommends: bool = False,
    surely: bool = False,
) -> frozenset[str]:
    """The packages that ``names`` bring along, themselves included, among those that are installed.

    Of alternatives all that are there count, for any of them may be the one that is meant;
    ``surely``: only the first, for an install of ``names`` alone brings that, there or not.
    """
    return Closures(packages).of(names, recommends=recommends, surely=surely)


class Closures:
    """The answers of ``closure`` about packages that stay as they are, each worked out once."""

    def __init__(self, packages: Mapping[str, Installed]) -> None:
        self._packages = packages
        self._providers: dict[str, list[str]] = {}
        for package in packages.values():
            for provided in package.provides:
                self._providers.setdefault(provided, []).append(package.name)
        self._known: dict[tuple[frozenset[str], bool, bool], frozenset[str]] = {}

    def of(self, names: Iterable[str], *, recommends: bool = False, surely: bool = False) -> frozenset[str]:
        """As ``closure`` says."""
        asked = frozenset(names), recommends, surely
        if asked not in self._known:
            self._known[asked] = _closure(self._packages, self._providers, *asked)
        return self._known[asked]


def _closure(
    packages: Mapping[str, Installed],
    providers: Mapping[str, list[str]],
    names: frozenset[str],
    recommends: bool,  # noqa: FBT001 - as in the key of what is known
    surely: bool,  # noqa: FBT001
) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        for real in [name] if name in packages else providers.get(name, []):
            if real in found:
                continue
            found.add(real)
            package = packages[real]
            for choices in (*package.depends, *(package.recommends if recommends else ())):
                waiting += choices[:1] if surely else choices
    return frozenset(found)


def package_names(report: ImageReport) -> frozenset[str]:
    """The names of an image's OS packages, by the ledger."""
    return frozenset(
        component.name
        for component in report.components
        if component.owner in ("base-os", "os-packages") and component.version is not None
    )
