"""Saved reports (``uvdive.saved/1``, ``.uvdive``): everything of an image but file contents.

A line with the format's name and version, the length and CRC-32 of the payload,
then the payload under zlib: the length of a JSON header, the header, and the raw
little-endian columns in the order in which the header names them. There is no code
in it that reading could run, and everything that views index with is checked, so
that a file from a stranger is safe to open.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from uvdive.base import columns as columns_
from uvdive.base.errors import ImageError
from uvdive.image.table import COLUMNS, FileTable
from uvdive.ledger.report import ImageReport
from uvdive.ledger.saved import codec
from uvdive.ledger.saved.validate import check

MAGIC = b"uvdive.saved/"
"""The first bytes of every version's files."""

VERSION = 1
SCHEMA = f"uvdive.saved/{VERSION}"
LIMIT = 1 << 30
"""The largest payload that is read, in bytes: some twelve million files."""

_UNPACKED, _RATIO = 64 << 20, 64
"""How large a payload may be beside its packed bytes: real ones come to a tenth or twentieth."""

_HEADER, _HEADER_RATIO = 16 << 20, 10
"""The same for the JSON, which takes many times its length while it is read."""

_LEVEL = 1
"""The default level takes six times as long for a file that is a twentieth smaller."""

_PREAMBLE = struct.Struct("<QI")
_LENGTH = struct.Struct("<Q")
_OWN_COLUMNS = ("inode_owner", "inode_component")
_LATER = frozenset({"attributed", "xattrs"})
"""Columns that older files have not: empty then."""
_SAVE_AGAIN = "Save the report again: uvdive IMAGE --save FILE.uvdive"


@dataclass(frozen=True, slots=True)
class _Column:
    """``type`` is ``u4``, ``i8`` … or ``bytes``: then 4-byte lengths come before the texts."""

    name: str
    type: str
    count: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Header:
    schema: str
    columns: tuple[_Column, ...]
    report: Mapping[str, Any]


def is_saved(head: bytes) -> bool:
    """Do a file's first bytes say that it is a saved report?"""
    return head.startswith(MAGIC)


def dump(report: ImageReport) -> bytes:
    """The report as the bytes of a ``.uvdive`` file."""
    pieces = plain_pieces(report)
    checksum = 0
    for piece in pieces:
        checksum = zlib.crc32(piece, checksum)
    preamble = _PREAMBLE.pack(sum(map(len, pieces)), checksum)
    compressor = zlib.compressobj(_LEVEL)
    packed = [compressor.compress(piece) for piece in pieces]
    return b"".join([MAGIC, f"{VERSION}\n".encode(), preamble, *packed, compressor.flush()])


def plain_pieces(report: ImageReport) -> list[bytes]:
    """The payload of a report's file, as it is before it is packed, in pieces."""
    columns, blobs = [], []
    for name in (*COLUMNS, *_OWN_COLUMNS):
        column = getattr(report if name in _OWN_COLUMNS else report.files, name)
        kind = columns_.TYPES[column.typecode] if isinstance(column, array) else "bytes"
        blob = columns_.pack(column) if isinstance(column, array) else columns_.pack_texts(column)
        columns.append({"name": name, "type": kind, "count": len(column), "bytes": len(blob)})
        blobs.append(blob)
    plain = codec.encode(report, leave_out=(array, FileTable))
    header = json.dumps({"schema": SCHEMA, "columns": columns, "report": plain}).encode("ascii")
    return [_LENGTH.pack(len(header)), header, *blobs]


def load(data: bytes) -> ImageReport:
    """The report of a ``.uvdive`` file's bytes.

    Raises:
        ImageError: it is no saved report, is cut off or damaged, or a newer uvdive
            wrote it.
    """
    return load_plain(memoryview(_unpack_payload(data)), _HEADER + _HEADER_RATIO * len(data))


