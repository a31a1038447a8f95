"""A layer's tar as overlay2 keeps it: the headers in ``tar-split.json.gz``, the contents as files.

Docker puts a layer's exact tar together from these two (vbatts/tar-split). Reading the
headers from there gives what the save stream would give, byte for byte, without
touching the files; only contents that are wanted are opened.
"""

from __future__ import annotations

import base64
import json
import os
from binascii import a2b_base64
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from uvdive.base.files.foreign import open_regular, opened, real
from uvdive.base.gzipped import GzipFile
from uvdive.image.stream import Buffer, truncated
from uvdive.image.tar.header import clean

_FILE, _SEGMENT = 1, 2
_Part = bytes | tuple[bytes, int]

_LINES = 1 << 17
_LONGEST, _MOST = 64 << 20, 1 << 62
"""More bytes than a line or a file has."""

_BROKEN = (
    *(ValueError, LookupError, TypeError, AttributeError),
    *(OverflowError, RecursionError, MemoryError),
)
"""What reading a damaged file raises: errors of gzip and JSON, and those of values of another type."""

_WINDOW = 1 << 19
_SMALL = 1 << 16
_FILLER = b"\xff" * _SMALL
"""Stands for a small file's content: neither a header nor an extended header's records look so."""


class StorageError(Exception):
    """The engine's storage is not what was expected: read the image another way."""


def open_below(folder: Path, name: bytes, plain: set[bytes] | None = None) -> int:
    """A file descriptor of the file at a tar's path below a folder, to be closed by the caller.

    No symlink is followed: what an image holds must not lead out of its folder. Who opens
    many hands the same ``plain`` in again, and a ``folder`` that is ``real``: it learns which
    folders are behind no link.

    Raises:
        StorageError: it is no file there.
    """
    top = real(folder) if plain is None else folder
    return _opened(os.fsencode(top) + b"/" + clean(name), set() if plain is None else plain)


def _opened(path: bytes, plain: set[bytes]) -> int:
    """Open a file; ``plain`` learns which folders are behind no link."""
    folder = path.rpartition(b"/")[0]
    try:
        if folder not in plain and os.path.realpath(folder) != folder:
            raise StorageError(f"{path!r} lies behind a link")
        plain.add(folder)
        return open_regular(path, os.O_NOFOLLOW)
    except OSError as error:
        raise StorageError(f"{path!r}: {error.strerror}") from error
    except ValueError as error:  # a NUL in the name
        raise StorageError(f"{path!r} is no path") from error


def read_below(folder: Path, name: bytes, size: int, at: int = 0) -> bytes:
    """``size`` bytes, from byte ``at`` on, of the file that ``open_below`` opens.

    Raises:
        StorageError: it is no file there, or is shorter.
    """
    return _read(open_below(folder, name), name, size, at)


def _read(fd: int, name: bytes, size: int, at: int) -> bytes:
    """Part of an open file, which is closed then."""
    try:
        data = os.pread(fd, size, at)
    finally:
        os.close(fd)
    if len(data) != size:
        raise StorageError(f"{name!r} is shorter than its layer says")
    return data


