"""Two processes read an image's layers: what one core would read in turn, two read at once."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

from uvdive.base.errors import ImageError
from uvdive.image import blobs
from uvdive.image.layer import LayerData
from uvdive.image.source import LayerPlace
from uvdive.image.stream import FileStream, opened
from uvdive.image.tarheader import BLOCK
from uvdive.image.tarparts import Chain, Cuts, Part, cuts_of, read_part
from uvdive.image.wanting import Wanted

WORTH_MEMBERS = 10_000
"""Fewer members are read in about the time that a second process costs."""

WORTH_BYTES = 8 << 20
"""The same for layers that have to be unpacked or hashed, in bytes."""

_CUTS = 64
_LEAST = 1 << 20
"""Parts are that many in all, so that both end at about the same time, but not tiny (bytes)."""

_MOST = 1 << 12
"""More parts than any image has; so many bytes a pipe takes at once (pipe(7))."""

_NOTE = struct.Struct("<QQ")


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


class SecondReader:
    """A fork of this process that reads pieces while this one reads others.

    This process goes through ``pieces`` from the front, the fork from the back. A pipe
    holds a byte for each piece; whoever takes one may read its next piece, so the two
    meet where the work is done, and no piece is read twice. What the fork found lies in
    a file, as a pipe would make it wait for this process to take it.
    """

    def __init__(self, pieces: Sequence[Piece], wanted: Wanted) -> None:
        self._found: dict[int, Found | None] = {}
        self._claims, end = os.pipe()
        os.write(end, bytes(len(pieces)))
        os.close(end)
        self._notes, notes = os.pipe()
        self._file = _scratch()
        self._at = 0
        self._pid = os.fork()
        if not self._pid:
            self._work(pieces, wanted, notes)
        os.close(notes)

    def _work(self, pieces: Sequence[Piece], wanted: Wanted, notes: int) -> NoReturn:
        try:
            os.close(self._notes)
            for piece in reversed(pieces):
                if not os.read(self._claims, 1):
                    break
                try:
                    found = read_piece(piece, wanted)
                except (ImageError, OSError):
                    found = None  # the other process meets the error, if it is one
                data = pickle.dumps(found, protocol=5)
                self._file.write(data)
                self._file.flush()
                os.write(notes, _NOTE.pack(piece.number, len(data)))
        finally:
            os._exit(0)

    def claim(self) -> bool:
        """May this process read the next piece from the front?"""
        return bool(os.read(self._claims, 1))

    def wait(self, number: int) -> Found | None:
        """What is in a piece, or None where the fork could not read it."""
        while number not in self._found:
            note = os.read(self._notes, _NOTE.size)
            if len(note) < _NOTE.size:
                return None
            which, size = _NOTE.unpack(note)
            self._found[which] = pickle.loads(os.pread(self._file.fileno(), size, self._at))  # noqa: S301
            self._at += size
        return self._found.pop(number)

    def stop(self) -> None:
        """End the fork."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._claims)
        os.close(self._notes)
        self._file.close()


def _scratch() -> IO[bytes]:
    """A file without a name, in memory where the system has that."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("uvdive"), "w+b")
    import tempfile

    return tempfile.TemporaryFile()


def may_fork() -> bool:
    """Are there two processors, and no threads, which a fork would leave behind in any state?"""
    return hasattr(os, "fork") and (os.cpu_count() or 1) > 1 and threading.active_count() == 1


class SharedReading:
    """Reads layers that lie on disk, with a second process where that is worth it.

    Args:
        places: the layers by name, in the order in which they will be asked for.
        wanted: which files' contents to keep.
        verify: read plain layers whole, so that their digests are known.
    """

    def __init__(self, places: Mapping[str, BlobPlace], wanted: Wanted, *, verify: bool) -> None:
        self._wanted = wanted
        self._verify = verify
        self._pieces: dict[str, list[Piece]] = {}
        self._second: SecondReader | None = None
        step = max(_LEAST, sum(place.size for place in places.values()) // _CUTS)
        members = packed = 0
        for name, place in places.items():
            cuts = None if verify else _cuts(place, step)
            self._add(name, place, cuts)
            if cuts is None:
                packed += place.size
            else:
                members += cuts.members
        count = sum(map(len, self._pieces.values()))
        worth = members >= WORTH_MEMBERS or packed >= WORTH_BYTES
        if 1 < count <= _MOST and worth and may_fork():
            self._second = SecondReader([p for pieces in self._pieces.values() for p in pieces], wanted)

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

    def _theirs(self, piece: Piece) -> Found | None:
        """What the second process read of a piece; None where this one has to read it."""
        second = self._second
        return None if second is None or second.claim() else second.wait(piece.number)

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
            found = self._theirs(pieces[0])
            layer = found if isinstance(found, LayerData) else read_whole(place, self._wanted)
        plain = layer.compressed_bytes is None
        return layer, LayerPlace(place.path.absolute(), place.start) if plain else None

    def _tar(self, pieces: Sequence[Piece]) -> LayerData:
        """A plain layer, from parts as far as they fit together."""
        place = pieces[0].place
        with opened(place.path) as fd:
            chain = Chain(FileStream(fd, place.start, place.size), self._wanted)
            for piece in pieces:
                part = self._theirs(piece)
                if not (isinstance(part, Part) and chain.take(piece.start, part)):
                    chain.read(piece.end)
        return LayerData(chain.index(), None, place.size, None)

    def close(self) -> None:
        """End the second process."""
        if self._second is not None:
            self._second.stop()


def _cuts(place: BlobPlace, step: int) -> Cuts | None:
    """Where a plain layer may be cut; None for one that has to be unpacked, or cannot be read."""
    try:
        with opened(place.path) as fd:
            stream = FileStream(fd, place.start, place.size)
            return cuts_of(stream, step) if blobs.compression(stream.peek(BLOCK)) is None else None
    except (OSError, ImageError):
        return None
