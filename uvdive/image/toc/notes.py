"""What a manifest says of a layer's table of contents: of which kind it is, and its digest.

Formats: https://github.com/containerd/stargz-snapshotter/blob/main/docs/estargz.md;
zstd:chunked: https://github.com/containers/storage/blob/main/docs/containers-storage-zstd-chunked.md.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from uvdive.base.zstd import zstd_module
from uvdive.image.reference import DIGEST

ESTARGZ = "containerd.io/snapshot/stargz/toc.digest"
CHUNKED = "io.github.containers.zstd-chunked.manifest-checksum"
PLACE = "io.github.containers.zstd-chunked.manifest-position"
"""Annotations of a layer in a manifest."""

MOST_PACKED, MOST = 32 << 20, 192 << 20
"""Larger tables are not read, packed and unpacked, in bytes: a layer of a million files has some such."""

FOOTER = 51
"""The bytes of an eStargz blob's end that say where its table begins."""

_PLACE = re.compile(r"(\d{1,15}):(\d{1,12}):(\d{1,12}):1")
_EXTRA = re.compile(rb"SG\x16\x00([0-9a-fA-F]{16})STARGZ", re.DOTALL)
_OLD = re.compile(rb"\x1f\x8b\x08\x04.{6}\x16\x00([0-9a-fA-F]{16})STARGZ", re.DOTALL)

TocKind = Literal["gzip", "zstd"]


class TocError(Exception):
    """A table of contents that is not used; the message, a part of a sentence, says why."""


@dataclass(frozen=True, slots=True)
class Note:
    """A layer's table: how it and the layer are packed, and the table's digest.

    ``start`` and ``packed`` say where it is in the blob, in bytes, and ``size`` how many it unpacks
    to; all 0 where the blob's end says it (eStargz).
    """

    kind: TocKind
    digest: str
    start: int = 0
    packed: int = 0
    size: int = 0


def note_of(annotations: Mapping[str, str | None], size: int) -> Note | None:
    """What a layer's annotations say of its table; None where there is none, or none that makes sense.

    Args:
        annotations: the descriptor's.
        size: the blob's, in bytes.
    """
    digest, place = annotations.get(CHUNKED) or "", _PLACE.fullmatch(annotations.get(PLACE) or "")
    if DIGEST.fullmatch(digest) and place is not None:
        return Note("zstd", digest, *map(int, place.groups()))
    digest = annotations.get(ESTARGZ) or ""
    return Note("gzip", digest) if DIGEST.fullmatch(digest) and size > FOOTER else None


def table_start(footer: bytes) -> int:
    """Where an eStargz blob's table begins, as its end says; the older form has 47 bytes.

    Raises:
        TocError: it is no such end.
    """
    match = _EXTRA.search(footer) or _OLD.search(footer)
    if match is None:
        raise TocError("its end is no eStargz footer")
    return int(match[1], 16)


def check_place(note: Note, start: int, packed: int, blob: int) -> None:
    """See that a table lies in its blob, and that it is no larger than any is.

    Raises:
        TocError: it does not, or is.
    """
    if packed > MOST_PACKED or note.size > MOST:
        raise TocError(f"its table has {max(packed, note.size)} bytes")
    if packed <= 0 or start <= 0 or start + packed > blob:
        raise TocError("its table lies outside of it")


def unpacked(note: Note, data: bytes) -> tuple[bytes, bytes]:
    """A table's JSON from its bytes in the blob, verified; and for eStargz the header in front of it.

    Args:
        note: as the manifest has it.
        data: the table as the blob holds it.

    Raises:
        TocError: it has another digest or size, or is damaged.
    """
    if note.kind == "zstd":
        if _digest(data) != note.digest:
            raise TocError("its table has another digest than the manifest says")
        text = inflated("zstd", data, note.size)
        if len(text) != note.size:
            raise TocError("its table has another size than the manifest says")
        return text, b""
    tar = inflated("gzip", data, MOST + 512)
    header, size = tar[:512], tar[124:136].rstrip(b"\0 ")
    if not size or set(size) - set(b"01234567"):
        raise TocError("its table is no member of a tar")
    text = tar[512 : 512 + int(size, 8)]
    if _digest(text) != note.digest:
        raise TocError("its table has another digest than the manifest says")
    return text, header


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def inflated(kind: TocKind, data: bytes, most: int) -> bytes:
    """The first ``most`` bytes that data unpack to: of one frame, or one member, and more behind it.

    Raises:
        TocError: they are damaged.
    """
    broken: tuple[type[Exception], ...] = (EOFError, gzip.BadGzipFile, zlib.error)
    if kind == "gzip":
        file: Any = gzip.GzipFile(fileobj=io.BytesIO(data))
    else:
        zstd = zstd_module()
        file = zstd.ZstdFile(io.BytesIO(data))
        broken = (EOFError, zstd.ZstdError)
    try:
        return bytes(file.read(most))
    except broken as error:
        raise TocError("a part of it cannot be unpacked") from error
