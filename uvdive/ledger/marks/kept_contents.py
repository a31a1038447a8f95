"""The image's files with the contents that were kept, as they stood after any layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from uvdive.image.resolve import resolve
from uvdive.image.table import ALIVE, NONE, FileTable, Kind
from uvdive.ledger.marks.name_search import Names


@dataclass(frozen=True, slots=True)
class KeptContents:
    """The columns, the kept contents by inode, and the names to search in."""

    table: FileTable
    kept: Mapping[int, bytes]
    names: Names = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", Names(self.table))

    def of_entry(self, entry: int) -> bytes | None:
        """The content of an entry's file, or None where it was not kept."""
        inode = self.table.entry_inode[entry]
        if inode == NONE:
            return None
        if not self.table.entry_size[entry]:
            return b""
        return self.kept.get(inode)

    def read(self, path: bytes, layer: int = ALIVE - 1) -> bytes | None:
        """The content of a path in the state after ``layer``, symlinks followed; None if not kept."""
        node = resolve(self.table, path, layer).node
        entry = None if node is None else self.table.visible(node, layer)
        return None if entry is None else self.of_entry(entry)

    def files(self, node: int) -> Iterator[tuple[int, bytes]]:
        """Every appearance of a regular file at a node: the entry and its kept content."""
        for entry in self.table.entries_of(node):
            if self.table.entry_kind[entry] == Kind.FILE:
                data = self.of_entry(entry)
                if data is not None:
                    yield entry, data
