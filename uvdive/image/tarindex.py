"""Index a layer tar from its headers; contents are passed over unless something wants them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import xxhash

from uvdive.base.errors import ImageError
from uvdive.image import tarheader as th
from uvdive.image.layer import HARD_LINK, OPAQUE, WHITEOUT, LayerIndex
from uvdive.image.stream import ByteStream, TruncatedError
from uvdive.image.table import Kind

Wanted = Callable[[bytes, int], bool]
"""Does anything want the content of the file with this path and size in bytes?"""

_KINDS = {
    b"0": Kind.FILE,
    b"\0": Kind.FILE,
    b"7": Kind.FILE,
    b"S": Kind.FILE,
    b"1": HARD_LINK,
    b"2": Kind.SYMLINK,
    b"3": Kind.CHAR_DEVICE,
    b"4": Kind.BLOCK_DEVICE,
    b"5": Kind.DIRECTORY,
    b"6": Kind.FIFO,
}
_LINKS = (HARD_LINK, Kind.SYMLINK)
_ID_LIMIT = 0xFFFFFFFF


def nothing(_path: bytes, _size: int) -> bool:
    """A Wanted for callers that need no contents."""
    return False


@dataclass(slots=True)
class _Pending:
    """What extended headers said of the next member."""

    name: bytes | None = None
    link: bytes | None = None
    records: dict[bytes, bytes] | None = None


class _Indexer:
    """The state of one run over one tar."""

    def __init__(self, stream: ByteStream, wanted: Wanted, *, digests: bool) -> None:
        self.stream = stream
        self.wanted = wanted
        self.index = LayerIndex(has_digests=digests)
        self.shared: dict[bytes, bytes] = {}
        self.folders: dict[bytes, int] = {}
        self.globals: dict[bytes, bytes] = {}
        self.last_folder: bytes | None = None
        self.last_id = 0

    def run(self, end: int | None) -> LayerIndex:
        stream, pending = self.stream, _Pending()
        while end is None or stream.position < end:
            block = self._header()
            if block == th.ZEROS:
                break
            if block[257:262] != b"ustar" and not th.has_checksum(block):
                raise th.BadHeaderError(f"no tar header at byte {stream.position - th.BLOCK}")
            pending = self._block(block, pending)
        return self.index

    def _header(self) -> bytes:
        """The next header block; zeros at a clean end without any, as some writers leave it."""
        before = self.stream.position
        try:
            return self.stream.take(th.BLOCK)
        except TruncatedError:
            if self.stream.position != before or self.stream.peek(1):
                raise
            return th.ZEROS

    def _block(self, block: bytes, pending: _Pending) -> _Pending:
        kind = block[156:157]
        if kind in _KINDS:
            self._member(block, _KINDS[kind], pending)
            return _Pending()
        size = th.number(block[124:136])
        if kind == b"x":
            pending.records = th.pax(th.extension(self.stream, size))
        elif kind == b"g":
            self.globals.update(th.pax(th.extension(self.stream, size)))
        elif kind == b"L":
            pending.name = th.extension(self.stream, size).partition(b"\0")[0]
        elif kind == b"K":
            pending.link = th.extension(self.stream, size).partition(b"\0")[0]
        else:
            # POSIX: unknown types are read like regular files; volume labels and the
            # like name no file, so they are passed over with a word.
            self.index.warnings.append(f"a tar member of unknown type {kind!r} was passed over")
            self._pass(size)
            return _Pending()
        return pending

    def _pass(self, size: int) -> None:
        if not 0 <= size < th.MAX_SIZE:
            raise th.BadHeaderError(f"a member of {size} bytes")
        self.stream.skip(size + -size % th.BLOCK)

    def _member(self, block: bytes, kind: int, pending: _Pending) -> None:
        (name, mode, uid, gid, size, mtime, _, flag, link, magic, _, _, _, _, prefix) = th.FIELDS(block)
        name = name.partition(b"\0")[0]
        if magic == b"ustar\x0000" and prefix[0]:
            name = prefix.partition(b"\0")[0] + b"/" + name
        stored = th.number(size)
        logical = th.sparse_size(self.stream, block) if flag == b"S" else stored
        owner = th.number(uid), th.number(gid)
        when = th.number(mtime)
        link = link.partition(b"\0")[0]
        if pending.name is not None:
            name = pending.name
        if pending.link is not None:
            link = pending.link
        if pending.records or self.globals:
            records = {**self.globals, **(pending.records or {})}
            name, link = records.get(b"path", name), records.get(b"linkpath", link)
            if b"size" in records:
                stored = logical = th.pax_number(records[b"size"])
            owner = self._owner(records, owner)
            when = th.pax_number(records[b"mtime"]) if b"mtime" in records else when
            name = records.get(b"GNU.sparse.name", name)
            for key in (b"GNU.sparse.realsize", b"GNU.sparse.size"):
                logical = th.pax_number(records[key]) if key in records else logical
        if kind == Kind.FILE and flag in b"0\0" and name.endswith(b"/"):
            kind = Kind.DIRECTORY  # before POSIX a folder was a file with a slash
        has_data = kind == Kind.FILE
        if not 0 <= logical < th.MAX_SIZE or not 0 <= stored < th.MAX_SIZE:
            raise th.BadHeaderError(f"a member of {stored} bytes")
        self._add(kind, name, link, logical if has_data else 0)
        index = self.index
        index.mode.append(th.number(mode) & 0o7777)
        index.uid.append(owner[0] & _ID_LIMIT)
        index.gid.append(owner[1] & _ID_LIMIT)
        index.mtime.append(min(max(when, -(1 << 62)), 1 << 62))
        # As in Go's archive/tar, only regular files have data, whatever the size says.
        self._content(stored if has_data else 0, sparse=logical != stored)

    @staticmethod
    def _owner(records: dict[bytes, bytes], owner: tuple[int, int]) -> tuple[int, int]:
        uid = th.pax_number(records[b"uid"]) if b"uid" in records else owner[0]
        gid = th.pax_number(records[b"gid"]) if b"gid" in records else owner[1]
        return uid, gid

    def _add(self, kind: int, name: bytes, link: bytes, size: int) -> None:
        index = self.index
        folder, _, base = th.clean(name).rpartition(b"/")
        if base.startswith(b".wh."):
            if base == b".wh..wh..opq":
                kind, base = OPAQUE, b""
            else:
                # .wh..wh.* other than the opaque marker is aufs' own bookkeeping:
                # a whiteout of a name that no layer has.
                kind, base = WHITEOUT, base[4:]
            size = 0
        if folder != self.last_folder:
            self.last_folder = folder
            number = self.folders.get(folder)
            if number is None:
                number = self.folders[folder] = len(index.folders)
                index.folders.append(folder)
            self.last_id = number
        index.folder.append(self.last_id)
        # A name like __init__.py stands in thousands of folders: once is enough.
        index.names.append(self.shared.setdefault(base, base))
        index.kind.append(kind)
        index.size.append(size)
        if kind in _LINKS:
            index.target.append(len(index.targets))
            index.targets.append(th.clean(link) if kind == HARD_LINK else link)
        else:
            index.target.append(-1)

    def _content(self, stored: int, *, sparse: bool) -> None:
        """Take, hash or pass over the data of the member that was just added."""
        index, stream = self.index, self.stream
        entry = len(index.names) - 1
        index.offset.append(-1 if sparse or not stored else stream.position)
        digest = 0
        if stored:
            if not sparse and self.wanted(index.path(entry), stored):
                data = index.contents[entry] = stream.take(stored)
                digest = xxhash.xxh3_64_intdigest(data) if index.has_digests else 0
            elif index.has_digests:
                hasher = xxhash.xxh3_64()
                stream.skip(stored, hasher)
                digest = hasher.intdigest()
            else:
                stream.skip(stored)
            stream.skip(-stored % th.BLOCK)
        index.digest.append(digest)


Visitor = Callable[[bytes, int, ByteStream], None]
"""Gets a member's path, its size in bytes and the stream at its data; takes any part of them."""


class _Visiting(_Indexer):
    """An index run that hands every regular file's data to a visitor."""

    def __init__(self, stream: ByteStream, visitor: Visitor) -> None:
        super().__init__(stream, nothing, digests=False)
        self.visitor = visitor

    def _content(self, stored: int, *, sparse: bool) -> None:
        index, stream = self.index, self.stream
        index.offset.append(-1 if sparse else stream.position)
        index.digest.append(0)
        end = stream.position + stored
        if stored and not sparse:
            self.visitor(index.path(len(index) - 1), stored, stream)
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
