"""Read a file's content by inode: the one open handle beside a report."""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.base.errors import ImageError
from uvdive.image.raw_image import LayerPlace, StoreIndex, read_content
from uvdive.image.table import FileTable
from uvdive.image.tar.below import StorageError

PIECE = 1 << 20
"""Bytes that are read of a long file at a time."""


class LayerStore:
    """Contents of regular files, from memory or from the archive that the image came in."""

    def __init__(self, table: FileTable, index: StoreIndex) -> None:
        self._table = table
        self.index = index

    def has(self, inode: int) -> bool:
        """Can this inode's content be read?"""
        return not self._table.inode_size(inode) or inode in self.index.kept or self._place(inode) is not None

    def _place(self, inode: int) -> LayerPlace | None:
        if self.index.offsets[inode] < 0:
            return None
        return self.index.places[self._table.inode_layer(inode)]

    def read(self, inode: int, limit: int | None = None) -> bytes:
        """The content of an inode, at most ``limit`` bytes of it.

        Raises:
            ImageError: it was not kept and the source cannot be read again.
        """
        size = self._table.inode_size(inode)
        return self._part(inode, 0, size if limit is None else min(size, limit))

    def pieces(self, inode: int, length: int = PIECE) -> Iterator[bytes]:
        """The content of an inode in pieces of so many bytes, however long it is.

        Raises:
            ImageError: it was not kept and the source cannot be read again.
        """
        size = self._table.inode_size(inode)
        for at in range(0, size, length):
            yield self._part(inode, at, min(length, size - at))

    def _part(self, inode: int, at: int, count: int) -> bytes:
        if not count:
            return b""
        kept = self.index.kept.get(inode)
        if kept is not None:
            return kept[at : at + count]
        place = self._place(inode)
        if place is None:
            raise ImageError(
                "The content of this file was not kept.",
                "Save the image with `docker save`, pulled first if no engine has it, and open the archive.",
            )
        table = self._table
        path = table.path(table.entry_node[table.inode_entry[inode]])
        try:
            data = read_content(place, path, self.index.offsets[inode], count, at)
        except (OSError, StorageError) as error:
            raise ImageError(f"This file can no longer be read: {error}.", "Open the image again.") from error
        if len(data) != count:
            raise ImageError(
                "This file can no longer be read: its archive is shorter than it was.",
                "Open the image again.",
            )
        return data
