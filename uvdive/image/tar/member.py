"""Walk the members of a tar: one header after the other, in every dialect."""

from __future__ import annotations

from dataclasses import dataclass

from uvdive.image.budget import MAX_PATH, warn
from uvdive.image.layer_index import HARD_LINK
from uvdive.image.stream import ByteStream, TruncatedError
from uvdive.image.table import Kind
from uvdive.image.tar import header as th

_KINDS: dict[int, int] = {
    ord("0"): Kind.FILE,
    0: Kind.FILE,
    ord("7"): Kind.FILE,
    ord("S"): Kind.FILE,
    ord("1"): HARD_LINK,
    ord("2"): Kind.SYMLINK,
    ord("3"): Kind.CHAR_DEVICE,
    ord("4"): Kind.BLOCK_DEVICE,
    ord("5"): Kind.DIRECTORY,
    ord("6"): Kind.FIFO,
}
_SPARSE = ord("S")
_ENDINGS = b"\0 "
_BASE_256 = 0x80
_NUMBERS = (b"size", b"uid", b"gid", b"mtime", b"GNU.sparse.realsize", b"GNU.sparse.size")
_TIME_LIMIT = 1 << 62
_ID_LIMIT = 0xFFFFFFFF
_FILE, _DIRECTORY = int(Kind.FILE), int(Kind.DIRECTORY)


Owner = tuple[int, int, int]
"""Mode, uid and gid."""


class Owners(dict[bytes, Owner]):
    """Modes and owners by the texts that say them in headers: few distinct ones stand in thousands."""

    def add(self, text: bytes) -> Owner:
        """Learn what bytes 100 to 124 of a header say.

        Raises:
            BadHeaderError: they are no numbers.
        """
        owner = self[text] = (
            th.number(text[:8]) & 0o7777,
            th.number(text[8:16]) & _ID_LIMIT,
            th.number(text[16:]) & _ID_LIMIT,
        )
        return owner


@dataclass(slots=True)
class _Pending:
    """What extended headers said of the next member."""

    name: bytes | None = None
    link: bytes | None = None
    records: dict[bytes, bytes] | None = None


