"""Tar headers: ustar, GNU (long names, sparse, base-256) and PAX, read directly.

``tarfile`` makes an object of each member and takes ten times as long. Format:
POSIX.1-2017 "pax" and the GNU tar manual.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from struct import Struct

from uvdive.base.errors import ImageError
from uvdive.image.stream import ByteStream

BLOCK = 512
FIELDS = Struct("100s8s8s8s12s12s8sc100s8s32s32s8s8s155s12x").unpack
ZEROS = bytes(BLOCK)
MEANT = frozenset(
    (
        *(b"path", b"linkpath", b"size", b"uid", b"gid", b"mtime"),
        *(b"GNU.sparse.name", b"GNU.sparse.realsize", b"GNU.sparse.size"),
    )
)
"""The keys of PAX records that are read, but for those of extended attributes."""

XATTR = b".xattr."
"""What the names of PAX records have in common that hold extended attributes."""

MAX_SIZE = 1 << 60
_GLOBALS = 64 << 10
"""What global PAX headers may say in all, in bytes: it is laid over each member that follows."""

_MAX_EXTENSION = 1 << 20
_EDGES = (b"/", b".", b"")
_ODD = re.compile(rb"(?:^|/)\.{0,2}(?:/|$)")


class BadHeaderError(ValueError):
    """A header that no tar has."""


def number(field: bytes) -> int:
    """A numeric header field: octal text, or base-256 where the top bit is set (GNU)."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big", signed=False)
        bits = 8 * len(field)
        return value - (1 << bits) if field[0] == 0xFF else value & ~(1 << (bits - 1))
    text = field.partition(b"\0")[0].strip()
    if not text:
        return 0
    try:
        value = int(text, 8)
    except ValueError:
        raise BadHeaderError(f"{field!r} is no number") from None
    return value


def clean(name: bytes) -> bytes:
    """A member's name as a path below the image's root, without a slash at either end.

    ``.`` and ``..`` are resolved by text and never climb above the root, as
    container engines do it.
    """
    if (
        name[:1] not in _EDGES
        and name[-1:] not in _EDGES
        and b"//" not in name
        and (b"/." not in name or (b"/./" not in name and b"/../" not in name))
    ):
        return name  # the usual name, told without the expression
    name = name.strip(b"/")
    if not _ODD.search(name):
        return name
    parts: list[bytes] = []
    for part in name.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


def has_checksum(block: bytes) -> bool:
    """Does the block's checksum fit? (Both ways of counting bytes are in use.)"""
    try:
        stated = number(block[148:156])
    except BadHeaderError:
        return False
    rest = block[:148] + b" " * 8 + block[156:]
    return stated in (sum(rest), sum(byte - 256 if byte > 127 else byte for byte in rest))


def looks_like_tar(block: bytes) -> bool:
    """Is this the first block of a tar? An empty one begins with zeros."""
    return len(block) == BLOCK and (block == ZEROS or has_checksum(block))


def pax(data: bytes) -> dict[bytes, bytes]:
    """The records of a PAX extended header: ``length key=value`` and a line end each.

    Raises:
        BadHeaderError: a length that does not fit.
    """
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(data) and data[at]:
        space = data.find(b" ", at, at + 24)
        length = int(data[at:space]) if space > at and data[at:space].isdigit() else 0
        end = at + length
        # The length counts itself: a record always leads on.
        if not at < space < end <= len(data) or data[end - 1] != 0x0A:
            raise BadHeaderError("a PAX record with a wrong length")
        key, separator, value = data[space + 1 : end - 1].partition(b"=")
        if not separator:
            raise BadHeaderError("a PAX record without a value")
        records[key] = value
        at = end
    return records


def xattrs(records: Mapping[bytes, bytes]) -> bytes:
    """The extended attributes among PAX records, by name: a line ``name=value`` each, the value in hex.

    ``SCHILY.xattr`` is what star, GNU tar, Go and the engines write, ``LIBARCHIVE.xattr``
    bsdtar besides.
    """
    found = {
        key.partition(XATTR)[2]: value
        for key, value in records.items()
        if key.startswith((b"SCHILY" + XATTR, b"LIBARCHIVE" + XATTR))
    }
    return b"\n".join(name + b"=" + value.hex().encode() for name, value in sorted(found.items()))


def remembered(globals_: dict[bytes, bytes], records: Mapping[bytes, bytes]) -> None:
    """Take what global records say of members into ``globals_``; a comment says nothing.

    Raises:
        BadHeaderError: they say more than any tar does.
    """
    globals_.update({key: value for key, value in records.items() if key in MEANT or XATTR in key})
    if sum(len(key) + len(value) for key, value in globals_.items()) > _GLOBALS:
        raise BadHeaderError("global headers without end")


def pax_number(value: bytes) -> int:
    """A PAX decimal, fractions cut off towards minus infinity."""
    whole, _, fraction = value.partition(b".")
    try:
        result = int(whole)
    except ValueError:
        raise BadHeaderError(f"{value!r} is no number") from None
    return result - 1 if result <= 0 and whole.startswith(b"-") and fraction.strip(b"0") else result


def extension(stream: ByteStream, size: int) -> bytes:
    """The data of an extended header (a long name, PAX records), with its padding passed over.

    Raises:
        ImageError: it is larger than any real one.
    """
    if not 0 <= size <= _MAX_EXTENSION:
        raise ImageError(f"A tar header claims an extension of {size} bytes.", "The archive is damaged.")
    data = stream.take(size)
    stream.skip(-size % BLOCK)
    return data


def sparse_size(stream: ByteStream, block: bytes) -> int:
    """The logical size of an old GNU sparse member; passes over its extra headers."""
    more = block[482]
    while more:
        more = stream.take(BLOCK)[504]
    return number(block[483:495])
