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

_SYMLINK = int(Kind.SYMLINK)
_OPAQUE = b".wh..wh..opq"


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

    def run(self, end: int | None) -> LayerIndex:
        members, index = self.members, self.index
        modes, uids, gids, mtimes = index.mode, index.uid, index.gid, index.mtime
        while members.advance(end):
            self.add(members.kind, th.clean(members.name))
            modes.append(members.mode)
            uids.append(members.uid)
            gids.append(members.gid)
            mtimes.append(members.mtime)
            self.content(members.stored, sparse=members.size != members.stored)
        return index

    def add(self, kind: int, path: bytes) -> None:
        """Note the member's place, kind and size."""
        index = self.index
        folder, _, name = path.rpartition(b"/")
        size = self.members.size
        if name[:4] == b".wh.":
            # .wh..wh.* other than the opaque marker is aufs' own bookkeeping: a
            # whiteout of a name that no layer has.
            kind, name = (OPAQUE, b"") if name == _OPAQUE else (WHITEOUT, name[4:])
            size = 0
        if folder != self._folder:
            self._folder = folder
            number = self._folders.setdefault(folder, len(index.folders))
            if number == len(index.folders):
                index.folders.append(folder)
            self._folder_id = number
        index.folder.append(self._folder_id)
        # A name like __init__.py stands in thousands of folders: once is enough.
        index.names.append(self._shared.setdefault(name, name))
        index.kind.append(kind)
        index.size.append(size)
        if kind in (_SYMLINK, HARD_LINK):
            link = self.members.link
            index.target.append(len(index.targets))
            index.targets.append(th.clean(link) if kind == HARD_LINK else link)
        else:
            index.target.append(-1)

    def content(self, stored: int, *, sparse: bool) -> None:
        """Take, hash or pass over the data of the member that was just added."""
        index, stream = self.index, self.stream
        if not stored:
            index.offset.append(-1)
            index.digest.append(0)
            return
        entry = len(index.names) - 1
        index.offset.append(-1 if sparse else stream.position)
        padding = -stored % th.BLOCK
        if not sparse and self.wanted(index.path(entry), stored):
            data = index.contents[entry] = stream.take(stored)
            stream.skip(padding)
            index.digest.append(xxhash.xxh3_64_intdigest(data) if index.has_digests else 0)
        elif index.has_digests:
            index.digest.append(stream.digest_of(stored))
            stream.skip(padding)
        else:
            stream.skip(stored + padding)
            index.digest.append(0)


class _Visiting(_Indexer):
    """An index run that hands every regular file's data to a visitor."""

    def __init__(self, stream: ByteStream, visitor: Visitor) -> None:
        super().__init__(stream, nothing, digests=False)
        self._visitor = visitor

    def content(self, stored: int, *, sparse: bool) -> None:
        index, stream = self.index, self.stream
        index.offset.append(-1 if sparse else stream.position)
        index.digest.append(0)
        end = stream.position + stored
        if stored and not sparse:
            self._visitor(index.path(len(index) - 1), stored, stream)
        stream.skip(end - stream.position + -stored % th.BLOCK)


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
