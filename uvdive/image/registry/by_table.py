"""A layer from its table of contents: the list of its files, and of their bytes only what is wanted."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from uvdive.image.budget import Budget
from uvdive.image.layer_index import LayerData
from uvdive.image.raw_image import WrongTableError
from uvdive.image.registry.client import Manners, NoPartsError, Registry
from uvdive.image.registry.manifests import Blob
from uvdive.image.registry.names import parse_name
from uvdive.image.sieve import Wanted
from uvdive.image.tar.header import clean
from uvdive.image.toc.notes import FOOTER, Note, TocError, check_place, inflated, table_start, unpacked
from uvdive.image.toc.table import Piece, Table, read_table

WORTH_IT = 1 << 18
"""Fewer bytes are sooner read whole, and their digests verified with it."""

_GAP, _AT_ONCE = 1 << 16, 8 << 20
"""Pieces that lie so near to each other come in one request, up to so many bytes."""

_TAIL = 1 << 16
_TOO_MUCH = 0.6
"""Where this part of a layer is wanted, all of it is read: it is verified then."""


def fetch_table(registry: Registry, blob: Blob, note: Note) -> Table:
    """A layer's table, by one or two requests.

    Raises:
        TocError: it is not there, or not as the manifest says, or makes no sense.
        ImageError: the registry does not answer.
    """
    try:
        if note.kind == "zstd":
            start = note.start
            check_place(note, start, note.packed, blob.size)
            data = registry.part(blob.digest, start, start + note.packed)
        else:
            start, data = _at_end(registry, blob, note)
    except NoPartsError as error:
        raise TocError("the registry sends no parts of it") from error
    text, header = unpacked(note, data)
    return read_table(text, note, blob.size, start, header)


def _at_end(registry: Registry, blob: Blob, note: Note) -> tuple[int, bytes]:
    """Where an eStargz table begins, and its bytes: most often all of them come with the end."""
    tail = max(0, blob.size - _TAIL)
    data = registry.part(blob.digest, tail, blob.size)
    start = table_start(data[-FOOTER:])
    check_place(note, start, blob.size - start, blob.size)
    before = registry.part(blob.digest, start, tail) if start < tail else b""
    return start, before + data[max(0, start - tail) :]


def read_by_table(registry: Registry, blob: Blob, note: Note, wanted: Wanted) -> LayerData:
    """A layer with the contents that are wanted; its diff id is not known.

    Raises:
        TocError: its table is not to be used, or is wrong about a content.
        ImageError: the registry does not answer.
    """
    table = fetch_table(registry, blob, note)
    index = table.index
    rows = [row for row in table.pieces if wanted(index.path(row), index.size[row])]
    parts = list(_parts([piece for row in rows for piece in table.pieces[row]]))
    if sum(part[-1].end - part[0].start for part in parts) > _TOO_MUCH * blob.size:
        raise TocError("most of it is wanted")
    budget = Budget(blob.size)
    for row in rows:
        budget.take_kept(index.size[row])
    found = dict(_fetched(registry, blob.digest, note, parts))
    for row in rows:
        index.contents[row] = b"".join(_content(piece, found) for piece in table.pieces[row])
    index.sha256 = table.digests
    return LayerData(index, None, None, blob.size)


def _content(piece: Piece, found: dict[Piece, bytes]) -> bytes:
    return bytes(piece.size) if piece.zeros else found[piece]


def _parts(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Pieces by request: those that lie near to each other."""
    part: list[Piece] = []
    for piece in sorted({each for each in pieces if not each.zeros}, key=lambda each: (each.start, each.end)):
        if part and (piece.start - part[-1].end > _GAP or piece.end - part[0].start > _AT_ONCE):
            yield part
            part = []
        part.append(piece)
    if part:
        yield part


def _fetched(
    registry: Registry, digest: str, note: Note, parts: Iterable[list[Piece]]
) -> Iterator[tuple[Piece, bytes]]:
    """Pieces with what they unpack to, verified."""
    for part in parts:
        start = part[0].start
        try:
            data = registry.part(digest, start, max(piece.end for piece in part))
        except NoPartsError as error:
            raise TocError("the registry sends no parts of it") from error
        for piece in part:
            packed = data[piece.start - start : piece.end - start]
            content = inflated(note.kind, packed, piece.inner + piece.size)[piece.inner :]
            if len(content) != piece.size:
                raise TocError("a file's bytes are not where its table says")
            if piece.digest and f"sha256:{hashlib.sha256(content).hexdigest()}" != piece.digest:
                raise TocError("a file's bytes are not those that its table names")
            yield piece, content


@dataclass(frozen=True, slots=True)
class TableSource:
    """Where the contents of a layer's files can be had again: any process may ask.

    ``image`` is the name of the image, ``insecure`` and ``patience`` are as in ``Manners``.
    """

    image: str
    blob: Blob
    note: Note
    insecure: tuple[str, ...]
    patience: float

    def read(self, path: bytes, at: int, count: int) -> bytes:
        """``count`` bytes of a file from byte ``at`` on.

        Raises:
            WrongTableError: they are not what the table says.
            ImageError: they cannot be had.
        """
        try:
            registry, table = _open(self)
            row = table.paths.get(clean(path))
            pieces = table.pieces.get(row, []) if row is not None else []
            needed = [piece for piece in pieces if piece.at < at + count and piece.at + piece.size > at]
            found = dict(_fetched(registry, self.blob.digest, self.note, _parts(needed)))
        except TocError as error:
            raise WrongTableError(
                f"The table of contents of {self.blob.digest} is not to be used, as {error}.",
                "Read the layer whole: --verify-digests",
            ) from error
        if not needed:
            return b""
        return b"".join(_content(piece, found) for piece in needed)[at - needed[0].at :][:count]


_opened: dict[tuple[int, TableSource], tuple[Registry, Table]] = {}
"""By process, as a fork must not go on with the connections of another one."""


def _open(source: TableSource) -> tuple[Registry, Table]:
    key = os.getpid(), source
    if key not in _opened:
        registry = Registry(parse_name(source.image), Manners(source.insecure, source.patience))
        _opened[key] = registry, fetch_table(registry, source.blob, source.note)
    return _opened[key]
