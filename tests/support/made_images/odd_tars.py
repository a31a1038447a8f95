"""Tars for hypothesis: usual members, rare ones, damaged ones, in any order."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from hypothesis import strategies as st

from uvdive.base.errors import ImageError
from uvdive.image.stream import ByteStream, ChunkStream
from uvdive.image.tar.header import BLOCK, BadHeaderError
from uvdive.image.tar.member import Members


class OneByOne:
    """A stream that shows nothing ahead, so that no member is read in bulk."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    @property
    def position(self) -> int:
        return self._stream.position

    def take(self, count: int) -> bytes:
        return self._stream.take(count)

    def peek(self, count: int) -> bytes:
        return self._stream.peek(count)

    def skip(self, count: int) -> None:
        self._stream.skip(count)

    def digest_of(self, count: int) -> int:
        return self._stream.digest_of(count)

    def chunks(self, count: int | None) -> Iterator[memoryview]:
        return self._stream.chunks(count)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def header(
    name: bytes,
    flag: bytes = b"0",
    *,
    size: bytes = b"00000000000\0",
    owner: bytes = b"0000644\x000000000\x000000000\0",
    mtime: bytes = b"14000000000\0",
    link: bytes = b"",
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    summed: bool = True,
) -> bytes:
    block = bytearray(BLOCK)
    block[: len(name)] = name
    block[100:124], block[124:136], block[136:148], block[156:157] = owner, size, mtime, flag
    block[157 : 157 + len(link)] = link
    block[257 : 257 + len(magic)] = magic
    block[345 : 345 + len(prefix)] = prefix
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % (sum(block) + (not summed))
    return bytes(block)


def octal(count: int, ending: bytes = b"\0") -> bytes:
    return b"%011o" % count + ending


PARTS = (b"a", b"bin", b".venv", b"site-packages", b"b c", b"caf\xe9", b"n" * 60, b"..", b".", b"")
NAMES = (b"x.txt", b"RECORD", b"tool", b".wh.gone", b".wh..wh..opq", b".wh..wh.x", b"n" * 98, b".", b"..")
ENDS = (b"", b"", b"", b"", b"/", b"//")
paths = st.builds(
    lambda parts, name, end: b"/".join([*parts, name]) + end,
    st.lists(st.sampled_from(PARTS), max_size=3),
    st.sampled_from(NAMES),
    st.sampled_from(ENDS),
)
short = paths.map(lambda path: path[:100])
contents = st.sampled_from((b"", b"x", b"#!/bin/sh\n", bytes(512), b"y" * 700, b"z" * 3000))
OWNERS = (
    b"0000755\x000001750\x000001750\0",
    b"0100644 0000000 0000000 ",
    b"\0" * 24,
    b"0000644\0\x80\0\0\0\0\x2d\xc6\xc0\x80\0\0\0\0\x2d\xc6\xc0",
    b"zzz" * 8,
)
TIMES = (
    octal(1_700_000_000),
    octal(1, b" "),
    b"\0" * 12,
    b"\xff" * 12,
    b"-0000000001\0",
    b"777777777777",
    b"1.5" + bytes(9),
)
SIZES = (octal(512), b"\x80" + bytes(9) + b"\2\0", b"-0000000005\0", octal(1, b" "), b"000000000001")
# At most one thing is odd at a time: else most tars would end with an error at once.
fields = st.one_of(
    st.just({}),
    st.just({}),
    st.sampled_from(OWNERS).map(lambda value: {"owner": value}),
    st.sampled_from(TIMES).map(lambda value: {"mtime": value}),
    st.sampled_from((b"ustar  \0", b"ustar\0xx", bytes(8))).map(lambda value: {"magic": value}),
    st.sampled_from((b"pre/fix", b".", b"/")).map(lambda value: {"prefix": value}),
    st.just({"prefix": b"12345670123", "magic": b"ustar  \0"}),
)


def file(name: bytes, data: bytes, flag: bytes, ending: bytes, **fields: bytes) -> bytes:
    return header(name, flag, size=octal(len(data), ending), **fields) + padded(data)


def extended(flag: bytes, data: bytes) -> bytes:
    return file(b"././@LongLink", data, flag, b"\0")


def record(key: bytes, value: bytes) -> bytes:
    rest = b" %s=%s\n" % (key, value)
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length += 1
    return b"%d" % length + rest


MANY = b"".join(file(b"d/f%d" % n, b"x" * (n % 700), b"0", b"\0") for n in range(40))
"""Files of all small sizes."""

