"""Several processes read the layers of an engine's storage, and parts of one layer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import opened
from uvdive.image.layer_index import LayerData
from uvdive.image.layers.cache import LayerCache
from uvdive.image.layers.helper import Help, how_many, may_fork
from uvdive.image.sieve import Wanted
from uvdive.image.tar.below import StorageError, StoredLayer
from uvdive.image.tar.index import index_tar
from uvdive.image.tar.split_parts import SplitPart, joined_parts, read_split_part
from uvdive.image.tar.tar_split import TarSplitStream

WORTH_IT = 1 << 19
"""Fewer bytes of headers, as the engine packs them, are read in about the time that a process costs."""

_UNPACK = 0.13
"""What unpacking headers takes, beside reading them: whoever reads a part unpacks all that is before it."""

_LEAST = 1 << 16
"""Less of a layer, packed, is not worth a part."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is read at once: a layer, or a part of one, by the bytes of its text."""

    number: int
    stored: StoredLayer
    begin: int = 0
    end: int | None = None


def read_layers(
    found: Sequence[StoredLayer], wanted: Wanted, cache: LayerCache | None
) -> Iterator[LayerData]:
    """The layers from the cache, or read by several processes where there is enough to read.

    Raises:
        StorageError: they are not in the expected form, or may not be read.
        ImageError: a layer is damaged.
        OSError: one is not there.
    """
    known = [None if cache is None else cache.layer(stored.diff_id, hashed=False) for stored in found]
    missing = [stored for stored, layer in zip(found, known, strict=True) if layer is None]
    worth = _packed(missing) // WORTH_IT
    pieces = _pieces(missing, meetings(1 + how_many(worth)) if worth and may_fork() else ())
    jobs = [
        partial(_read_whole if len(some) == 1 else _tried, piece, wanted) for some in pieces for piece in some
    ]
    helped = Help(jobs, worth=worth)
    waiting = iter(pieces)
    try:
        for kept in known:
            layer = kept
            if layer is None:
                layer = _read_layer(next(waiting), wanted, helped)
                if cache is not None:
                    cache.keep_layer(layer)
            yield layer
    finally:
        helped.stop()


def _packed(layers: Sequence[StoredLayer]) -> int:
    return sum(stored.split.stat().st_size for stored in layers)


def meetings(processes: int) -> list[float]:
    """Where in all headers, from 0 to 1, each process but the first begins, so that all end together."""
    ratio = 1 / (1 + _UNPACK)
    return [(1 - ratio**number) / (1 - ratio**processes) for number in range(1, processes)]


def _pieces(layers: Sequence[StoredLayer], places: Sequence[float]) -> list[list[_Piece]]:
    """The pieces of each layer: one that lies across places where two processes meet has several."""
    pieces: list[list[_Piece]] = []
    whole, number, before = _packed(layers), 0, 0
    for stored in layers:
        size = stored.split.stat().st_size
        cuts = _cuts(stored.split, size, [int(place * whole) - before for place in places])
        spans = pairwise([0, *cuts, None])
        pieces.append([_Piece(number + n, stored, begin or 0, end) for n, (begin, end) in enumerate(spans)])
        number += len(pieces[-1])
        before += size
    return pieces


def _cuts(split: Path, size: int, places: Sequence[int]) -> list[int]:
    """About where in its text a file is at bytes of its packed form, as far as they are worth a cut."""
    inside, last = list[int](), 0
    for place in places:
        if last + _LEAST <= place <= size - _LEAST:
            inside.append(place)
            last = place
    if size < WORTH_IT or not inside:
        return []
    with opened(split) as fd:
        text = int.from_bytes(os.pread(fd, 4, size - 4), "little")  # RFC 1952: ISIZE, at the end
    return sorted({text * place // size for place in inside} - {0})


def _read_whole(piece: _Piece, wanted: Wanted) -> LayerData:
    """A layer in one go; errors as in ``read_layers``."""
    stored = piece.stored
    stream = TarSplitStream(stored.split, stored.folder)
    index = index_tar(stream, wanted, digests=False)
    return LayerData(index, stored.diff_id, stream.drain(), None)


def _read_layer(pieces: Sequence[_Piece], wanted: Wanted, helped: Help) -> LayerData:
    """A layer from its pieces, or in one go where they don't fit, or nobody helps."""
    stored = pieces[0].stored
    if len(pieces) == 1 or helped.helpers is None:
        done = helped.done(pieces[0].number)
        return done if isinstance(done, LayerData) else _read_whole(pieces[0], wanted)
    parts = [helped.done(piece.number) or _tried(piece, wanted) for piece in pieces]
    whole = joined_parts([part for part in parts if isinstance(part, SplitPart)])
    if whole is None:
        return _read_whole(pieces[0], wanted)
    return LayerData(whole[0], stored.diff_id, whole[1], None)


def _tried(piece: _Piece, wanted: Wanted) -> SplitPart | None:
    """A part; None where it can't be read by itself, and whoever reads all of the layer says why."""
    stored = piece.stored
    try:
        return read_split_part(stored.split, stored.folder, piece.begin, piece.end, wanted)
    except (StorageError, ImageError, OSError):
        return None
