"""Hard links: the inodes that have several names, which are few in most images."""

from __future__ import annotations

from itertools import compress, count
from operator import ne

from uvdive.image.table import NONE, FileTable, Kind


def further_names(table: FileTable) -> dict[int, list[int]]:
    """For each inode with several names the entries of all but the first, oldest first."""
    found: dict[int, list[int]] = {}
    if table.entry_kind.count(Kind.FILE) == table.inodes:
        return found
    # NONE finds the last inode's: whatever it compares with, it is left out below.
    first = map(table.inode_entry.__getitem__, table.entry_inode)
    for entry in compress(count(), map(ne, first, count())):
        inode = table.entry_inode[entry]
        if inode != NONE:
            found.setdefault(inode, []).append(entry)
    return found
