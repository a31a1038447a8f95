"""What a ``uv.lock`` has installed: names and versions, for groups, extras and a Python.

The file may hold anything; what has not the documented shape is passed over
(https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from uvdive.base import toml
from uvdive.base.names import normal_name

NOT_INSTALLED = "virtual"
"""The source of a project that is none of Python's packages: its dependencies alone are installed."""

LOCAL = frozenset({NOT_INSTALLED, "editable", "directory"})
"""The sources that are folders of the author's."""

_KINDS = (*sorted(LOCAL), "registry", "git", "url", "path")


@dataclass(frozen=True, slots=True)
class Link:
    """One dependency; ``version`` where the lock has several of that name, the extras, the marker."""

    name: str
    version: str | None = None
    extras: tuple[str, ...] = ()
    marker: str | None = None


_MOST_VERSIONS = 200
"""Of one package: a fork of the resolution has one, and each that may be meant is looked at."""

_ARCHITECTURES = ("x86_64", "aarch64")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package; ``kind`` of its source and, of a folder, its ``place`` from the lock's own on.

    ``wheels`` are the names of the wheels that the lock knows.
    """

    name: str
    version: str | None
    kind: str
    place: str = ""
    needs: tuple[Link, ...] = ()
    extras: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    wheels: tuple[str, ...] = ()

    def has_wheel(self, minor: str, libc: str) -> bool:
        """Is there a wheel for a Python (``3.13``) on Linux, x86-64 and arm64, with ``glibc`` or ``musl``?

        https://packaging.python.org/en/latest/specifications/binary-distribution-format/
        """
        return all(any(fits(name, minor, libc, each) for name in self.wheels) for each in _ARCHITECTURES)


@dataclass(frozen=True, slots=True)
class LockFile:
    """All packages by normalized name, and the members of the workspace.

    ``requires_python`` is the lock's own; ``groups`` and ``needs`` are those of a
    workspace whose root is no project.
    """

    packages: Mapping[str, tuple[Locked, ...]]
    members: frozenset[str]
    requires_python: str = ""
    needs: tuple[Link, ...] = ()
    groups: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)

    def at(self, place: str) -> Locked | None:
        """The package whose source is a folder, named from the lock's own on (``.``)."""
        every = (package for packages in self.packages.values() for package in packages)
        return next((each for each in every if each.kind in LOCAL and each.place == place), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an install is asked for: groups (``*``: all), extras (``*``: all), and the projects themselves."""

    groups: frozenset[str] = frozenset()
    extras: frozenset[str] = frozenset()
    projects: bool = True


@dataclass(slots=True)
class Wanted:
    """What a lock has installed for it: by name the packages that may be meant.

    ``sure`` are the names that no marker leaves open.
    """

    packages: dict[str, list[Locked]] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)


_QUOTED = r'"[^"\\\x00-\x1f\x7f]{0,2000}"'
_FILE = re.compile(
    r'^(    |sdist = )\{ url = "(?:[^"\\#\x00-\x1f\x7f]{0,2000}/)?([^"\\#/\x00-\x1f\x7f]{0,300})"'
    rf"(?:, hash = {_QUOTED})?(?:, size = [1-9][0-9]{{0,14}})?(?:, upload-time = {_QUOTED})? (?=\}},?$)",
    re.MULTILINE,
)
"""A file of a package on a line of its own, as uv writes it, and the file's name in it."""


def _shorter(text: str) -> str:
    """The lock without what nobody reads of packages' files, which is most of it and takes long to parse.

    A text with strings over several lines may hold such a line as a string, and stays.
    """
    if '"""' in text or "'''" in text:
        return text
    return _FILE.sub(r'\1{ url = "\2" ', text)


@lru_cache(maxsize=4)  # every `uv run` of every draft asks for the same
def read_lock(text: str) -> LockFile | None:
    """The lock of a text; None where it is none."""
    try:
        top: dict[str, Any] = toml.loads(_shorter(text))
    except ValueError:
        return None
    entries = top.get("package")
    manifest = as_table(top.get("manifest"))
    if not isinstance(entries, list) and not manifest and "version" not in top:
        return None
    packages: dict[str, list[Locked]] = {}
    for entry in entries if isinstance(entries, list) else ():
        package = _package(entry)
        if package is not None:
            packages.setdefault(package.name, []).append(package)
            if len(packages[package.name]) > _MOST_VERSIONS:
                return None
    members = frozenset(normal_name(m) for m in as_list(manifest.get("members")) if isinstance(m, str))
    return LockFile(
        {name: tuple(several) for name, several in packages.items()},
        members,
        _text(top.get("requires-python")) or "",
        _links(manifest.get("requirements")),
        _by_name(manifest.get("dependency-groups")),
    )


def wanted(lock: LockFile, roots: Collection[str], asked: Asked, markers: Mapping[str, str]) -> Wanted:
    """What a lock has installed for some projects of its own.

    Args:
        lock: the lock.
        roots: the projects' normalized names; none: those of a workspace without a project at its root.
        asked: the groups and extras.
        markers: the environment of PEP 508, as far as it is known.
    """
    found, holds = Wanted(), _Markers(markers)
    pending: list[tuple[Link, bool]] = []
    for root in roots:
        for package in lock.packages.get(root, ()):
            if asked.projects:
                found.packages.setdefault(root, []).append(package)
                found.sure.add(root)
                pending += [(link, True) for link in package.needs]
                pending += [(link, True) for link in _picked(package.extras, asked.extras)]
            pending += [(link, True) for link in _picked(package.groups, asked.groups)]
    if asked.projects:
        pending += [(link, True) for link in lock.needs]
    pending += [(link, True) for link in _picked(lock.groups, asked.groups)]
    seen: set[tuple[Link, bool]] = set()
    listed = {id(package) for known in found.packages.values() for package in known}
    while pending:
        link, sure = pending.pop()
        applies = holds(link.marker)
        state = link, sure and applies is True
        if applies is False or state in seen:
            continue
        seen.add(state)
        meant = [p for p in lock.packages.get(link.name, ()) if link.version in (None, p.version)]
        known = found.packages.setdefault(link.name, [])
        known += [package for package in meant if id(package) not in listed]
        listed.update(map(id, meant))
        if state[1] and meant:
            found.sure.add(link.name)
        for package in meant:
            extras = [each for name in link.extras for each in package.extras.get(name, ())]
            pending += [(each, state[1]) for each in (*package.needs, *extras)]
    return found


class _Markers:
    """Answers markers; None where one asks for what is not known here, as for the extras that conflict."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._known: dict[str, bool | None] = {}

    def __call__(self, marker: str | None) -> bool | None:
        if marker is None:
            return True
        if marker not in self._known:
            self._known[marker] = self._answer(marker)
        return self._known[marker]

    def _answer(self, text: str) -> bool | None:
        from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

        named = set(re.findall(r"\b(?:extra|platform_release|platform_version)\b", text))
        if named - self.environment.keys():
            return None
        try:
            return Marker(text).evaluate(dict(self.environment))
        except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
            return None


def _picked(tables: Mapping[str, tuple[Link, ...]], names: Collection[str]) -> Iterator[Link]:
    for name, links in tables.items():
        if "*" in names or normal_name(name) in names:
            yield from links


def _package(entry: Any) -> Locked | None:
    name = _text(as_table(entry).get("name"))
    if name is None:
        return None
    source = as_table(entry.get("source"))
    kind = next((kind for kind in _KINDS if isinstance(source.get(kind), str)), "")
    place = source[kind] if kind in LOCAL else ""
    return Locked(
        normal_name(name),
        _text(entry.get("version")),
        kind,
        place,
        _links(entry.get("dependencies")),
        _by_name(entry.get("optional-dependencies")),
        _by_name(entry.get("dev-dependencies")),
        tuple(_wheel_names(entry.get("wheels"))),
    )


def _wheel_names(listed: Any) -> Iterator[str]:
    for wheel in as_list(listed):
        table = as_table(wheel)
        found = next((text for key in ("filename", "url", "path") if (text := _text(table.get(key)))), "")
        name = found.partition("#")[0].rpartition("/")[2]
        if name.endswith(".whl"):
            yield name


def fits(name: str, minor: str, libc: str, architecture: str) -> bool:
    """Can a Python (``3.13``) on Linux with that libc and architecture use the wheel of that name?"""
    parts = name.removesuffix(".whl").rsplit("-", 3)
    if len(parts) != 4:
        return False
    number = int(minor.partition(".")[2] or 0)
    pythons, abis, platforms = (part.split(".") for part in parts[1:])
    tag = f"cp3{number}"
    older = (p for p in pythons if p.startswith("cp3") and p[3:].isdecimal() and int(p[3:]) <= number)
    runs = ("abi3" in abis and any(older)) or (tag in pythons and tag in abis) or "py3" in pythons
    linux = ("manylinux" if libc == "glibc" else "musllinux", "linux")
    return runs and any(p == "any" or (p.startswith(linux) and p.endswith(architecture)) for p in platforms)


def _by_name(tables: Any) -> dict[str, tuple[Link, ...]]:
    return {normal_name(name): _links(listed) for name, listed in as_table(tables).items()}


def _links(listed: Any) -> tuple[Link, ...]:
    found = []
    for item in as_list(listed):
        name = _text(as_table(item).get("name"))
        if name is not None:
            extras = tuple(normal_name(e) for e in as_list(item.get("extra")) if isinstance(e, str))
            extras += tuple(normal_name(e) for e in as_list(item.get("extras")) if isinstance(e, str))
            found.append(
                Link(normal_name(name), _text(item.get("version")), extras, _text(item.get("marker")))
            )
    return tuple(found)


def as_table(value: Any) -> dict[str, Any]:
    """A value of a TOML file that has to be a table; an empty one where it is something else."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """A value of a TOML file that has to be a list; an empty one where it is something else."""
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
