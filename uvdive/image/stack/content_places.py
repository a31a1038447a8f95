"""Where the content of each inode is."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

Content = tuple[int, int]
"""Names a file's content: the layer, and the entry's place in its LayerIndex."""


@dataclass(slots=True)
class Sources:
    """For each inode where its content is: the layer, and the entry's place in its LayerIndex.

    The inodes of a layer stand together, from ``starts[layer]`` on.
    """

    places: array[int] = field(default_factory=lambda: array("I"))
    starts: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, inode: int) -> Content:
        return bisect_left(self.starts, inode + 1) - 1, self.places[inode]

    def __iter__(self) -> Iterator[Content]:
        for layer in range(len(self.starts)):
            for place in self.of_layer(layer):
                yield layer, place

    def of_layer(self, layer: int) -> array[int]:
        """The places of the inodes that the layer made."""
        return self.places[self.starts[layer] : (*self.starts, len(self.places))[layer + 1]]
