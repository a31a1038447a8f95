"""What a container's program wrote while it ran, of what the engine says that changed (`docker diff`)."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from uvdive.base.paths import is_below

How = Literal["added", "changed", "deleted"]
KINDS: tuple[How, ...] = ("changed", "added", "deleted")
"""What the numbers of an engine's answer mean (Docker's API, ContainerChanges)."""

PER_FOLDER, MOST = 20, 2000
"""So many paths of one folder are kept, and so many in all: the others tell nothing new."""

_NEVER = ("/proc", "/sys", "/dev", "/run", "/var/run", "/tmp", "/var/tmp")  # noqa: S108 - paths of an image
"""What is no part of the image's files, or everybody may write."""

_BY_ENGINE = frozenset(
    ("/etc", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/.dockerenv")
)
"""What engines put into every container."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A path that was written: ``below`` says that more was within it, so that it is a folder."""

    path: str
    how: How
    below: bool = False


def written(changes: Iterable[tuple[str, int]]) -> tuple[Touched, ...]:
    """What a program wrote, by what the engine says: pairs of a path and the number of its kind.

    Of what was added only the uppermost path is told, and of a folder that was there what changed in it.
    Left out are temporary and engines' own files, and bytecode, which Python can do without.
    """
    known = {path: KINDS[kind] for path, kind in changes if 0 <= kind < len(KINDS)}
    above = {posixpath.dirname(path) for path in known}
    kinds = {path: how for path, how in known.items() if not _is_left_out(path)}
    found, counts = [], Counter[str]()
    for path in sorted(kinds):
        folder, how = posixpath.dirname(path), kinds[path]
        if kinds.get(folder) == "added" or (how == "changed" and path in above):
            continue
        counts[folder] += 1
        if counts[folder] <= PER_FOLDER:
            found.append(Touched(path, how, path in above))
    return tuple(found[:MOST])


def _is_left_out(path: str) -> bool:
    return path in _BY_ENGINE or "/__pycache__" in path or any(is_below(path, folder) for folder in _NEVER)
