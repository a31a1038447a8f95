"""A table of contents as the index of its layer, and where the pieces of each file lie."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from uvdive.base import shapes
from uvdive.base.shapes import Each, Maybe, Record
from uvdive.image.budget import MAX_PATH, Budget
from uvdive.image.layer_index import HARD_LINK, OPAQUE, WHITEOUT, LayerIndex
from uvdive.image.reference import DIGEST
from uvdive.image.table import Kind
from uvdive.image.tar.header import clean, xattrs
from uvdive.image.tar.names import Names
from uvdive.image.toc.notes import Note, TocError, TocKind

_KINDS: dict[str, int] = {
    "reg": Kind.FILE, "dir": Kind.DIRECTORY, "symlink": Kind.SYMLINK, "char": Kind.CHAR_DEVICE,
    "block": Kind.BLOCK_DEVICE, "fifo": Kind.FIFO, "hardlink": HARD_LINK,
}  # fmt: skip
"""By the type of an entry, what it is; ``chunk`` goes on with the file before it."""

_NUMBERS = ("size", "mode", "uid", "gid", "offset", "endOffset", "chunkOffset", "chunkSize", "innerOffset")
_TEXTS = ("linkName", "modtime", "digest", "chunkDigest", "chunkType")
_ENTRY = Record(
    {
        "name": str,
        "type": str,
        **dict.fromkeys(_NUMBERS, Maybe(int)),
        **dict.fromkeys(_TEXTS, Maybe(str)),
        "xattrs": Maybe(Each(Maybe(str))),
    }
)
_TABLE = Record({"version": int, "entries": Maybe([_ENTRY])})
_ZEROS = "zeros"
_LARGEST, _LARGEST_ID = 1 << 62, 1 << 32
_MOST_OF_A_BYTE: dict[TocKind, int] = {"gzip": 1 << 11, "zstd": 1 << 16}
"""More bytes than a packed one can stand for: deflate makes 1,032 of it, zstd 128 KiB of four."""

_LOST = "\ufffd"
"""What JSON holds in place of bytes that are no UTF-8: which they were, nobody can tell."""

INDEX = "stargz.index.json"
"""What an eStargz layer's table is called; it is a file of the layer as all others."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file: where it lies in the blob, packed, and what it unpacks to.

    ``inner`` is where it begins in what is unpacked there. ``digest`` is its sha256, empty where the
    table has none; ``zeros``: it is nothing but zeros, and not in the blob.
    """

    start: int
    end: int
    inner: int
    at: int
    size: int
    digest: str
    zeros: bool = False


@dataclass(slots=True)
class Table:
    """A layer's files as its table lists them.

    ``pieces`` are those of each entry that has any, by its place in ``index``; ``digests`` are the
    sha256 of files' contents, where the table has them.
    """

    index: LayerIndex
    pieces: dict[int, list[Piece]] = field(default_factory=dict)
    digests: dict[int, str] = field(default_factory=dict)
    paths: dict[bytes, int] = field(default_factory=dict)


def read_table(text: bytes, note: Note, blob: int, table_at: int, header: bytes = b"") -> Table:
    """A table of contents; the index has neither contents nor digests yet.

    Args:
        text: the table's JSON, verified.
        note: how the layer is packed.
        blob: its size in bytes.
        table_at: where the table begins in it: no file's bytes lie behind.
        header: the tar's header in front of an eStargz table.

    Raises:
        TocError: it makes no sense, or says too little of the layer.
    """
    try:
        value = shapes.load(text, _TABLE, "its table")
    except ValueError as error:
        raise TocError(str(error)) from error
    if value["version"] != 1:
        raise TocError(f"its table is of version {value['version']}")
    entries = value.get("entries") or []
    reading = _Reading(blob, _MOST_OF_A_BYTE[note.kind])
    for place, entry in enumerate(entries):
        reading.take(entry, place)
    reading.finish(_ends(entries, table_at) if note.kind == "gzip" else None, table_at)
    if header:
        reading.add_index(len(text), header)
    return reading.table


def _ends(entries: Sequence[dict[str, Any]], table_at: int) -> dict[int, int]:
    """Where each piece's packed bytes end at the latest: where the next one's begin, or the table."""
    starts = sorted({entry["offset"] for entry in entries if entry.get("offset")})
    return dict(zip(starts, [*starts[1:], table_at], strict=True)) if starts else {}


class _Reading:
    def __init__(self, blob: int, most_of: int) -> None:
        self._most_of = most_of
        self.table = Table(LayerIndex())
        self._names = Names(self.table.index, lambda _path, _size: False)
        self._budget = Budget(blob)
        self._raw: dict[int, list[dict[str, Any]]] = {}
        self._blob = blob
        self._open: int | None = None
        self._links: list[tuple[int, bytes]] = []

    def take(self, entry: dict[str, Any], place: int) -> None:
        """Take in one entry."""
        if any((entry.get(key) or 0) < 0 for key in _NUMBERS):
            raise TocError(f"a number of entry {place} is less than nothing")
        if _LOST in entry["name"] or _LOST in (entry.get("linkName") or ""):
            raise TocError("its table has lost the bytes of a name")
        if entry["type"] == "chunk":
            if self._open is None:
                raise TocError(f"entry {place} goes on with no file")
            self._raw[self._open].append(entry)
            return
        kind = _KINDS.get(entry["type"])
        if kind is None:
            raise TocError(f"entry {place} is of an unknown type")
        row = self._row(entry, kind)
        self._open = row if kind == Kind.FILE and self.table.index.size[row] else None
        if self._open is not None:
            self._raw[row] = [entry]
            digest = entry.get("digest") or ""
            if DIGEST.fullmatch(digest):
                self.table.digests[row] = digest

    def _row(self, entry: dict[str, Any], kind: int) -> int:
        index, raw = self.table.index, entry["name"].encode("utf-8", "surrogatepass")
        size, uid, gid = (entry.get(key) or 0 for key in ("size", "uid", "gid"))
        if size >= _LARGEST or uid >= _LARGEST_ID or gid >= _LARGEST_ID or len(raw) > MAX_PATH:
            raise TocError("its table has a number or a name that no file has")
        kind, folder, name = self._names.one(kind, raw)
        row, path = len(index.names), clean(raw)
        if kind != Kind.DIRECTORY and path in self.table.paths:
            raise TocError("its table lists a name twice")
        link = (entry.get("linkName") or "").encode("utf-8", "surrogatepass")
        if kind == HARD_LINK and (link := clean(link)) not in self.table.paths:
            raise TocError("a link of its table leads to nothing before it")
        if kind not in (WHITEOUT, OPAQUE):
            self.table.paths[path] = row
        index.names.append(name)
        self._budget.take_nodes(1)
        self._budget.take_names(len(link))
        target = -1
        if kind in (HARD_LINK, Kind.SYMLINK):
            target = len(index.targets)
            index.targets.append(link)
        is_file = kind == Kind.FILE
        mode, mtime = (entry.get("mode") or 0) & 0o7777, _seconds(entry.get("modtime") or "")
        size = size if is_file else 0
        values = (folder, kind, mode, uid, gid, mtime, size, 0 if size else -1, target)
        for column, value in zip(_COLUMNS, values, strict=True):
            getattr(index, column).append(value)
        if entry.get("xattrs"):
            index.xattrs[row] = self._attributes(entry["xattrs"])
        return row

    def _attributes(self, named: dict[str, str | None]) -> bytes:
        try:
            records = {
                b"SCHILY.xattr." + key.encode("utf-8", "surrogatepass"): base64.b64decode(
                    value or "", validate=True
                )
                for key, value in named.items()
            }
        except (binascii.Error, ValueError) as error:
            raise TocError("an attribute in its table is not in base64") from error
        found = xattrs(records)
        self._budget.take_names(len(found))
        return found

    def finish(self, ends: dict[int, int] | None, most: int) -> None:
        """Put the pieces of each file together; they have to be the whole of it."""
        for row, entries in self._raw.items():
            pieces = list(self._pieces(row, entries, ends, most))
            at = 0
            for piece in pieces:
                if not piece.zeros and piece.inner + piece.size > (piece.end - piece.start) * self._most_of:
                    raise TocError("a file in its table has more bytes than can be packed so small")
                if piece.at != at or piece.size <= 0:
                    raise TocError("the pieces of a file in its table are not the whole of it")
                at += piece.size
            if at != self.table.index.size[row]:
                raise TocError("the pieces of a file in its table are not the whole of it")
            self.table.pieces[row] = pieces

    def _pieces(
        self, row: int, entries: Sequence[dict[str, Any]], ends: dict[int, int] | None, most: int
    ) -> Iterator[Piece]:
        whole = self.table.index.size[row]
        for number, entry in enumerate(entries):
            at = entry.get("chunkOffset") or 0
            size = entry.get("chunkSize") or whole - at
            start = entry.get("offset") or 0
            if ends is not None:
                end = ends.get(start, 0)
            elif number + 1 < len(entries):
                end = entries[number + 1].get("offset") or 0
            else:
                end = entries[0].get("endOffset") or 0  # of the whole file
            zeros = entry.get("chunkType") == _ZEROS
            digest = entry.get("chunkDigest") or ""
            if not digest and size == whole:
                digest = entry.get("digest") or ""
            if not zeros and not 0 <= start < end <= most:
                raise TocError("a file in its table lies outside of it")
            yield Piece(start, end, entry.get("innerOffset") or 0, at, size, digest, zeros)

    def add_index(self, size: int, header: bytes) -> None:
        """The table itself, which lies in an eStargz layer as a file."""
        entry = {"name": INDEX, "type": "reg", "size": size, "mode": _octal(header[100:108])}
        entry |= {"uid": _octal(header[108:116]), "gid": _octal(header[116:124])}
        row = self._row(entry, Kind.FILE)
        index = self.table.index
        index.mtime[row], index.offset[row] = _octal(header[136:148]), -1


_COLUMNS = ("folder", "kind", "mode", "uid", "gid", "mtime", "size", "offset", "target")


def _octal(data: bytes) -> int:
    digits = data.strip(b"\0 ")
    return int(digits, 8) if digits and not set(digits) - set(b"01234567") else 0


@lru_cache(4096)
def _seconds(text: str) -> int:
    """A time of RFC 3339 in seconds, fractions cut off towards minus infinity; 0 where there is none."""
    if not text:
        return 0
    head, _, rest = text.partition(".")
    zone = rest.lstrip("0123456789") if rest else ""
    try:
        return int(datetime.fromisoformat(head + zone).timestamp())
    except (ValueError, OverflowError) as error:
        raise TocError("its table has a time that is none") from error
