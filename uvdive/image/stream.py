"""Bytes in order: from an engine's stream, a decompressor, or a file read in place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

import xxhash

from uvdive.base.errors import ImageError

CHUNK = 1 << 20
_WINDOW = 1 << 13
_FAR = 1 << 18


class Hash(Protocol):
    """What hashlib's objects have in common."""

    def update(self, data: memoryview, /) -> None:
        """Take more bytes."""


class ByteStream(Protocol):
    """A source of bytes that is read once, front to back."""

    @property
    def position(self) -> int:
        """How many bytes were taken or skipped so far."""

    def take(self, count: int) -> bytes:
        """Exactly ``count`` bytes; ImageError where the source ends before."""

    def peek(self, count: int) -> bytes:
        """Up to ``count`` bytes (at most a header's worth) that stay to be taken."""

    def skip(self, count: int) -> None:
        """Pass over ``count`` bytes; ImageError as in take."""

    def digest_of(self, count: int) -> int:
        """Pass over ``count`` bytes and give the xxh3-64 of them; ImageError as in take."""

    def chunks(self, count: int | None) -> Iterator[memoryview]:
        """The next ``count`` bytes (None: all that are left) in pieces."""


Buffer = bytes | memoryview
Gap = tuple[int, int]
"""Bytes of a stream that its ``ready`` leaves out: the place in what it gave, and how many."""


def packed_bytes(stream: ByteStream) -> int | None:
    """How many packed bytes a stream's come from; None where they lie plainly in a file."""
    packed = getattr(stream, "packed", None)
    return packed if isinstance(packed, int) else None


@runtime_checkable
class ReadyStream(ByteStream, Protocol):
    """A ByteStream that shows what it has in memory, so that many members can be read at once."""

    passes: bool
    """Is what was skipped gone once the next bytes are asked for?"""
    gaps: Iterable[Gap]
    """What ``ready`` left out behind the place where the stream stands, from front to back."""

    def ready(self, count: int) -> tuple[Buffer, int]:
        """The bytes in memory (``count``, if no copying is needed), and where in them the stream stands.

        What is left out of them is in ``gaps``, up to the next call.
        """

    def fetch(self, position: int, count: int) -> Buffer:
        """Bytes at a position of the stream; of one that passes, they must lie in memory.

        Raises:
            ImageError: as in take.
        """


class TruncatedError(ImageError):
    """A source ended before what was asked of it."""


def truncated(position: int) -> TruncatedError:
    """The error for a source that ends too early, at a position in bytes."""
    return TruncatedError(
        f"The image data end too early, after {position} bytes.",
        "The archive is incomplete or the engine stopped sending: make or copy it again.",
    )


def _digest(pieces: Iterable[memoryview]) -> int:
    hasher = xxhash.xxh3_64()
    for piece in pieces:
        hasher.update(piece)
    return hasher.intdigest()


class ChunkStream:
    """A ByteStream over pieces that arrive one by one.

    ``packed`` is how many bytes they were before they were unpacked, None for plain ones.
    ``digest`` can be set to have every byte fed to it from then on, taken or
    skipped; set it to None to end that.
    """

    def __init__(self, pieces: Iterable[bytes | memoryview], packed: int | None = None) -> None:
        self._pieces = iter(pieces)
        self.packed = packed
        self._piece = memoryview(b"")
        self._at = 0
        self._before = 0
        self._digest: Hash | None = None
        self._hashed = 0

    @property
    def position(self) -> int:
        return self._before + self._at

    @property
    def digest(self) -> Hash | None:
        """The hash that all bytes go through now."""
        return self._digest

    @digest.setter
    def digest(self, value: Hash | None) -> None:
        self._flush()
        self._digest = value

    passes = True
    gaps: Iterable[Gap] = ()

    def ready(self, count: int) -> tuple[Buffer, int]:  # noqa: ARG002 - a piece is as long as it is
        return self._piece, self._at

    def fetch(self, position: int, count: int) -> Buffer:
        start = position - self._before
        return self._piece[start : start + count]

    def _flush(self) -> None:
        # Hashing whole pieces, not single headers, keeps the calls few.
        if self._digest is not None and self._at > self._hashed:
            self._digest.update(self._piece[self._hashed : self._at])
        self._hashed = self._at

    def _next(self) -> bool:
        """Go to the next piece; the current one must be used up."""
        self._flush()
        for piece in self._pieces:
            if piece:
                self._before += len(self._piece)
                self._piece = memoryview(piece)
                self._at = self._hashed = 0
                return True
        return False

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end <= len(self._piece):
            data = self._piece[self._at : end].tobytes()
            self._at = end
            return data
        return b"".join(self.chunks(count))

    def peek(self, count: int) -> bytes:
        rest = self._piece[self._at :]
        if len(rest) >= count:
            return rest[:count].tobytes()
        self._flush()
        pieces: list[bytes | memoryview] = [rest.tobytes()]
        have = len(rest)
        for piece in self._pieces:
            pieces.append(piece)
            have += len(piece)
            if have >= count:
                break
        self._before += self._at
        self._piece = memoryview(b"".join(pieces))
        self._at = self._hashed = 0
        return self._piece[:count].tobytes()

    def skip(self, count: int) -> None:
        end = self._at + count
        if end <= len(self._piece):
            self._at = end
            return
        for _ in self.chunks(count):
            pass

    def digest_of(self, count: int) -> int:
        end = self._at + count
        if end <= len(self._piece):
            start, self._at = self._at, end
            return xxhash.xxh3_64_intdigest(self._piece[start:end])
        return _digest(self.chunks(count))

    def chunks(self, count: int | None) -> Iterator[memoryview]:
        left = count
        while left is None or left:
            if self._at == len(self._piece) and not self._next():
                if left is None:
                    return
                raise truncated(self.position)
            start = self._at
            end = len(self._piece) if left is None else min(len(self._piece), start + left)
            self._at = end
            if left is not None:
                left -= end - start
            yield self._piece[start:end]


