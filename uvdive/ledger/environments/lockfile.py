"""What a ``uv.lock`` or ``pyproject.toml`` asks for: pure functions of their bytes.

The former is read by ``uvdive.uv.lock``. Both may come from anywhere and hold anything; what does
not have the documented shape is passed over
(https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile, PEP 621, PEP 735).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from uvdive.base import toml
from uvdive.base.names import normal_name
from uvdive.uv.lock import NOT_INSTALLED, Link, as_list, as_table, read_lock

_OWN = frozenset({NOT_INSTALLED, "editable"})
"""The sources of the project itself and of its workspace's members."""

_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?")


@dataclass(frozen=True, slots=True)
class Need:
    """One requirement: a normalized name and the extras of it that are asked for.

    ``always`` is false where a marker decides.
    """

    name: str
    extras: tuple[str, ...] = ()
    always: bool = True


@dataclass(slots=True)
class Package:
    """What one package of a lock asks for: always, for each extra, for each group."""

    needs: list[Need] = field(default_factory=list)
    extras: dict[str, list[Need]] = field(default_factory=dict)
    groups: dict[str, list[Need]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lock:
    """The packages by normalized name, and which of them are the project's own."""

    packages: Mapping[str, Package]
    roots: tuple[str, ...]


def parse_lock(data: bytes) -> Lock | None:
    """The lock of the bytes of a ``uv.lock``; None where they are none, or lock nothing."""
    try:
        lock = read_lock(data.decode("utf-8"))
    except UnicodeDecodeError:
        return None
    if lock is None:
        return None
    packages: dict[str, Package] = {}
    own: list[tuple[bool, str]] = []
    for name, versions in lock.packages.items():
        # A package that is locked in several versions gets the needs of all of them.
        package = packages[name] = Package()
        for locked in versions:
            package.needs += _needs(locked.needs)
            _merge(package.extras, locked.extras)
            _merge(package.groups, locked.groups)
            if locked.kind in _OWN:
                own.append((locked.place != ".", name))
    mine = [name for far, name in sorted(own) if name in lock.members or (not lock.members and not far)]
    roots = mine or [name for _, name in sorted(own)]
    top = Package(_needs(lock.needs))
    _merge(top.groups, lock.groups)
    if top.needs or top.groups:
        packages[""] = top
        roots.append("")
    return Lock(packages, tuple(dict.fromkeys(roots))) if packages else None


def parse_project(data: bytes) -> Lock | None:
    """What a ``pyproject.toml`` asks for directly; None where it holds no project."""
    top = _load(data)
    project = as_table(top.get("project"))
    name = project.get("name")
    if not isinstance(name, str):
        return None
    package = Package(_requirements(project.get("dependencies")))
    for extra, listed in as_table(project.get("optional-dependencies")).items():
        package.extras[normal_name(extra)] = _requirements(listed)
    groups = as_table(top.get("dependency-groups"))
    for group in groups:
        package.groups[group] = list(_group(groups, group, set()))
    return Lock({normal_name(name): package}, (normal_name(name),))


def _load(data: bytes) -> dict[str, Any]:
    try:
        return toml.loads(data.decode("utf-8"))
    except ValueError:
        return {}


def _needs(links: Iterable[Link]) -> list[Need]:
    return [Need(link.name, link.extras, link.marker is None) for link in links]


def _merge(into: dict[str, list[Need]], tables: Mapping[str, Iterable[Link]]) -> None:
    for name, links in tables.items():
        into.setdefault(name, []).extend(_needs(links))


def _requirements(listed: Any) -> list[Need]:
    found = []
    for item in as_list(listed):
        match = _REQUIREMENT.match(item) if isinstance(item, str) else None
        if match:
            extras = [normal_name(e.strip()) for e in (match[2] or "").split(",") if e.strip()]
            found.append(Need(normal_name(match[1]), tuple(extras), ";" not in item))
    return found


def _group(groups: dict[str, Any], name: str, seen: set[str]) -> Iterator[Need]:
    """A dependency group with the groups that it includes."""
    seen.add(name)
    listed = as_list(groups.get(name))
    yield from _requirements(listed)
    for item in listed:
        inner = as_table(item).get("include-group")
        if isinstance(inner, str) and inner not in seen:
            yield from _group(groups, inner, seen)
