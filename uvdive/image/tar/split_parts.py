"""Read one layer of an engine's storage in parts that several processes share.

A part begins with the line of some segment in the middle of ``tar-split.json.gz``. Whoever reads it
unpacks the text up to there and parses nothing of it, takes it that a member's header stands there,
behind what fills the last block of the file before, and knows no positions but from there on. What
was found is taken only if each part leads to exactly the place where the next one began, with nothing
pending. Else (a zero block in the middle, a member across the place, a global header before it) the
layer is read anew in one go, so the result is the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from uvdive.image.layer_index import LayerIndex
from uvdive.image.sieve import Wanted
from uvdive.image.tar.below import StorageError
from uvdive.image.tar.header import BLOCK
from uvdive.image.tar.index import Indexer, damage_told
from uvdive.image.tar.parts import joined
from uvdive.image.tar.split_lines import BROKEN, parts_of
from uvdive.image.tar.tar_split import TarSplitStream


@dataclass(frozen=True, slots=True)
class SplitPart:
    """What was read of a part.

    ``start`` and ``stop`` are the first byte of its text and of that behind it, None at the text's end.
    ``size`` is how many bytes of the tar it stands for; the first ``padding`` of them fill the block of
    the file before. ``behind`` is how many of the next part fill its own last block, or None where a
    member may begin there that depends on this part, or none.
    """

    index: LayerIndex
    start: int
    stop: int | None
    size: int
    padding: int
    behind: int | None


def read_split_part(split: Path, folder: Path, begin: int, end: int | None, wanted: Wanted) -> SplitPart:
    """Read a part; ``begin`` and ``end`` are as TarSplitStream has them.

    Raises:
        StorageError: the storage is not as it should be.
        ImageError: no member begins there, or the tar is damaged.
    """
    stream = TarSplitStream(split, folder, begin, end)
    stream.peek(1)
    lines = stream.lines
    assert lines is not None
    try:
        padding = -sum(parts_of(lines.before).sizes) % BLOCK
    except BROKEN as error:
        raise StorageError(f"{split}: {error}") from error
    stream.skip(padding)
    indexer = Indexer(stream, wanted, digests=False)
    with damage_told():
        indexer.run(None)
    arrived = indexer.settled and stream.ran_out
    behind = stream.behind
    size = stream.drain()
    return SplitPart(
        indexer.index, lines.start, lines.stop, size, padding, behind if arrived and lines.stop else None
    )


def joined_parts(parts: Sequence[SplitPart]) -> tuple[LayerIndex, int] | None:
    """The index and the tar's size in bytes of a layer that was read in parts; None if they don't fit."""
    for part, other in pairwise(parts):
        if part.behind is None or part.stop != other.start or part.behind != other.padding:
            return None
    if not parts or parts[0].start or parts[-1].stop is not None:
        return None
    size = 0
    for part in parts:
        if size:
            part.index.offset = array("q", [at + size if at >= 0 else at for at in part.index.offset])
        size += part.size
    return joined([part.index for part in parts]), size
