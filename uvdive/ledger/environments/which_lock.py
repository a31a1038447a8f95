"""Which lock or project file explains which environment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.files.foreign import read_file
from uvdive.ledger.marks.components import text
from uvdive.ledger.marks.kept_contents import KeptContents

if TYPE_CHECKING:
    from uvdive.ledger.environments.lockfile import Lock
    from uvdive.ledger.environments.reasons import Reason

FILES = (b"uv.lock", b"pyproject.toml")
"""Names of the files that explain an environment."""

_LIMIT = 32
"""More lock files than any image needs: those of installed packages' own sources."""
_MAX_BYTES = 8 << 20
_MAX_OF_ALL = 16 << 20
"""What of them is parsed, in bytes: 1 MB takes about half a second."""


@dataclass(frozen=True, slots=True)
class Locks:
    """Locks with the folder in the image that they lie in; None for the build context's.

    ``instructions`` are texts of what made the image.
    """

    found: Sequence[tuple[str | None, Lock]]
    instructions: Sequence[str]


def find_locks(contents: KeptContents, dockerfile: Path | None, instructions: Sequence[str] = ()) -> Locks:
    """Every ``uv.lock`` of the image (of any layer), then those beside the Dockerfile, then projects'."""
    table = contents.table
    found: list[tuple[str | None, Lock]] = []
    left = _MAX_OF_ALL
    for file in FILES:
        for node in contents.names.called(file)[:_LIMIT]:
            contained = [data for _, data in contents.files(node) if len(data) <= left]
            if contained:
                left -= len(contained[-1])
            lock = _parsed(file, contained[-1]) if contained else None
            if lock is not None:
                found.append((text(table.path(table.node_parent[node])), lock))
        data = _beside(dockerfile, file.decode())
        lock = None if data is None else _parsed(file, data)
        if lock is not None:
            found.append((None, lock))
    return Locks(found, instructions)


def _parsed(file: bytes, data: bytes) -> Lock | None:
    from uvdive.ledger.environments.lockfile import parse_lock, parse_project

    return parse_lock(data) if file == FILES[0] else parse_project(data)


def _beside(dockerfile: Path | None, name: str) -> bytes | None:
    if dockerfile is None:
        return None
    path = dockerfile.parent / name
    try:
        return read_file(path, _MAX_BYTES)
    except OSError:
        return None  # the project has none


def reasons(
    locks: Locks, environment: str, installed: Collection[str]
) -> tuple[Mapping[str, Reason], Lock | None]:
    """Why each distribution of an environment is there, by the lock that fits it best.

    Args:
        locks: what ``find_locks`` found.
        environment: the environment's path in the image.
        installed: normalized names of its distributions.

    Returns:
        Reasons by name, and the lock; what no lock leads to has none.
    """
    if not locks.found:
        return {}, None
    from uvdive.ledger.environments.reasons import asked_extras, explain

    asked = asked_extras(locks.instructions)
    best: tuple[int, int, Mapping[str, Reason], Lock | None] = (0, 0, {}, None)
    for folder, lock in locks.found:
        found = explain(lock, installed, asked)
        # What a lock explains says more than where it lies; the folder decides between equals.
        near = len(folder) if folder is not None and _is_above(folder, environment) else 0
        if (len(found), near) > best[:2]:
            best = len(found), near, found, lock
    needed = max(1, (len(installed) + 2) // 3)
    return best[2:] if best[0] >= needed or best[1] else ({}, None)


def _is_above(folder: str, path: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")