class FileStream:
    """A ByteStream over part of an open file, read in place: skipping reads nothing.

    Args:
        fd: an open file descriptor; its own position is neither used nor changed.
        start: where the stream begins in the file, in bytes.
        size: how long it is, in bytes.
    """

    def __init__(self, fd: int, start: int, size: int) -> None:
        self._fd = fd
        self._start = start
        self._size = size
        self._at = 0
        self._window = b""
        self._window_at = 0
        self._ahead = _WINDOW

    @property
    def size(self) -> int:
        """How long the stream is, in bytes."""
        return self._size

    def at(self, position: int) -> FileStream:
        """The same stream, from a position on."""
        other = FileStream(self._fd, self._start, self._size)
        other.skip(position)
        return other

    @property
    def position(self) -> int:
        return self._at

    def _read(self, at: int, count: int) -> bytes:
        if at + count > self._size:
            raise truncated(self._start + self._size)
        data = os.pread(self._fd, count, self._start + at)
        if len(data) < count:
            raise truncated(self._start + at + len(data))
        return data

    def _fill(self, count: int) -> int:
        """Have ``count`` bytes from here in the window, as far as there are any."""
        offset = self._at - self._window_at
        if offset >= 0 and offset + count <= len(self._window):
            return offset
        # Small files stand close together: read far ahead there, and little before a jump.
        near = offset <= 2 * len(self._window)
        self._ahead = min(self._ahead * 2, _FAR) if near else _WINDOW
        wanted = min(max(count, self._ahead), self._size - self._at)
        self._window = os.pread(self._fd, wanted, self._start + self._at)
        self._window_at = self._at
        return 0

    passes = False
    gaps: Iterable[Gap] = ()

    def ready(self, count: int) -> tuple[Buffer, int]:
        offset = self._fill(count)
        return self._window, offset

    def fetch(self, position: int, count: int) -> Buffer:
        start = position - self._window_at
        if 0 <= start <= len(self._window) - count:
            return self._window[start : start + count]
        return self._read(position, count)

    def take(self, count: int) -> bytes:
        if count > _WINDOW:
            data = self._read(self._at, count)
        else:
            offset = self._fill(count)
            data = self._window[offset : offset + count]
            if len(data) < count:
                raise truncated(self._start + self._at + len(data))
        self._at += count
        return data

    def peek(self, count: int) -> bytes:
        offset = self._fill(count)
        return self._window[offset : offset + count]

    def skip(self, count: int) -> None:
        if self._at + count > self._size:
            raise truncated(self._start + self._size)
        self._at += count

    def digest_of(self, count: int) -> int:
        return _digest(self.chunks(count))

    def chunks(self, count: int | None) -> Iterator[memoryview]:
        left = self._size - self._at if count is None else count
        while left:
            piece = self._read(self._at, min(left, CHUNK))
            self._at += len(piece)
            left -= len(piece)
            yield memoryview(piece)
