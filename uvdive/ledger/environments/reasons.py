"""Why each package is installed: the path to it from the project, and the extra or group that it is for.

What is installed rarely says by itself which of several brought it. An extra counts where an
instruction asks for it, or where a package is there that only it asks for; uv syncs the ``dev``
group unasked, and an extra never
(https://docs.astral.sh/uv/concepts/projects/sync/#syncing-optional-dependencies).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from uvdive.base.names import normal_name
from uvdive.ledger.environments.lockfile import Lock, Need, Package

_EXTRA = re.compile(r"""--extra(?:=|\s+(?:\\\s+)?)["']?(\$?[\w{}.-]+)""")
_BRACKETS = re.compile(r"[\w./}]\[([A-Za-z0-9][\w.,\s-]*)\]")
_ALL = re.compile(r"--all-extras\b")

Start = tuple[str | None, list[tuple[str, list[Need]]]]
"""A label, and the roots with what they ask for under it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """The names that lead from the project to a package, itself left out, and the group.

    ``group`` is None for what the project itself needs, ``extra:NAME`` for an extra,
    else the name of a dependency group (``dev``).
    """

    why: tuple[str, ...]
    group: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """The extras that instructions ask for by name, or all of them."""

    extras: frozenset[str] = frozenset()
    every: bool = False

    def has(self, extra: str) -> bool:
        """Does an instruction ask for it?"""
        return self.every or extra in self.extras


def asked_extras(texts: Iterable[str]) -> Asked:
    """What instructions ask for: ``--extra NAME``, ``--all-extras``, ``pip install '.[NAME]'``.

    A variable counts where its value stands in the same text, as BuildKit's history has it.
    """
    found: set[str] = set()
    every = False
    for text in texts:
        every = every or _ALL.search(text) is not None
        for match in _EXTRA.finditer(text):
            found.update(_values(match[1], text))
        for match in _BRACKETS.finditer(text):
            found.update(match[1].split(","))
    return Asked(frozenset(normal_name(name.strip()) for name in found), every)


def _values(word: str, text: str) -> Iterator[str]:
    name = word.strip("${}")
    if not word.startswith("$"):
        yield word
    else:
        yield from re.findall(rf"\b{re.escape(name)}=[\"']?([\w.-]+)", text)


NOTHING = Asked()


def explain(lock: Lock, installed: Collection[str], asked: Asked = NOTHING) -> dict[str, Reason]:
    """The reason for each installed package that the lock leads to.

    Args:
        lock: what asks for what.
        installed: normalized names; a path goes through installed packages only.
        asked: the extras that instructions ask for.

    Returns:
        The shortest path for each name. What the project itself needs comes first, then
        what extras bring that were certainly asked for, then groups.
    """
    found: dict[str, Reason] = {root: Reason((), None) for root in lock.roots if root in installed}
    seen: set[tuple[str, str]] = set()
    there = frozenset(installed)
    for start in _starts(lock, there, asked):
        _walk(lock, there, start, found, seen)
    return found


def _starts(lock: Lock, installed: frozenset[str], asked: Asked) -> list[Start]:
    """Where to walk from: the surest reason first."""
    own = [(root, lock.packages.get(root, Package())) for root in lock.roots]
    project: Start = (None, [(root, package.needs) for root, package in own])
    groups = _by_label(own, "groups")
    extras = _by_label(own, "extras")
    sure: set[str] = {name for name in extras if asked.has(name)}
    if extras.keys() - sure:
        without: dict[str, Reason] = {}
        seen: set[tuple[str, str]] = set()
        for start in (project, *groups.values()):
            _walk(lock, installed, start, without, seen)
        alone = installed - without.keys() - set(lock.roots)
        sure |= {name for name in extras if any(need.name in alone for need in _needs(extras[name]))}
    named = [(name, (f"extra:{name}", start[1])) for name, start in extras.items()]
    rest = [*groups.values(), *(start for name, start in named if name not in sure)]
    rest.sort(key=lambda start: not _complete(start, installed))
    return [project, *(start for name, start in named if name in sure), *rest]


def _by_label(own: Iterable[tuple[str, Package]], kind: str) -> dict[str, Start]:
    """The extras or groups of all roots by name, in the names' order."""
    found: dict[str, Start] = {}
    for root, package in own:
        listed: dict[str, list[Need]] = getattr(package, kind)
        for name, needs in listed.items():
            found.setdefault(name, (name, []))[1].append((root, needs))
    return dict(sorted(found.items()))


def _needs(start: Start) -> Iterator[Need]:
    return (need for _, needs in start[1] for need in needs)


def _complete(start: Start, installed: frozenset[str]) -> bool:
    """Is all there that it asks for? What a marker decides may be missing."""
    return all(need.name in installed or not need.always for need in _needs(start))


def _walk(
    lock: Lock,
    installed: frozenset[str],
    start: Start,
    found: dict[str, Reason],
    seen: set[tuple[str, str]],
) -> None:
    """Breadth first from the project; ``seen`` are packages and extras that were walked."""
    group, starts = start
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
