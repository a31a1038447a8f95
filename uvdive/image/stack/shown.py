"""What a layer shows: the entries of its index without the whiteouts, by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, compress, count, islice
from operator import ne
from typing import TypeVar

from uvdive.image.layer_index import HARD_LINK, WHITEOUT, LayerIndex

T = TypeVar("T")


class Rows:
    """A layer's entries without its whiteouts."""

    def __init__(self, index: LayerIndex) -> None:
        self.index = index
        self.kinds = index.kind.tobytes()
        self.names: Sequence[bytes] = index.names
        self.folders: Sequence[int] = index.folder
        self.places: Sequence[int] = range(len(self.kinds))
        self._shown: list[bool] | None = None
        if index.removes():
            self._shown = [kind < WHITEOUT for kind in self.kinds]
            self.names, self.folders = self.column(self.names), self.column(self.folders)
            self.places, self.kinds = self.column(self.places), bytes(self.column(self.kinds))
        self.has_links = HARD_LINK in self.kinds

    def column(self, values: Sequence[T]) -> Sequence[T]:
        """One of the index's columns."""
        return values if self._shown is None else list(compress(values, self._shown))

    def runs(self) -> Iterator[tuple[int, int]]:
        """Where entries of one folder begin that follow each other, and where they end."""
        start = 0
        changes = compress(count(1), map(ne, self.folders, islice(self.folders, 1, None)))
        for end in chain(changes, (len(self.names),)):
            if end > start:
                yield start, end
            start = end
