"""A layer's tar as overlay2 keeps it: the headers in ``tar-split.json.gz``, the contents as files.

Docker puts a layer's exact tar together from these two (vbatts/tar-split). Reading the
headers from there gives what the save stream would give, byte for byte, without
touching the files; only contents that are wanted are opened.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from uvdive.image.stream import CHUNK, truncated
from uvdive.image.tarheader import clean

_FILE, _SEGMENT = 1, 2
_decode = json.JSONDecoder().decode  # json.loads guesses the encoding of every line


class StorageError(Exception):
    """The engine's storage is not what was expected: read the image another way."""


def open_below(folder: Path, name: bytes) -> int:
    """A file descriptor of the file at a tar's path below a folder, to be closed by the caller.

    No symlink is followed: what an image holds must not lead out of its folder.

    Raises:
        StorageError: it is no file there.
    """
    path = os.fsencode(folder.resolve()) + b"/" + clean(name)
    if os.path.realpath(os.path.dirname(path)) != os.path.dirname(path):  # noqa: PTH120 - names are bytes
        raise StorageError(f"{path!r} lies behind a link")
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise StorageError(f"{path!r}: {error.strerror}") from error


def read_below(folder: Path, name: bytes, size: int, at: int = 0) -> bytes:
    """``size`` bytes, from byte ``at`` on, of the file that ``open_below`` opens.

    Raises:
        StorageError: it is no file there, or is shorter.
    """
    fd = open_below(folder, name)
    try:
        data = os.pread(fd, size, at)
    finally:
        os.close(fd)
    if len(data) != size:
        raise StorageError(f"{name!r} in {folder} is shorter than its layer says")
    return data


class TarSplitStream:
    """A ByteStream over the tar that ``tar-split.json.gz`` and a folder of files stand for.

    Raises:
        StorageError: from any method, where the storage is not as it should be.
    """

    def __init__(self, split: Path, folder: Path) -> None:
        self._folder = folder
        self._parts = self._read(split)
        self._part: bytes | tuple[bytes, int] = b""
        self._at = self._length = 0
        self._before = 0

    @property
    def position(self) -> int:
        """How many bytes were taken or skipped so far."""
        return self._before + self._at

    @staticmethod
    def _read(split: Path) -> Iterator[bytes | tuple[bytes, int]]:
        """Raw bytes, and files as their tar name and size, in the tar's order."""
        try:
            with gzip.open(split) as file:
                for line in _lines(file):
                    part = _decode(line)
                    if part["type"] == _SEGMENT:
                        yield base64.b64decode(part["payload"])
                    elif part["type"] == _FILE and part.get("size"):
                        yield _name(part), int(part["size"])
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise StorageError(f"{split}: {error}") from error

    def _next(self) -> bool:
        for part in self._parts:
            self._before += self._length
            self._part, self._at = part, 0
            self._length = len(part) if isinstance(part, bytes) else part[1]
            if self._length:
                return True
        return False

    def _data(self, start: int, end: int) -> bytes:
        if isinstance(self._part, bytes):
            return self._part[start:end]
        return read_below(self._folder, self._part[0], end - start, start)

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


def _lines(file: gzip.GzipFile) -> Iterator[str]:
    """The lines of a file, split many at a time."""
    rest = b""
    while data := file.read(CHUNK):
        *lines, rest = (rest + data).split(b"\n")
        yield from map(bytes.decode, lines)
    if rest:
        yield rest.decode()


def _name(part: dict[str, Any]) -> bytes:
    """The tar's name of a file; one that is no UTF-8 is kept in base64."""
    raw = part.get("name_raw")
    return base64.b64decode(raw) if raw else str(part["name"]).encode("utf-8", "surrogateescape")


def chain_ids(diff_ids: Iterable[str]) -> list[str]:
    """The ids under which the engine keeps layers (OCI image-spec "config.md", Layer ChainID)."""
    import hashlib

    chain: list[str] = []
    for diff_id in diff_ids:
        if chain:
            text = f"{chain[-1]} {diff_id}".encode()
            chain.append("sha256:" + hashlib.sha256(text).hexdigest())
        else:
            chain.append(diff_id)
    return chain
