"""Read a file's content by inode: the one open handle beside a report."""

from __future__ import annotations

from uvdive.base.errors import ImageError
from uvdive.image.source import LayerPlace, StoreIndex, read_content
from uvdive.image.table import FileTable
from uvdive.image.tarsplit import StorageError


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
        table = self._table
        size = table.inode_size(inode)
        wanted = size if limit is None else min(size, limit)
        if not wanted:
            return b""
        kept = self.index.kept.get(inode)
        if kept is not None:
            return kept[:wanted]
        place = self._place(inode)
        if place is None:
            raise ImageError(
                "The content of this file was not kept.",
                "Save the image with `docker save` and open the archive to read files.",
            )
        path = table.path(table.entry_node[table.inode_entry[inode]])
        try:
            return read_content(place, path, self.index.offsets[inode], wanted)
        except (OSError, StorageError) as error:
            raise ImageError(f"This file can no longer be read: {error}.", "Open the image again.") from error