class Members:
    """A tar's members, front to back: after each ``advance`` its fields hold the member.

    ``size`` is a regular file's logical size and ``stored`` the length of its data in
    the tar, both in bytes; the stream stands at the data, which the caller takes or
    passes over, and its padding. Only regular files have data (as in Go's
    archive/tar), whatever the header's size says. ``xattrs`` are as ``header.xattrs``
    gives them. ``over`` says that the tar's own end was met.
    """

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream
        self.warnings: list[str] = []
        self.kind = _FILE
        self.name = self.link = self.xattrs = b""
        self.mode = self.uid = self.gid = self.mtime = self.size = self.stored = 0
        self.globals: dict[bytes, bytes] = {}
        self.owners = Owners()
        self.over = False
        self._pending: _Pending | None = None

    @property
    def settled(self) -> bool:
        """Does what comes next depend on nothing that came before?"""
        return not self.globals and self._pending is None

    def advance(self, end: int | None) -> bool:
        """Go to the next member; False at the tar's end, or at ``end``, where it can go on.

        Raises:
            BadHeaderError: what comes is no header.
            ImageError: the tar ends too early.
        """
        while True:
            block = self._block(end)
            if block is None:
                return False
            flag = block[156]
            kind = _KINDS.get(flag)
            if block[257:262] != b"ustar" and not th.has_checksum(block):
                raise th.BadHeaderError(f"no tar header at byte {self.stream.position - th.BLOCK}")
            if kind is None:
                self._pending = self._extension(block, flag, self._pending)
                continue
            self.kind = kind
            self._read(block, flag)
            pending, self._pending = self._pending, None
            self.xattrs = b""
            if pending is not None or self.globals:
                self._extend(pending or _Pending())
                if len(self.name) > MAX_PATH or len(self.link) > MAX_PATH:
                    raise th.BadHeaderError(f"a name of {max(len(self.name), len(self.link))} bytes")
            if kind == _FILE and self.name[-1:] == b"/" and flag in (0, 48):
                self.kind = _DIRECTORY  # before POSIX a folder was a file with a slash
            if self.kind != _FILE:
                self.size = self.stored = 0
            elif not (0 <= self.size < th.MAX_SIZE and 0 <= self.stored < th.MAX_SIZE):
                raise th.BadHeaderError(f"a member of {self.stored} bytes")
            return True

    def _block(self, end: int | None) -> bytes | None:
        """The next header block; None at the end marks, or at a clean end without any."""
        stream = self.stream
        if end is not None and stream.position >= end:
            return None
        before = stream.position
        try:
            block = stream.take(th.BLOCK)
        except TruncatedError:
            if stream.position != before or stream.peek(1):
                raise
            block = th.ZEROS
        self.over = block == th.ZEROS
        return None if self.over else block

    def _read(self, block: bytes, flag: int) -> None:
        """The fields of the header itself."""
        name = block[:100]
        nul = name.find(0)
        self.name = name if nul < 0 else name[:nul]
        if block[345] and block[257:265] == b"ustar\x0000":
            self.name = block[345:500].partition(b"\0")[0] + b"/" + self.name
        self.link = block[157:257].partition(b"\0")[0] if block[157] else b""
        owned = block[100:124]
        self.mode, self.uid, self.gid = self.owners.get(owned) or self.owners.add(owned)
        if block[135] in _ENDINGS and block[147] in _ENDINGS and block[124] < _BASE_256 > block[136]:
            # The usual form, eleven digits; number() knows the others.
            self.stored = _octal(block[124:135])
            self.mtime = _octal(block[136:147])
        else:
            self.stored = th.number(block[124:136])
            self.mtime = min(max(th.number(block[136:148]), -_TIME_LIMIT), _TIME_LIMIT)
        self.size = th.sparse_size(self.stream, block) if flag == _SPARSE else self.stored

    def _extension(self, block: bytes, flag: int, pending: _Pending | None) -> _Pending | None:
        """Take in a header that speaks of the next member, or of all that follow."""
        pending = pending or _Pending()
        size = th.number(block[124:136])
        if flag == ord("x"):
            pending.records = th.pax(th.extension(self.stream, size))
        elif flag == ord("g"):
            th.remembered(self.globals, th.pax(th.extension(self.stream, size)))
        elif flag == ord("L"):
            pending.name = th.extension(self.stream, size).partition(b"\0")[0]
        elif flag == ord("K"):
            pending.link = th.extension(self.stream, size).partition(b"\0")[0]
        else:
            # Volume labels and the like name no file: passed over, with a word.
            warn(self.warnings, f"a tar member of unknown type {chr(flag)!r} was passed over")
            if not 0 <= size < th.MAX_SIZE:
                raise th.BadHeaderError(f"a member of {size} bytes")
            self.stream.skip(size + -size % th.BLOCK)
            return None
        return pending

    def _extend(self, pending: _Pending) -> None:
        """Lay what extended headers said over the member's own header."""
        self.name = self.name if pending.name is None else pending.name
        self.link = self.link if pending.link is None else pending.link
        records = pending.records or {}
        if self.globals:
            records = {**self.globals, **records}
        self.name = records.get(b"GNU.sparse.name") or records.get(b"path", self.name)
        self.link = records.get(b"linkpath", self.link)
        self.xattrs = th.xattrs(records)
        for key in records:
            if key in _NUMBERS:
                self._number(key, th.pax_number(records[key]))

    def _number(self, key: bytes, value: int) -> None:
        if key == b"mtime":
            self.mtime = min(max(value, -_TIME_LIMIT), _TIME_LIMIT)
        elif key == b"size":
            self.stored = self.size = value
        elif key == b"uid":
            self.uid = value & _ID_LIMIT
        elif key == b"gid":
            self.gid = value & _ID_LIMIT
        else:
            self.size = value


def _octal(field: bytes) -> int:
    try:
        return int(field, 8)
    except ValueError:
        return th.number(field + b"\0")
