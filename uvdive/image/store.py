"""Read a file's content by inode: the one open handle beside a report."""

from __future__ import annotations

import os

from uvdive.base.errors import ImageError
from uvdive.image.source import StoreIndex
from uvdive.image.table import FileTable


class LayerStore:
    """Contents of regular files, from memory or from the archive that the image came in."""

    def __init__(self, table: FileTable, index: StoreIndex) -> None:
        self._table = table
        self._index = index

    def has(self, inode: int) -> bool:
        """Can this inode's content be read?"""
        return (
            self._table.inode_size(inode) == 0
            or inode in self._index.kept
            or (self._index.path is not None and self._index.offsets[inode] >= 0)
        )

    def read(self, inode: int, limit: int | None = None) -> bytes:
        """The content of an inode, at most ``limit`` bytes of it.

        Raises:
            ImageError: it was not kept and the source cannot be read again.
        """
        size = self._table.inode_size(inode)
        wanted = size if limit is None else min(size, limit)
        if not wanted:
            return b""
        kept = self._index.kept.get(inode)
        if kept is not None:
            return kept[:wanted]
        if not self.has(inode) or self._index.path is None:
            raise ImageError(
                "The content of this file was not kept.",
                "Save the image with `docker save` and open the archive to read files.",
            )
        fd = os.open(self._index.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(fd, wanted, self._index.offsets[inode])
        finally:
            os.close(fd)