class TarSplitStream:
    """A ReadyStream over the tar that ``tar-split.json.gz`` and a folder of files stand for.

    Raises:
        StorageError: from any method, where the storage is not as it should be.
    """

    def __init__(self, split: Path, folder: Path) -> None:
        self._root = os.fsencode(real(folder)) + b"/"
        self._plain: set[bytes] = set()
        self._parts = _parts(split)
        self._seen: deque[_Part] = deque()
        self._part: _Part = b""
        self._at = self._length = 0
        self._before = 0
        self._window, self._window_at = b"", 0
        self._files: dict[int, bytes] = {}

    @property
    def position(self) -> int:
        """How many bytes were taken or skipped so far."""
        return self._before + self._at

    passes = True

    def ready(self, count: int) -> tuple[Buffer, int]:  # noqa: ARG002 - parts are as long as they are
        """The headers that come next; where files' contents would be there is filler, no header."""
        self._files.clear()
        start, pieces, size = self.position, list[bytes](), 0
        ahead = chain(tuple(self._seen), self._pulled())
        part: _Part | None = b""
        if self._at < self._length:
            # What stands before a file's content, or in it, is to take it.
            part = self._part[self._at :] if isinstance(self._part, bytes) else None
        while part is not None and size < _WINDOW:
            if isinstance(part, bytes):
                pieces.append(part)
            elif part[1] <= _SMALL:
                self._files[start + size] = part[0]
                pieces.append(_FILLER[: part[1]])
            else:
                break
            size += len(pieces[-1])
            part = next(ahead, None)
        self._window, self._window_at = b"".join(pieces), start
        return self._window, 0

    def fetch(self, position: int, count: int) -> Buffer:
        """The content of a file that lies in what ``ready`` gave."""
        name = self._files.get(position)
        if name is not None:
            return self._content(name, count)
        start = position - self._window_at
        return self._window[start : start + count]

    def _content(self, name: bytes, size: int, at: int = 0) -> bytes:
        return _read(_opened(self._root + clean(name), self._plain), name, size, at)

    def _pulled(self) -> Iterator[_Part]:
        """Parts that nobody looked at yet; they stay to be taken."""
        for part in self._parts:
            self._seen.append(part)
            yield part

    def _next(self) -> bool:
        while True:
            part = self._seen.popleft() if self._seen else next(self._parts, None)
            if part is None:
                return False
            self._before += self._length
            self._part, self._at = part, 0
            self._length = len(part) if isinstance(part, bytes) else part[1]
            if self._length:
                return True

    def _data(self, start: int, end: int) -> bytes:
        if isinstance(self._part, bytes):
            return self._part[start:end]
        return self._content(self._part[0], end - start, start)

    def take(self, count: int) -> bytes:
        """Exactly ``count`` bytes."""
        end = self._at + count
        if end <= self._length and isinstance(self._part, bytes):
            data = self._part[self._at : end]
            self._at = end
            return data
        return b"".join(self.chunks(count))

    def peek(self, count: int) -> bytes:
        """Up to ``count`` bytes of the part that comes next."""
        while self._at == self._length:
            if not self._next():
                return b""
        return self._data(self._at, min(self._length, self._at + count))

    def skip(self, count: int) -> None:
        """Pass over ``count`` bytes."""
        while self._at + count > self._length:
            count -= self._length - self._at
            self._at = self._length
            if not self._next():
                raise truncated(self.position)
        self._at += count

    def digest_of(self, count: int) -> int:
        """Contents are not hashed here: reading them is what this form saves."""
        self.skip(count)
        return 0

    def chunks(self, count: int | None) -> Iterator[memoryview]:
        """The next ``count`` bytes (None: all that are left) in pieces."""
        while count is None or count:
            if self._at == self._length and not self._next():
                if count is None:
                    return
                raise truncated(self.position)
            start = self._at
            self._at = self._length if count is None else min(self._length, start + count)
            if count is not None:
                count -= self._at - start
            yield memoryview(self._data(start, self._at))

    def drain(self) -> int:
        """Pass over all that is left; the tar's size in bytes."""
        self._at = self._length
        while self._next():
            self._at = self._length
        return self.position


def _parts(split: Path) -> Iterator[_Part]:
    """Raw bytes, and files as their tar name and size, in the tar's order."""
    try:
        with (
            opened(split) as fd,
            os.fdopen(fd, "rb", closefd=False) as packed,
            GzipFile(packed) as file,
        ):
            for part in _lines(file):
                if part["type"] == _SEGMENT:
                    yield a2b_base64(part["payload"])
                elif part["type"] == _FILE and part.get("size"):
                    yield _name(part), _size(part["size"])
    except (*_BROKEN, OSError) as error:
        raise StorageError(f"{split}: {error}") from error


def _size(value: object) -> int:
    """The number of a file's bytes.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _MOST:
        raise ValueError(f"{value!r} is no size")
    return value


def _lines(file: GzipFile) -> Iterator[dict[str, Any]]:
    """The values of a file's lines, parsed many at a time."""
    rest = b""
    while data := file.read(_LINES):
        if len(rest) > _LONGEST:
            raise ValueError("a line has no end")
        lines, _, rest = (rest + data).rpartition(b"\n")
        yield from _values(lines)
    yield from _values(rest)


def _values(lines: bytes) -> list[dict[str, Any]]:
    whole: list[dict[str, Any]] = json.loads(b"[%b]" % b",".join(filter(None, lines.split(b"\n"))))
    return whole


def _name(part: dict[str, Any]) -> bytes:
    """The tar's name of a file; one that is no UTF-8 is kept in base64."""
    raw = part.get("name_raw")
    if raw:
        return base64.b64decode(raw)
    name = part["name"]
    if not isinstance(name, str):
        raise TypeError("a name is no text")
    return name.encode("utf-8", "surrogateescape")


def chain_ids(diff_ids: Iterable[str]) -> list[str]:
    """The ids under which the engine keeps layers.

    https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid
    """
    import hashlib

    chain: list[str] = []
    for diff_id in diff_ids:
        if chain:
            text = f"{chain[-1]} {diff_id}".encode()
            chain.append("sha256:" + hashlib.sha256(text).hexdigest())
        else:
            chain.append(diff_id)
    return chain
