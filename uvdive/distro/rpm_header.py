"""Read packages out of an rpm database's bytes (``rpmdb.sqlite``, rpm 4.16 and later).

Each row of its ``Packages`` table holds a header: two big-endian counts, an index of
16-byte records (tag, type, offset, count) and a store of values (rpm's "Header
Format", https://rpm-software-management.github.io/rpm/manual/format_header.html).
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

_INDEX = struct.Struct(">iIii")
_COUNTS = struct.Struct(">II")
_NAME, _VERSION, _RELEASE, _EPOCH = 1000, 1001, 1002, 1003
_INDEXES, _BASENAMES, _DIRNAMES = 1116, 1117, 1118
_WANTED = frozenset({_NAME, _VERSION, _RELEASE, _EPOCH, _INDEXES, _BASENAMES, _DIRNAMES})
_INT32, _STRING, _STRINGS, _LOCALIZED = 4, 6, 8, 9
_STEPS = 20_000_000
"""More steps of SQLite's machine than any real database needs: a made-up one must not hang."""


@dataclass(frozen=True, slots=True)
class RpmPackage:
    """An installed rpm and the absolute paths of its files."""

    name: str
    version: str
    paths: tuple[bytes, ...]


def read_header(blob: bytes) -> RpmPackage:
    """One package of a header's bytes.

    Raises:
        ValueError: it is no header.
    """
    try:
        entries, size = _COUNTS.unpack_from(blob)
        start = _COUNTS.size + entries * _INDEX.size
        if start + size > len(blob):
            raise ValueError("an rpm header is cut off")
        store, found = blob[start : start + size], dict[int, list[bytes] | list[int]]()
        for at in range(_COUNTS.size, start, _INDEX.size):
            tag, kind, offset, count = _INDEX.unpack_from(blob, at)
            if tag in _WANTED:
                found[tag] = _values(store, kind, offset, count)
    except struct.error as error:
        raise ValueError(f"an rpm header is damaged: {error}") from error
    name = _first(found, _NAME)
    if not name:
        raise ValueError("an rpm header has no name")
    release = _first(found, _RELEASE)
    version = _first(found, _VERSION) + (f"-{release}" if release else "")
    return RpmPackage(name, version, tuple(_paths(found)))


def _values(store: bytes, kind: int, offset: int, count: int) -> list[bytes] | list[int]:
    if not 0 <= offset <= len(store) or not 0 <= count <= len(store):
        raise ValueError("an rpm header points out of its store")
    if kind == _INT32:
        return list(struct.unpack_from(f">{count}i", store, offset))
    if kind in (_STRING, _STRINGS, _LOCALIZED):
        return store[offset:].split(b"\0", count)[:count]
    return []


def _first(found: dict[int, list[bytes] | list[int]], tag: int) -> str:
    values = found.get(tag) or [b""]
    value = values[0]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _paths(found: dict[int, list[bytes] | list[int]]) -> Iterator[bytes]:
    folders = found.get(_DIRNAMES, [])
    for name, index in zip(found.get(_BASENAMES, []), found.get(_INDEXES, []), strict=False):
        if isinstance(index, int) and 0 <= index < len(folders):
            folder = folders[index]
            if isinstance(folder, bytes) and isinstance(name, bytes):
                yield folder + name


def read_rpmdb(data: bytes) -> Iterator[RpmPackage]:
    """Every package of a ``rpmdb.sqlite``.

    Raises:
        ValueError: it is no such database, or a damaged one.
    """
    if not data.startswith(b"SQLite format 3\0") or len(data) < 100:
        raise ValueError("not SQLite")
    # A database in WAL mode cannot be opened in memory; its log lies in another file.
    plain = data[:18] + b"\x01\x01" + data[20:]
    steps = 0

    def too_long() -> bool:
        nonlocal steps
        steps += 1
        return steps > _STEPS // 10_000

    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(plain)
            connection.set_progress_handler(too_long, 10_000)
            connection.execute("PRAGMA trusted_schema = OFF")
            row = connection.execute(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'Packages' AND rootpage > 0"
            ).fetchone()
            if row is None:
                raise ValueError("no table Packages")
            for (blob,) in connection.execute("SELECT blob FROM Packages"):
                if isinstance(blob, bytes):
                    yield read_header(blob)
    except sqlite3.Error as error:
        raise ValueError(str(error)) from error
