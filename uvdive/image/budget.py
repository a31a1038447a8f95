"""What one image may cost: a few kilobytes of a stranger's archive must not fill the memory.

What lies plainly in a file has paid for itself, byte by byte; what is unpacked, and what is
listed again and again, has not. So each bound grows with the packed bytes that it came from.
Images that people build stay far below all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from uvdive.base.errors import ImageError
from uvdive.image.layer_index import LayerIndex

MAX_PATH = 4096
"""The longest path that Linux takes, in bytes (PATH_MAX): no engine can unpack a longer one."""

MAX_LAYERS = 1000
"""Engines stop at 127 layers; other tools know no bound."""

MAX_TEXTS = 64 << 20
"""What manifests, indexes and configs of one archive may take, in bytes."""

_NODES, _NODES_PER = 500_000, 8
_KEPT, _KEPT_PER = 256 << 20, 64
_NAMES, _NAMES_FACTOR = 64 << 20, 8
MAX_WARNINGS = 100
"""How many are kept of a layer."""


def _told(what: str, most: int) -> ImageError:
    return ImageError(
        f"The image holds more than {most} {what}, from too few bytes.",
        "It is damaged, or made to fill the memory.",
    )


@dataclass(slots=True)
class Budget:
    """What may still come out of ``packed`` bytes: paths, kept contents, names.

    Raises:
        ImageError: from each method, where it is more.
    """

    packed: int
    nodes: int = 0
    kept: int = 0
    names: int = 0

    def take_nodes(self, count: int) -> None:
        """Entries, or folders above them."""
        self.nodes += count
        most = _NODES + self.packed // _NODES_PER
        if self.nodes > most:
            raise _told("files and folders", most)

    def take_kept(self, size: int) -> None:
        """Bytes of contents that are kept."""
        self.kept += size
        most = _KEPT + self.packed // _KEPT_PER
        if self.kept > most:
            raise _told("bytes of package databases and the like", most)

    def take_names(self, size: int) -> None:
        """Bytes of names, of links' targets and of extended attributes."""
        self.names += size
        most = _NAMES + self.packed * _NAMES_FACTOR
        if self.names > most:
            raise _told("bytes of names", most)


def warn(warnings: list[str], text: str) -> None:
    """Add a warning, up to so many."""
    if len(warnings) < MAX_WARNINGS:
        warnings.append(text)


def check_image(layers: list[tuple[LayerIndex, int]], packed: int) -> None:
    """See that the layers of an image, listed as they are, come to what may be.

    Args:
        layers: each layer's index, with how often the image lists it.
        packed: the bytes of the blobs that they came from, each once.

    Raises:
        ImageError: they are more.
    """
    budget = Budget(packed)
    for index, times in layers:
        budget.take_nodes(len(index) * times)
        budget.take_kept(sum(map(len, index.contents.values())))
        budget.take_kept(sum(map(index.size.__getitem__, index.placed)))
