"""A layer's tar as overlay2 keeps it: the headers in ``tar-split.json.gz``, the contents as files.

Docker puts a layer's exact tar together from these two (vbatts/tar-split). Reading the
headers from there gives what the save stream would give, byte for byte, without
touching the files; only contents that are wanted are opened.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, compress
from pathlib import Path

from uvdive.base.files.foreign import opened, real
from uvdive.base.gzipped import GzipFile
from uvdive.image.stream import Buffer, Gap, truncated
from uvdive.image.tar.below import StorageError, opened_below, part_of
from uvdive.image.tar.header import BLOCK, clean
from uvdive.image.tar.split_lines import BROKEN, Lines, Parts, parts_of


class TarSplitStream:
    """A ReadyStream over the tar that ``tar-split.json.gz`` and a folder of files stand for.

    What it shows ahead are segments, so headers; the files' contents are gaps there.

    Args:
        split: the tar-split file.
        folder: that with the layer's files.
        begin: the first byte of a part of its text; a stream over a part has positions of its own.
        end: the first byte of the part behind it (``split_lines.Lines`` says which lines are meant).

    ``ran_out`` says that bytes were asked for when there were none left. ``lines`` are those that were
    read, from the first bytes on.

    Raises:
        StorageError: from any method, where the storage is not as it should be.
    """

    passes = True

    def __init__(self, split: Path, folder: Path, begin: int = 0, end: int | None = None) -> None:
        self._root = os.fsencode(real(folder)) + b"/"
        self._plain: set[bytes] = set()
        self._parts = self._read(split, begin, end)
        self.lines: Lines | None = None
        self.ran_out = False
        self.gaps: Iterable[Gap] = ()
        self._before = self._at = 0
        self._hold(Parts([], [], []))

    def _read(self, split: Path, begin: int, end: int | None) -> Iterator[Parts]:
        """The tar's parts in its order, many at a time."""
        try:
            with (
                opened(split) as fd,
                os.fdopen(fd, "rb", closefd=False) as packed,
                GzipFile(packed) as file,
            ):
                self.lines = Lines(file.read, begin, end)
                yield from map(parts_of, self.lines)
        except (*BROKEN, OSError) as error:
            raise StorageError(f"{split}: {error}") from error

    def _hold(self, parts: Parts) -> None:
        """Have other parts in memory."""
        self._held = parts
        self._window = b"".join(parts.segments)
        self._length = len(self._window) + sum(parts.sizes)
        self._ends = [*accumulate(map(len, parts.segments))]
        self._starts: list[int] = []

    def _more(self) -> bool:
        """Go to the parts that come next, once those in memory were passed."""
        while (parts := next(self._parts, None)) is not None:
            self._before += self._length
            self._at -= self._length
            self._hold(parts)
            if self._length:
                return True
        return False

    def _part(self, place: int) -> int:
        """The number of the part in which a place lies; segments have even numbers, files odd ones."""
        if not self._starts:
            lengths = chain.from_iterable(zip(map(len, self._held.segments), self._held.sizes, strict=True))
            self._starts = [*accumulate(lengths, initial=0)]
        return bisect_right(self._starts, place) - 1

    @property
    def position(self) -> int:
        """How many bytes were taken or skipped so far."""
        return self._before + self._at

    @property
    def behind(self) -> int:
        """How many bytes behind the last part in memory were passed."""
        return max(0, self._at - self._length)

    def ready(self, count: int) -> tuple[Buffer, int]:  # noqa: ARG002 - parts are as long as they are
        """The segments in memory; nothing where the stream stands in a file's content."""
        self.gaps = ()
        if self._at >= self._length and not self._more():
            return b"", 0
        sizes = self._held.sizes
        gaps = compress(zip(self._ends, sizes, strict=True), sizes)
        if self._at < self._ends[0]:
            self.gaps = gaps
            return self._window, self._at
        number, within = divmod(self._part(self._at), 2)
        if within or self._at >= self._length:
            return b"", 0
        end = self._ends[number]
        self.gaps = (gap for gap in gaps if gap[0] >= end)
        return self._window, end - self._starts[2 * number + 1] + self._at

    def fetch(self, position: int, count: int) -> Buffer:
        """Bytes of what is in memory."""
        start = position - self._before
        return b"".join(self._pieces(start, start + count))

    def _pieces(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes between two places in the parts that are in memory."""
        number = self._part(start)
        while start < end:
            part, begin = self._starts[number], start - self._starts[number]
            stop = min(end, self._starts[number + 1])
            if stop > start:
                index, is_file = divmod(number, 2)
                if is_file:
                    yield self._content(self._held.names[index], stop - start, begin)
                else:
                    yield self._held.segments[index][begin : stop - part]
            start = stop
            number += 1

    def _content(self, name: bytes, size: int, at: int) -> bytes:
        return part_of(opened_below(self._root + clean(name), self._plain), name, size, at)

    def take(self, count: int) -> bytes:
        """Exactly ``count`` bytes."""
        return b"".join(self.chunks(count))

    def peek(self, count: int) -> bytes:
        """Up to ``count`` bytes of the parts in memory."""
        if self._at >= self._length and not self._more():
            return b""
        return b"".join(self._pieces(self._at, min(self._length, self._at + count)))

    def skip(self, count: int) -> None:
        """Pass over ``count`` bytes."""
        self._at += count
        while self._at > self._length:
            if not self._more():
                if self.lines is not None and self.lines.stop is not None and self.behind < BLOCK:
                    return  # what fills the last block stands in front of the next part
                self._at = self._length
                raise truncated(self.position)

    def digest_of(self, count: int) -> int:
        """Contents are not hashed here: reading them is what this form saves."""
        self.skip(count)
        return 0

    def chunks(self, count: int | None) -> Iterator[memoryview]:
        """The next ``count`` bytes (None: all that are left) in pieces."""
        while count is None or count:
            if self._at >= self._length and not self._more():
                if count is None:
                    return
                self.ran_out = True
                raise truncated(self.position)
            start = self._at
            end = self._length if count is None else min(self._length, start + count)
            if count is not None:
                count -= end - start
            for piece in self._pieces(start, end):
                self._at += len(piece)
                yield memoryview(piece)

    def drain(self) -> int:
        """Pass over all that is left; the tar's size in bytes."""
        self._at = self._length
        while self._more():
            self._at = self._length
        return self.position
