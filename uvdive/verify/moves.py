"""What changed its place between two images: folders and large files that went from one path to another.

A comparison knows names and sizes, so that is what tells a move: nobody read the contents of paths
that only one image has. Small files are called alike everywhere (``INSTALLER``, ``__init__.py``);
so most of what a folder lost has to be in the new place, and that has to be of some size.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.verify.checks import PackageDelta, PathDelta

_MOST_PLACES = 40
"""Of files of one name and size, so many new places are looked at."""

_LARGE = 4096
_MOST_OF = 0.6
"""Bytes that a move must have, and the share of a folder's lost files that must be in the new place."""


@dataclass(frozen=True, slots=True)
class Move:
    """A path that went from ``old`` to ``new`` with all that is below it; ``size`` is its files', in bytes.

    ``paths`` are those that a comparison lists: each as (old, new), folders included.
    """

    old: bytes
    new: bytes
    size: int
    files: int
    paths: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Moves:
    """The moves, the largest first, and the differences that are none, in their order."""

    moves: tuple[Move, ...]
    rest: tuple[PathDelta, ...]


def moved_packages(packages: Sequence[PackageDelta]) -> dict[int, int]:
    """Which packages only changed their environment: the place where one came, and the place where it left.

    Both are places in ``packages``; each of them is part of one pair at most.
    """
    lost: dict[str, int] = {}
    for place, item in enumerate(packages):
        if item.after is None:
            lost.setdefault(item.name, place)
    return {
        place: lost.pop(item.name)
        for place, item in enumerate(packages)
        if item.before is None and item.name in lost
    }


def moves_of(paths: Sequence[PathDelta]) -> Moves:
    """Tell the moves among the paths that were added and removed; each path is part of one at most."""
    lost = {delta.path: delta.before_bytes or 0 for delta in paths if delta.change == "removed"}
    come = {delta.path: delta.after_bytes or 0 for delta in paths if delta.change == "added"}
    order = sorted(lost)
    moves: list[Move] = []
    gone, there = set[bytes](), set[bytes]()
    for (old, new), _ in sorted(_votes(lost, come).items(), key=lambda item: (-item[1], item[0])):
        if old in gone or new in there:
            continue
        below = [path for path in _below(order, old) if path not in gone]
        pairs = [(path, new + path[len(old) :]) for path in below]
        fits = [(a, b) for a, b in pairs if b not in there and come.get(b) == lost[a]]
        if _is_move(fits, below, lost):
            gone.update(a for a, _ in fits)
            there.update(b for _, b in fits)
            files = [a for a, _ in fits if lost[a]]
            moves.append(Move(old, new, sum(lost[a] for a in files), len(files), tuple(fits)))
    rest = tuple(
        delta
        for delta in paths
        if not (delta.change == "removed" and delta.path in gone)
        and not (delta.change == "added" and delta.path in there)
    )
    return Moves(tuple(sorted(moves, key=lambda move: (-move.size, move.old))), rest)


def _votes(lost: dict[bytes, int], come: dict[bytes, int]) -> Counter[tuple[bytes, bytes]]:
    """Which place may have become which, weighed by the bytes of the files that say so."""
    by_name: dict[tuple[bytes, int], list[bytes]] = {}
    for path, size in come.items():
        if size:
            by_name.setdefault((path.rpartition(b"/")[2], size), []).append(path)
    votes: Counter[tuple[bytes, bytes]] = Counter()
    for path, size in lost.items():
        places = by_name.get((path.rpartition(b"/")[2], size), ())[:_MOST_PLACES] if size else ()
        if places:
            found = max((_stems(path, place) for place in places), key=lambda stems: (-len(stems[0]), stems))
            votes[found] += size
    return votes


def _stems(old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """Two paths without the last parts that are the same; one part is left of each at least."""
    ours, theirs = old.split(b"/"), new.split(b"/")
    same = 0
    while same < min(len(ours), len(theirs)) - 1 and ours[-1 - same] == theirs[-1 - same]:
        same += 1
    stems = tuple(b"/".join(parts[: len(parts) - same]) for parts in (ours, theirs))
    # "/a/x" to "/x" leaves an empty stem, which would be the root: then the last part stays.
    return (old, new) if not all(stems) else (stems[0], stems[1])


def _below(order: list[bytes], path: bytes) -> list[bytes]:
    """The path and those below it, of a list in order."""
    found = []
    place = bisect_left(order, path)
    if place < len(order) and order[place] == path:
        found.append(path)
    start = bisect_left(order, path + b"/")
    for each in order[start:]:
        if not each.startswith(path + b"/"):
            break
        found.append(each)
    return found


def _is_move(fits: list[tuple[bytes, bytes]], below: list[bytes], lost: dict[bytes, int]) -> bool:
    files = [path for path in below if lost[path]]
    moved = [path for path, _ in fits if lost[path]]
    return sum(lost[path] for path in moved) >= _LARGE and len(moved) >= _MOST_OF * len(files)
