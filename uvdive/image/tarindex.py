"""Index a layer tar from its headers; contents are passed over unless something wants them."""

from __future__ import annotations

from collections.abc import Callable

import xxhash

from uvdive.base.errors import ImageError
from uvdive.image import tarheader as th
from uvdive.image.layer import HARD_LINK, OPAQUE, WHITEOUT, LayerIndex
from uvdive.image.stream import ByteStream
from uvdive.image.table import Kind
from uvdive.image.tarmember import Members

Wanted = Callable[[bytes, int], bool]
"""Does anything want the content of the file with this path and size in bytes?"""

Visitor = Callable[[bytes, int, ByteStream], None]
"""Gets a member's path, its size in bytes and the stream at its data; takes any part of them."""

_LINKS = (HARD_LINK, int(Kind.SYMLINK))
_WHITEOUTS = (WHITEOUT, OPAQUE)
_OPAQUE = b".wh..wh..opq"
_ROWS = 4096


def nothing(_path: bytes, _size: int) -> bool:
    """A Wanted for callers that need no contents."""
    return False


class _Indexer:
    """The state of one run over one tar."""

    def __init__(self, stream: ByteStream, wanted: Wanted, *, digests: bool) -> None:
        self.stream = stream
        self.wanted = wanted
        self.members = Members(stream)
        self.index = LayerIndex(has_digests=digests, warnings=self.members.warnings)
        self._shared: dict[bytes, bytes] = {}
        self._folders: dict[bytes, int] = {}
        self._folder: bytes | None = None
        self._folder_id = 0
        self._rows: list[tuple[int, int, int, int, int, int, int, int]] = []

    def run(self, end: int | None) -> LayerIndex:
        members, rows = self.members, self._rows
        while members.advance(end):
            size = members.size
            kind, place = self.place(members.kind, th.clean(members.name))
            self.index.kind.append(kind)
            if kind in _WHITEOUTS:
                size = 0
            offset, digest = self.content(members.stored, sparse=size != members.stored)
            rows.append((place, members.mode, members.uid, members.gid, members.mtime, size, offset, digest))
            if len(rows) == _ROWS:
                self._flush()
        self._flush()
        return self.index

    def _flush(self) -> None:
        # Rows become columns in bulk: a call for each number of each entry costs more.
        index = self.index
        columns = (
            index.folder,
            index.mode,
            index.uid,
            index.gid,
            index.mtime,
            index.size,
            index.offset,
            index.digest,
        )
        for column, values in zip(columns, zip(*self._rows, strict=True), strict=False):
            column.extend(values)
        self._rows.clear()

    def place(self, kind: int, path: bytes) -> tuple[int, int]:
        """Note the member's name and target; its kind, and the number of its folder."""
        index = self.index
        folder, _, name = path.rpartition(b"/")
        if name[:4] == b".wh.":
            # .wh..wh.* other than the opaque marker is aufs' own bookkeeping: a
            # whiteout of a name that no layer has.
            kind, name = (OPAQUE, b"") if name == _OPAQUE else (WHITEOUT, name[4:])
        if folder != self._folder:
            self._folder = folder
            number = self._folders.setdefault(folder, len(index.folders))
            if number == len(index.folders):
                index.folders.append(folder)
            self._folder_id = number
        # A name like __init__.py stands in thousands of folders: once is enough.
        index.names.append(self._shared.setdefault(name, name))
        if kind in _LINKS:
            link = self.members.link
            index.target.append(len(index.targets))
            index.targets.append(th.clean(link) if kind == HARD_LINK else link)
        else:
            index.target.append(-1)
        return kind, self._folder_id

    def content(self, stored: int, *, sparse: bool) -> tuple[int, int]:
        """Take, hash or pass over the member's data; where they begin, and their digest."""
        if not stored:
            return -1, 0
        index, stream = self.index, self.stream
        offset = -1 if sparse else stream.position
        padding = -stored % th.BLOCK
        digest = 0
        if not sparse and self.wanted(self._path(), stored):
            data = index.contents[len(index.names) - 1] = stream.take(stored)
            stream.skip(padding)
            if index.has_digests:
                digest = xxhash.xxh3_64_intdigest(data)
        elif index.has_digests:
            digest = stream.digest_of(stored)
            stream.skip(padding)
        else:
            stream.skip(stored + padding)
        return offset, digest

    def _path(self) -> bytes:
        """The path of the member that ``place`` noted last."""
        name = self.index.names[-1]
        return self._folder + b"/" + name if self._folder else name


class _Visiting(_Indexer):
    """An index run that hands every regular file's data to a visitor."""

    def __init__(self, stream: ByteStream, visitor: Visitor) -> None:
        super().__init__(stream, nothing, digests=False)
        self._visitor = visitor

    def content(self, stored: int, *, sparse: bool) -> tuple[int, int]:
        stream = self.stream
        offset = stream.position
        if stored and not sparse:
            self._visitor(self._path(), stored, stream)
        stream.skip(offset + stored - stream.position + -stored % th.BLOCK)
        return -1 if sparse else offset, 0


def visit_tar(stream: ByteStream, visitor: Visitor) -> LayerIndex:
    """Walk an archive that holds layers; ``visitor`` sees each regular file as it passes.

    Raises:
        BadHeaderError: this is no tar, or a damaged one.
        ImageError: it ends too early.
    """
    return _Visiting(stream, visitor).run(None)


def index_tar(
    stream: ByteStream, wanted: Wanted = nothing, *, size: int | None = None, digests: bool
) -> LayerIndex:
    """Index the tar that begins at the stream's position.

    Args:
        stream: where to read; left after the tar's last header block.
        wanted: which contents to keep.
        size: the tar's size in bytes where it is known; reading stops there.
        digests: hash every content that passes by.

    Raises:
        ImageError: the tar is damaged or ends too early.
    """
    end = None if size is None else stream.position + size
    try:
        return _Indexer(stream, wanted, digests=digests).run(end)
    except th.BadHeaderError as error:
        raise ImageError(
            f"A layer cannot be read: {error}.", "The image is damaged: pull, build or save it again."
        ) from error
