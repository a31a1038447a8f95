"""The bytes of some files, summed up for every folder above them: whose they are, and how many are dead."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Sequence
from itertools import compress
from operator import ne

from uvdive.image.table import ALIVE, NONE, FileTable, Kind
from uvdive.ledger.owners import OWNERS

MANY = 5_000
"""A folder of more entries has its largest ones picked out once, not whenever it is drawn."""
KEPT = 4_000
"""So many of those are kept; what is smaller could hardly be seen."""


def places(table: FileTable) -> array[int]:
    """The node at which each inode stands: its first name, or its first living one where that is dead."""
    nodes, deaths = table.entry_node, table.entry_death
    found = array("I", map(nodes.__getitem__, table.inode_entry))
    if table.entry_kind.count(Kind.FILE) > table.inodes:
        hidden = {
            inode
            for inode, entry in enumerate(table.inode_entry)
            if deaths[entry] != ALIVE and table.inode_live(inode)
        }
        for entry, inode in enumerate(table.entry_inode):
            if inode in hidden and deaths[entry] == ALIVE:
                found[inode] = nodes[entry]
                hidden.remove(inode)
    return found


class Mass:
    """Sums of some inodes, a value for each node of the table.

    Args:
        table: the columns; a parent's number is below its children's.
        inode_owner: an index of ``OWNERS`` for each inode.
        nodes: where each inode stands (``places``).
        inodes: which of them count.
    """

    def __init__(
        self, table: FileTable, inode_owner: Sequence[int], nodes: Sequence[int], inodes: Iterable[int]
    ) -> None:
        count = len(table.node_parent)
        self._table = table
        self.bytes = array("q", [0]) * count
        self.dead = array("q", [0]) * count
        self._owners = array("H", [0]) * count
        self._by_owner: dict[int, list[int]] = {}
        self._large: dict[int, list[int]] = {}
        self._counts: dict[int, int] = {}
        self._own: dict[int, tuple[int, int]] = {}
        inodes = inodes if isinstance(inodes, range) else tuple(inodes)
        self._place(inode_owner, nodes, inodes)
        self._sum_up()
        self._share_out(inode_owner, nodes, inodes)

    def _place(self, inode_owner: Sequence[int], nodes: Sequence[int], inodes: Iterable[int]) -> None:
        table, total, dead, owners = self._table, self.bytes, self.dead, self._owners
        sizes, entries, deaths = table.entry_size, table.inode_entry, table.inode_death
        for inode in inodes:
            size = sizes[entries[inode]]
            if size:
                node = nodes[inode]
                total[node] += size
                owners[node] |= 1 << inode_owner[inode]
                if deaths[inode] != ALIVE:
                    dead[node] += size

    def _sum_up(self) -> None:
        """Add every folder's children to it, the last made first; those of one folder stand in rows."""
        parents, total, dead, owners = self._table.node_parent, self.bytes, self.dead, self._owners
        count = len(parents)
        self._own = {node: (total[node], dead[node]) for node in self._table.runs() if total[node]}
        ends = [*compress(range(1, count), map(ne, parents, parents[1:])), count]
        for start, end in zip(reversed(ends[:-1]), reversed(ends[1:]), strict=True):
            added = sum(total[start:end])
            if added:
                parent = parents[start]
                total[parent] += added
                dead[parent] += sum(dead[start:end])
                for mask in set(owners[start:end]):
                    owners[parent] |= mask
            if end - start > MANY:
                self._pick(start, end)

    def _pick(self, start: int, end: int) -> None:
        """Remember the largest entries of a long row, and how many have any bytes."""
        parent = self._table.node_parent[start]
        self._counts[parent] = self._counts.get(parent, 0) + sum(map(bool, self.bytes[start:end]))
        rows = [*self._large.get(parent, ()), *range(start, end)]
        self._large[parent] = heapq.nlargest(KEPT, rows, key=self.bytes.__getitem__)

    def _share_out(self, inode_owner: Sequence[int], nodes: Sequence[int], inodes: Iterable[int]) -> None:
        """Sum up by owner what has several: folders near the root, mostly."""
        table, owners, found = self._table, self._owners, self._by_owner
        several = bytearray(mask != 0 and mask & (mask - 1) != 0 for mask in owners)
        if not several[0]:
            return
        for inode in inodes:
            node = nodes[inode]
            if several[node]:
                size = table.inode_size(inode)
                found.setdefault(node, [0] * len(OWNERS))[inode_owner[inode]] += size
        parents = table.node_parent
        for node in range(len(parents) - 1, 0, -1):
            parent = parents[node]
            if several[parent] and owners[node]:
                sums = found.setdefault(parent, [0] * len(OWNERS))
                mask = owners[node]
                if not several[node]:
                    sums[mask.bit_length() - 1] += self.bytes[node]
                else:
                    for owner, count in enumerate(found[node]):
                        sums[owner] += count

    def owner(self, node: int) -> tuple[int, bool]:
        """Whose most of it is, an index of ``OWNERS``, and whether others have some of it."""
        mask = self._owners[node]
        sums = self._by_owner.get(node)
        if sums is not None:
            return max(range(len(OWNERS)), key=sums.__getitem__), True
        return mask.bit_length() - 1 if mask else len(OWNERS) - 1, False

    def children(self, node: int, least: int, most: int) -> tuple[list[int], int]:
        """The largest with bytes below a node, and how many more there are.

        Args:
            node: the folder.
            least: those with fewer bytes are not listed.
            most: so many are listed.
        """
        total, known = self.bytes, self._large.get(node)
        below = [child for child in self._table.children(node) if total[child]] if known is None else known
        large = [child for child in below if total[child] >= least]
        found = heapq.nlargest(most, large, key=total.__getitem__)
        return found, (len(below) if known is None else self._counts[node]) - len(found)

    def own(self, node: int) -> tuple[int, int]:
        """Bytes, and dead ones, of the node's own file: it was a folder too, in another layer."""
        return self._own.get(node, (0, 0))

    def is_folder(self, node: int) -> bool:
        """Is anything with bytes below it?"""
        return self.bytes[node] > self.own(node)[0] and self._table.has_children(node)

    def alone(self, node: int) -> int:
        """The only child with bytes, where a folder has no more than that; else NONE."""
        if node in self._large:
            return NONE
        whole = self.bytes[node]
        return next((child for child in self._table.children(node) if self.bytes[child] == whole), NONE)
