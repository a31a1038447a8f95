"""Several processes read the layers that lie on disk, and parts of one layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import opened
from uvdive.image.layer_index import LayerData
from uvdive.image.layers import blobs
from uvdive.image.layers.helper import Help
from uvdive.image.raw_image import LayerPlace
from uvdive.image.sieve import Wanted
from uvdive.image.stream import FileStream
from uvdive.image.tar.header import BLOCK
from uvdive.image.tar.parts import Chain, Cuts, Part, cuts_of, read_part

WORTH_MEMBERS = 30_000
"""Fewer members are read in about the time that a further process costs."""

WORTH_BYTES = 8 << 20
"""The same for layers that have to be unpacked or hashed, in bytes."""

_CUTS = 64
_LEAST = 1 << 20
"""Parts are that many in all, so that both end at about the same time, but not tiny (bytes)."""


@dataclass(frozen=True, slots=True)
class BlobPlace:
    """Where a layer's blob lies on disk, in bytes."""

    path: Path
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What is read at once: a plain tar's members from ``start`` up to ``end``, or a whole blob."""

    number: int
    place: BlobPlace
    start: int
    end: int
    is_part: bool


Found = Part | LayerData


def read_whole(place: BlobPlace, wanted: Wanted) -> LayerData:
    """Read one layer's blob, all bytes of which pass by.

    Raises:
        ImageError: it is damaged.
        OSError: it cannot be read.
    """
    with opened(place.path) as fd:
        return blobs.read_layer(FileStream(fd, place.start, place.size), place.size, wanted)


def read_piece(piece: Piece, wanted: Wanted) -> Found:
    """Read one piece by itself; errors as in ``read_whole``."""
    place = piece.place
    if not piece.is_part:
        return read_whole(place, wanted)
    with opened(place.path) as fd:
        return read_part(FileStream(fd, place.start, place.size), wanted, piece.start, piece.end)


class SharedReading:
    """Reads layers that lie on disk, with further processes where they are worth it.

    Args:
        places: the layers by name, in the order in which they will be asked for.
        wanted: which files' contents to keep.
        verify: read plain layers whole, so that their digests are known.
    """

    def __init__(self, places: Mapping[str, BlobPlace], wanted: Wanted, *, verify: bool) -> None:
        self._wanted = wanted
        self._pieces: dict[str, list[Piece]] = {}
        step = max(_LEAST, sum(place.size for place in places.values()) // _CUTS)
        members = packed = 0
        for name, place in places.items():
            cuts = None if verify else _cuts(place, step)
            self._add(name, place, cuts)
            if cuts is None:
                packed += place.size
            else:
                members += cuts.members
        jobs = [partial(read_piece, piece, wanted) for pieces in self._pieces.values() for piece in pieces]
        self._help = Help(jobs, worth=max(members // WORTH_MEMBERS, packed // WORTH_BYTES))

    def _add(self, name: str, place: BlobPlace, cuts: Cuts | None) -> None:
        """Note the pieces of a layer; ``cuts`` is None where it is read whole."""
        first = sum(map(len, self._pieces.values()))
        places = [] if cuts is None else cuts.places
        self._pieces[name] = [
            Piece(number, place, start, end, cuts is not None)
            for number, (start, end) in enumerate(
                zip((0, *places), (*places, place.size), strict=True), first
            )
        ]

    def read(self, name: str) -> tuple[LayerData, LayerPlace | None]:
        """The layer with that name, and where it can be read again.

        Raises:
            ImageError: it is damaged.
            OSError: it cannot be read.
        """
        pieces = self._pieces[name]
        place = pieces[0].place
        if pieces[0].is_part:
            layer = self._tar(pieces)
        else:
            found = self._help.done(pieces[0].number)
            layer = found if isinstance(found, LayerData) else read_whole(place, self._wanted)
        plain = layer.compressed_bytes is None
        return layer, LayerPlace(place.path.absolute(), place.start) if plain else None

    def _tar(self, pieces: Sequence[Piece]) -> LayerData:
        """A plain layer, from parts as far as they fit together."""
        place = pieces[0].place
        with opened(place.path) as fd:
            chain = Chain(FileStream(fd, place.start, place.size), self._wanted)
            for piece in pieces:
                part = self._help.done(piece.number)
                if not (isinstance(part, Part) and chain.take(piece.start, part)):
                    chain.read(piece.end)
        return LayerData(chain.index(), None, place.size, None)

    def close(self) -> None:
        """End the further processes."""
        self._help.stop()


def _cuts(place: BlobPlace, step: int) -> Cuts | None:
    """Where a plain layer may be cut; None for one that has to be unpacked, or cannot be read."""
    try:
        with opened(place.path) as fd:
            stream = FileStream(fd, place.start, place.size)
            return cuts_of(stream, step) if blobs.compression(stream.peek(BLOCK)) is None else None
    except (OSError, ImageError):
        return None
