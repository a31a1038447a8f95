"""Index a layer tar from its headers; contents are passed over unless something wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import xxhash

from uvdive.base.errors import ImageError
from uvdive.image.budget import Budget
from uvdive.image.layer_index import HARD_LINK, OPAQUE, WHITEOUT, LayerIndex
from uvdive.image.sieve import Wanted, nothing
from uvdive.image.stream import ByteStream, ReadyStream, packed_bytes
from uvdive.image.table import Kind
from uvdive.image.tar import header as th
from uvdive.image.tar.bulk import Bulk
from uvdive.image.tar.member import Members
from uvdive.image.tar.names import Names

Visitor = Callable[[bytes, int, ByteStream], None]
"""Gets a member's path, its size in bytes and the stream at its data; takes any part of them."""

_LINKS = (HARD_LINK, int(Kind.SYMLINK))
_WHITEOUTS = (WHITEOUT, OPAQUE)
_ROWS = 4096
_COLUMNS = ("folder", "kind", "mode", "uid", "gid", "mtime", "size", "offset", "digest", "target")


class Indexer:
    """The state of one run over one tar: usual members in bulk, the others one by one.

    The run may go on behind the ``end`` that it was given. ``index`` holds what was read; without
    ``keep`` it is noted which files are wanted, and they are not read.
    """

    def __init__(
        self, stream: ByteStream, wanted: Wanted = nothing, *, digests: bool, keep: bool = True
    ) -> None:
        self.stream = stream
        self.wanted = wanted
        self.keep = keep
        self.members = Members(stream)
        self.index = LayerIndex(has_digests=digests, warnings=self.members.warnings)
        packed = packed_bytes(stream)
        self._budget = None if packed is None else Budget(packed)
        self._names = Names(self.index, wanted, self._budget)
        self._rows: list[tuple[int, ...]] = []

    @property
    def settled(self) -> bool:
        """Does what comes next depend on nothing that came before?"""
        return self.members.settled

    @property
    def over(self) -> bool:
        """Was the tar's own end met?"""
        return self.members.over

    def run(self, end: int | None) -> LayerIndex:
        """Read the members that begin before ``end``, a position of the stream.

        Raises:
            BadHeaderError: what comes is no header.
            ImageError: the tar ends too early.
        """
        bulk = self.bulk()
        while True:
            if bulk is not None and self.settled:
                self._flush()
                bulk.run(end)
            if not self.members.advance(end):
                break
            self._one()
        self._flush()
        return self.index

    def bulk(self) -> Bulk | None:
        """What reads usual members faster, if the stream lends itself to it."""
        if not isinstance(self.stream, ReadyStream):
            return None
        return Bulk(
            self.stream,
            self.index,
            self._names,
            self.members.owners,
            self.wanted,
            self._budget,
            keep=self.keep,
        )

    def _one(self) -> None:
        """Take in the member that the stream stands at."""
        members, index = self.members, self.index
        kind, folder, name = self._names.one(members.kind, members.name)
        index.names.append(name)
        target = -1
        if kind in _LINKS:
            target = len(index.targets)
            index.targets.append(th.clean(members.link) if kind == HARD_LINK else members.link)
        if members.xattrs:
            index.xattrs[len(index.names) - 1] = members.xattrs
        if self._budget is not None:
            self._budget.take_names(len(members.xattrs) + len(members.link))
        size, offset, digest = members.size, -1, 0
        if kind in _WHITEOUTS:
            size = 0
            self.stream.skip(members.stored + -members.stored % th.BLOCK)
        elif members.stored:
            path = index.folders[folder]
            path = path + b"/" + name if path else name
            offset, digest = self.content(path, members.stored, sparse=size != members.stored)
        self._rows.append(
            (
                folder,
                kind,
                members.mode,
                members.uid,
                members.gid,
                members.mtime,
                size,
                offset,
                digest,
                target,
            )
        )
        if len(self._rows) == _ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._budget is not None:
            self._budget.take_nodes(len(self._rows))
        # Rows become columns in bulk: a call for each number of each entry costs more.
        for name, values in zip(_COLUMNS, zip(*self._rows, strict=True), strict=False):
            if name != "digest" or self.index.has_digests:
                getattr(self.index, name).extend(values)
        self._rows.clear()

    def content(self, path: bytes, stored: int, *, sparse: bool) -> tuple[int, int]:
        """Take, hash or pass over the member's data; where they begin, and their digest."""
        index, stream = self.index, self.stream
        offset = -1 if sparse else stream.position
        padding = -stored % th.BLOCK
        digest = 0
        is_wanted = not sparse and self.wanted(path, stored)
        if is_wanted and not self.keep:
            index.placed.append(len(index.names) - 1)
        if is_wanted and self.keep:
            if self._budget is not None:
                self._budget.take_kept(stored)
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


class _Visiting(Indexer):
    """An index run that hands every regular file's data to a visitor."""

    def __init__(self, stream: ByteStream, visitor: Visitor) -> None:
        super().__init__(stream, nothing, digests=False)
        self._visitor = visitor

    def bulk(self) -> Bulk | None:
        return None

    def content(self, path: bytes, stored: int, *, sparse: bool) -> tuple[int, int]:
        stream = self.stream
        offset = stream.position
        if not sparse:
            self._visitor(path, stored, stream)
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
    stream: ByteStream,
    wanted: Wanted = nothing,
    *,
    size: int | None = None,
    digests: bool,
    keep: bool = True,
) -> LayerIndex:
    """Index the tar that begins at the stream's position.

    Args:
        stream: where to read; left after the tar's last header block.
        wanted: which contents to keep.
        keep: keep them, or only note where they lie.
        size: the tar's size in bytes where it is known; reading stops there.
        digests: hash every content that passes by.

    Raises:
        ImageError: the tar is damaged or ends too early.
    """
    end = None if size is None else stream.position + size
    with damage_told():
        return Indexer(stream, wanted, digests=digests, keep=keep).run(end)


@contextmanager
def damage_told() -> Iterator[None]:
    """Turns a BadHeaderError into the ImageError for a damaged layer."""
    try:
        yield
    except th.BadHeaderError as error:
        raise ImageError(
            f"A layer cannot be read: {error}.", "The image is damaged: pull, build or save it again."
        ) from error
