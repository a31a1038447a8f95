"""Why a package is installed, by ``uv.lock`` or ``pyproject.toml``: pure functions of their bytes.

Both may come from anywhere and hold anything; what does not have the documented shape
is passed over (https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile,
PEP 621, PEP 735).
"""

from __future__ import annotations

import re
import tomllib
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from uvdive.ledger.python.distributions import normal_name

_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?")


@dataclass(frozen=True, slots=True)
class Need:
    """One requirement: a normalized name and the extras of it that are asked for."""

    name: str
    extras: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Reason:
    """The names that lead from the project to a package, itself left out, and the group.

    ``group`` is None for what the project itself needs, ``extra:NAME`` for an extra,
    else the name of a dependency group (``dev``).
    """

    why: tuple[str, ...]
    group: str | None


def parse_lock(data: bytes) -> Lock | None:
    """The lock of the bytes of a ``uv.lock``; None where they are none."""
    top = _load(data)
    entries = top.get("package")
    if not isinstance(entries, list):
        return None
    packages: dict[str, Package] = {}
    own: list[tuple[bool, str]] = []
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            continue
        name = normal_name(entry["name"])
        # A package that is locked in several versions gets the needs of all of them.
        package = packages.setdefault(name, Package())
        package.needs += _needs(entry.get("dependencies"))
        _merge(package.extras, entry.get("optional-dependencies"))
        _merge(package.groups, entry.get("dev-dependencies"))
        source = _table(entry.get("source"))
        place = source.get("virtual", source.get("editable"))
        if isinstance(place, str):
            own.append((place != ".", name))
    manifest = _table(top.get("manifest"))
    members = {normal_name(m) for m in _list(manifest.get("members")) if isinstance(m, str)}
    mine = [name for far, name in sorted(own) if name in members or (not members and not far)]
    roots = mine or [name for _, name in sorted(own)]
    top_package = Package(_needs(manifest.get("requirements")))
    _merge(top_package.groups, manifest.get("dependency-groups"))
    if top_package.needs or top_package.groups:
        packages[""] = top_package
        roots.append("")
    return Lock(packages, tuple(dict.fromkeys(roots)))


def parse_project(data: bytes) -> Lock | None:
    """What a ``pyproject.toml`` asks for directly; None where it holds no project."""
    top = _load(data)
    project = _table(top.get("project"))
    name = project.get("name")
    if not isinstance(name, str):
        return None
    package = Package(_requirements(project.get("dependencies")))
    for extra, listed in _table(project.get("optional-dependencies")).items():
        package.extras[normal_name(extra)] = _requirements(listed)
    groups = _table(top.get("dependency-groups"))
    for group in groups:
        package.groups[group] = list(_group(groups, group, set()))
    return Lock({normal_name(name): package}, (normal_name(name),))


def _load(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _needs(listed: Any) -> list[Need]:
    found = []
    for item in _list(listed):
        name = _table(item).get("name")
        if isinstance(name, str):
            extras = [e for e in _list(item.get("extra")) if isinstance(e, str)]
            found.append(Need(normal_name(name), tuple(map(normal_name, extras))))
    return found


def _merge(into: dict[str, list[Need]], tables: Any) -> None:
    for name, listed in _table(tables).items():
        into.setdefault(name, []).extend(_needs(listed))


def _requirements(listed: Any) -> list[Need]:
    found = []
    for item in _list(listed):
        match = _REQUIREMENT.match(item) if isinstance(item, str) else None
        if match:
            extras = [normal_name(e.strip()) for e in (match[2] or "").split(",") if e.strip()]
            found.append(Need(normal_name(match[1]), tuple(extras)))
    return found


def _group(groups: dict[str, Any], name: str, seen: set[str]) -> Iterator[Need]:
    """A dependency group with the groups that it includes."""
    seen.add(name)
    listed = _list(groups.get(name))
    yield from _requirements(listed)
    for item in listed:
        inner = _table(item).get("include-group")
        if isinstance(inner, str) and inner not in seen:
            yield from _group(groups, inner, seen)


def explain(lock: Lock, installed: Collection[str]) -> dict[str, Reason]:
    """The reason for each installed package that the lock leads to.

    Args:
        lock: what asks for what.
        installed: normalized names; a path goes through installed packages only.

    Returns:
        The shortest path for each name. What the project itself needs comes before
        what its extras bring, and those before its groups.
    """
    found: dict[str, Reason] = {root: Reason((), None) for root in lock.roots if root in installed}
    starts: list[tuple[str | None, str, list[Need]]] = []
    own = [(root, lock.packages.get(root, Package())) for root in lock.roots]
    starts += [(None, root, package.needs) for root, package in own]
    for root, package in own:
        starts += [(f"extra:{extra}", root, needs) for extra, needs in sorted(package.extras.items())]
    for root, package in own:
        starts += [(group, root, needs) for group, needs in sorted(package.groups.items())]
    seen: set[tuple[str, str]] = set()
    for group in dict.fromkeys(start[0] for start in starts):
        same = [(root, needs) for label, root, needs in starts if label == group]
        _walk(lock, frozenset(installed), same, group, found, seen)
    return found


def _walk(
    lock: Lock,
    installed: frozenset[str],
    starts: list[tuple[str, list[Need]]],
    group: str | None,
    found: dict[str, Reason],
    seen: set[tuple[str, str]],
) -> None:
    """Breadth first from the project; ``seen`` are packages and extras that were walked."""
    roots = frozenset(lock.roots)
    queue = deque(((root,) if root else (), needs) for root, needs in starts)
    while queue:
        path, needs = queue.popleft()
        for need in needs:
            if need.name not in installed and need.name not in roots:
                continue
            if need.name in installed:
                found.setdefault(need.name, Reason(path, group))
            package = lock.packages.get(need.name)
            for extra in ("", *need.extras):
                if package is None or (need.name, extra) in seen:
                    continue
                seen.add((need.name, extra))
                more = package.extras.get(extra, []) if extra else package.needs
                queue.append(((*path, need.name), more))