def load_plain(payload: memoryview, most: int = LIMIT) -> ImageReport:
    """The report of a payload that was packed, or never was.

    Args:
        payload: as ``plain_pieces`` gave it.
        most: how long its JSON may be, in bytes.

    Raises:
        ImageError: as ``load``.
    """
    try:
        (length,) = _LENGTH.unpack_from(payload)
        if length > len(payload) - _LENGTH.size:
            _damaged("its header is cut off")
        if length > most:
            _damaged(f"its header has {length} bytes")
        start = _LENGTH.size + length
        raw = json.loads(bytes(payload[_LENGTH.size : start]), parse_constant=_no_constant)
        header: _Header = codec.decode(_Header, raw)
        if header.schema != SCHEMA:
            _damaged(f"its header says {header.schema!r}")
        columns = _read_columns(header.columns, payload[start:])
        own = {name: columns.pop(name) for name in _OWN_COLUMNS}
        report: ImageReport = codec.decode(
            ImageReport, {**header.report, **own, "files": FileTable(**columns)}
        )
        check(report)
    except (ValueError, KeyError, RecursionError, struct.error) as error:
        raise _error(str(error)) from error
    return report


def _read_columns(columns: tuple[_Column, ...], blobs: memoryview) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at = 0
    empty = FileTable()
    for column in columns:
        blob = blobs[at : at + column.bytes]
        if column.count < 0 or column.bytes < 0 or len(blob) != column.bytes:
            raise ValueError(f"column {column.name} is cut off")
        at += column.bytes
        if column.name not in (*COLUMNS, *_OWN_COLUMNS):
            continue  # a later version's
        expected = getattr(empty, column.name, None)
        if column.type == "bytes" and isinstance(expected, list):
            found[column.name] = columns_.unpack_texts(column.count, blob)
            continue
        values = columns_.unpack(column.type, blob)
        if len(values) != column.count or (expected is not None and expected.typecode != values.typecode):
            raise ValueError(f"column {column.name} is not what its header says")
        found[column.name] = values
    if at != len(blobs):
        raise ValueError("there are bytes after the last column")
    missing = {*COLUMNS, *_OWN_COLUMNS} - found.keys() - _LATER
    if missing:
        raise ValueError(f"the columns {', '.join(sorted(missing))} are missing")
    return found


def _unpack_payload(data: bytes) -> bytes:
    head, line_end, _ = data[:64].partition(b"\n")
    if not is_saved(head):
        raise ImageError("This is no saved report.", "Give a file that uvdive --save wrote.")
    version = head[len(MAGIC) :]
    if not line_end or not version.isdigit() or int(version) < 1:
        _damaged("its first line is broken")
    if int(version) > VERSION:
        raise ImageError(
            f"The saved report has format {int(version)}, and this uvdive reads up to {VERSION}.",
            "Update uvdive, or save the report with this version.",
        )
    start = len(head) + 1
    if len(data) < start + _PREAMBLE.size:
        _damaged("it is cut off")
    size, checksum = _PREAMBLE.unpack_from(data, start)
    if size > min(LIMIT, _UNPACKED + _RATIO * len(data)):
        raise ImageError(
            f"The saved report of {len(data)} bytes would unpack to {size}, more than uvdive reads.",
            "It is damaged, or made to fill the memory; open the image itself.",
        )
    return _inflate(data, start + _PREAMBLE.size, size, checksum)


def _inflate(data: bytes, start: int, size: int, checksum: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        # One byte more than promised is enough to see a lie, and no bomb.
        payload = inflater.decompress(memoryview(data)[start:], size + 1)
    except zlib.error as error:
        raise _error(str(error)) from error
    if len(payload) > size or inflater.unconsumed_tail or inflater.unused_data:
        _damaged("it holds more than it says")
    if len(payload) < size or not inflater.eof:
        _damaged("it is cut off")
    if zlib.crc32(payload) != checksum:
        _damaged("its checksum does not fit")
    return payload


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _error(why: str) -> ImageError:
    return ImageError(f"The saved report is damaged: {why[:300]}.", _SAVE_AGAIN)


def _damaged(why: str) -> NoReturn:
    raise _error(why)
