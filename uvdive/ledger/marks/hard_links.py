"""Hard links: the inodes that have several names, which are few in most images."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, count, islice, pairwise, repeat
from operator import eq, ne

from uvdive.image.table import ALIVE, NONE, FileTable, Kind


class FurtherNames(Mapping[int, Sequence[int]]):
    """For each inode with several names the entries of all but the first, oldest first.

    Columns, the lowest inode first: uv's cache and an environment share fifty thousand files.

    Args:
        inodes: of each of the entries, in their order.
        entries: all that are no inode's first, sorted by inode.
    """

    def __init__(self, inodes: Sequence[int], entries: array[int]) -> None:
        self._entries = entries
        begin = [*compress(count(1), map(ne, inodes, islice(inodes, 1, None)))]
        self._starts = array("I", [0, *begin, len(entries)] if entries else [0])
        self._inodes = array("I", map(inodes.__getitem__, self._starts[:-1]))

    def __getitem__(self, inode: int) -> Sequence[int]:
        place = bisect_left(self._inodes, inode)
        if place == len(self._inodes) or self._inodes[place] != inode:
            raise KeyError(inode)
        return self._entries[self._starts[place] : self._starts[place + 1]]

    def __iter__(self) -> Iterator[int]:
        return iter(self._inodes)

    def __len__(self) -> int:
        return len(self._inodes)

    def entries(self) -> Sequence[int]:
        """Those of all inodes, one inode's behind the other's."""
        return self._entries

    def pairs(self) -> Iterator[tuple[int, Sequence[int]]]:
        """As ``items``, in a fraction of the time: none is looked for."""
        entries = self._entries
        for inode, (start, end) in zip(self._inodes, pairwise(self._starts), strict=True):
            yield inode, entries[start:end]


def further_names(table: FileTable) -> FurtherNames:
    """For each inode with several names the entries of all but the first, oldest first."""
    if table.entry_kind.count(Kind.FILE) == table.inodes:
        return FurtherNames((), array("I"))
    inodes = table.entry_inode
    # NONE finds the last inode's: whatever it compares with, it is left out below.
    first = map(table.inode_entry.__getitem__, inodes)
    others = [entry for entry in compress(count(), map(ne, first, count())) if inodes[entry] != NONE]
    others.sort(key=inodes.__getitem__)
    return FurtherNames([*map(inodes.__getitem__, others)], array("I", others))


def live_names(table: FileTable, links: FurtherNames) -> Sequence[int]:
    """How many names each inode has in the final state."""
    deaths, inodes = table.entry_death, table.entry_inode
    live = array("I", map(eq, map(deaths.__getitem__, table.inode_entry), repeat(ALIVE)))
    for entry in links.entries():
        live[inodes[entry]] += deaths[entry] == ALIVE
    return live
