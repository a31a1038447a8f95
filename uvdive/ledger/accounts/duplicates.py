"""Equal content at several live inodes (``docs/numbers.md``: reported apart, never waste)."""

from __future__ import annotations

from collections.abc import Callable

from uvdive.image.table import FileTable

DigestOf = Callable[[int], int | None]
"""Gives a digest of an inode's content, or None where it cannot be read."""


def duplicate_bytes(table: FileTable, digest_of: DigestOf) -> int:
    """The bytes of all live inodes that repeat the content of another live one.

    Only files whose size another one has too are hashed.
    """
    by_size: dict[int, list[int]] = {}
    for inode in range(table.inodes):
        size = table.inode_size(inode)
        if size and table.inode_live(inode):
            by_size.setdefault(size, []).append(inode)
    total = 0
    for size, inodes in by_size.items():
        if len(inodes) > 1:
            digests = [digest_of(inode) for inode in inodes]
            known = [digest for digest in digests if digest is not None]
            total += size * (len(known) - len(set(known)))
    return total