EXTENDED_HEADERS = b"".join(
    extended(b"x", record(b"path", b"p/%d" % n)) + file(b"short", b"y" * 600, b"0", b"\0") for n in range(20)
)
"""Files that have their names from PAX headers."""

LONG_NAMES = b"".join(
    extended(b"L", b"l" * 150 + b"%d\0" % n) + extended(b"K", b"k\0") + header(b"short", b"2")
    for n in range(20)
)
"""Links that have their names and targets from GNU's headers."""


records = st.lists(
    st.one_of(
        st.tuples(st.just(b"path"), paths),
        st.tuples(st.just(b"linkpath"), paths),
        st.tuples(st.just(b"path"), st.just(b"")),
        st.tuples(st.just(b"mtime"), st.sampled_from((b"1.5", b"-1.5", b"7", b"7.", b"x"))),
        st.tuples(st.just(b"size"), st.sampled_from((b"0", b"1", b"700", b"-1"))),
        st.tuples(st.sampled_from((b"uid", b"gid")), st.sampled_from((b"3000000", b"5"))),
        st.tuples(st.sampled_from((b"atime", b"SCHILY.xattr.user.x", b"comment")), st.just(b"1\n2=3")),
        st.tuples(st.just(b"GNU.sparse.name"), paths),
        st.tuples(st.just(b"GNU.sparse.realsize"), st.just(b"5000")),
    ),
    max_size=3,
).map(lambda pairs: b"".join(record(*pair) for pair in pairs))

usual = st.builds(lambda name, data: file(name, data, b"0", b"\0"), short, contents)
members = st.one_of(
    usual,
    st.builds(
        lambda name, data, flag, ending, more: file(name, data, flag, ending, **more),
        short,
        contents,
        st.sampled_from((b"0", b"0", b"\0", b"7", b"S")),
        st.sampled_from((b"\0", b"\0", b" ")),
        fields,
    ),
    st.builds(
        lambda name, flag, link, more: header(name, flag, link=link[:100], **more),
        short,
        st.sampled_from((b"5", b"5", b"2", b"1", b"3", b"6", b"V", b"\xff")),
        paths,
        fields,
    ),
    st.builds(
        lambda name, flag, size: header(name, flag, size=size) + bytes(BLOCK),
        short,
        st.sampled_from((b"0", b"5", b"2")),
        st.sampled_from(SIZES),
    ),
    st.builds(extended, st.sampled_from((b"x", b"x", b"x", b"g")), records),
    st.builds(extended, st.sampled_from((b"L", b"K")), paths.map(lambda path: path + b"\0")),
    st.builds(extended, st.sampled_from((b"x", b"g", b"L")), contents),
    st.builds(lambda name: header(name, summed=False, magic=bytes(8)), short),
    # A member whose content is a tar: nothing in it is a member.
    st.builds(lambda inner: file(b"inner.tar", b"".join(inner), b"0", b"\0"), st.lists(usual, max_size=3)),
)
tars = st.lists(members, max_size=14).map(lambda parts: b"".join(parts) + bytes(2 * BLOCK))


def go_line(entry: dict[str, object], position: int) -> bytes:
    """A line of a split file, as Go's encoder writes it."""
    text = json.dumps({**entry, "position": position}, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode() + b"\n"


def split_lines(entries: Sequence[dict[str, object]]) -> bytes:
    """The text of a split file."""
    return b"".join(go_line(entry, position) for position, entry in enumerate(entries))


def segment(data: bytes) -> dict[str, object]:
    """What a split file says of raw bytes."""
    return {"type": 2, "payload": base64.b64encode(data).decode()}


def content(name: str, size: int) -> dict[str, object]:
    """What a split file says of a member: where its content is, or that it has none."""
    return {
        "type": 1,
        "name": name,
        **({"size": size} if size else {}),
        "payload": "AAAAAAAAAAA=" if size else None,
    }


def taken_apart(tar: bytes, folder: Path) -> Path:
    """Keep a tar as overlay2 does: its headers in a split file, contents below the folder; the file."""
    members = Members(ChunkStream([tar]))
    parts: list[dict[str, object]] = []
    at = 0
    with contextlib.suppress(ImageError, BadHeaderError):
        while members.advance(None):
            start, size = members.stream.position, members.stored
            members.stream.skip(size + -size % BLOCK)
            name = f"bin/{len(parts)}"
            if size:
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(tar[start : start + size])
            parts += [segment(tar[at:start]), content(name, size)]
            at = start + size
    parts += [segment(tar[at:]), segment(b"")]
    path = folder.with_suffix(".json.gz")
    path.write_bytes(gzip.compress(split_lines(parts), 1))
    return path
