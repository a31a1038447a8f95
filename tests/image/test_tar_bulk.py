"""Members read in bulk are what members read one by one are, in every tar, whole or damaged."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uvdive.base.errors import ImageError
from uvdive.image.layer import LayerIndex
from uvdive.image.stream import ByteStream, ChunkStream, FileStream, opened
from uvdive.image.tarheader import BLOCK
from uvdive.image.tarindex import index_tar
from uvdive.ledger.wanted import wanted

Outcome = LayerIndex | tuple[type, str]


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


def outcome(stream: ByteStream, size: int | None, *, digests: bool) -> Outcome:
    try:
        return index_tar(stream, wanted, size=size, digests=digests)
    except ImageError as error:
        return type(error), str(error)


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


def _file(name: bytes, data: bytes, flag: bytes, ending: bytes, **fields: bytes) -> bytes:
    return header(name, flag, size=octal(len(data), ending), **fields) + padded(data)


def _extended(flag: bytes, data: bytes) -> bytes:
    return _file(b"././@LongLink", data, flag, b"\0")


def record(key: bytes, value: bytes) -> bytes:
    rest = b" %s=%s\n" % (key, value)
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length += 1
    return b"%d" % length + rest


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

usual = st.builds(lambda name, data: _file(name, data, b"0", b"\0"), short, contents)
members = st.one_of(
    usual,
    st.builds(
        lambda name, data, flag, ending, more: _file(name, data, flag, ending, **more),
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
    st.builds(_extended, st.sampled_from((b"x", b"x", b"x", b"g")), records),
    st.builds(_extended, st.sampled_from((b"L", b"K")), paths.map(lambda path: path + b"\0")),
    st.builds(_extended, st.sampled_from((b"x", b"g", b"L")), contents),
    st.builds(lambda name: header(name, summed=False, magic=bytes(8)), short),
    # A member whose content is a tar: nothing in it is a member.
    st.builds(lambda inner: _file(b"inner.tar", b"".join(inner), b"0", b"\0"), st.lists(usual, max_size=3)),
)
tars = st.lists(members, max_size=14).map(lambda parts: b"".join(parts) + bytes(2 * BLOCK))


TWICE = _extended(b"x", record(b"path", b"one")) + _extended(b"x", record(b"mtime", b"7"))
RARE = [
    header(b"a", mtime=b"777777777777"),
    header(b"a", magic=b"ustar  \0", prefix=b"12345670123"),
    header(b"a", b"1", link=b"./b/../c"),
    TWICE + header(b"a"),
    _file(b"d/" + b"n" * 98, b"x" * 600, b"0", b"\0") * 3,
]


@pytest.mark.parametrize("data", RARE)
def test_what_is_rare_gives_the_same_in_bulk(data: bytes) -> None:
    alone = outcome(OneByOne(ChunkStream([data])), None, digests=True)
    assert isinstance(alone, LayerIndex)
    assert outcome(ChunkStream([data]), None, digests=True) == alone


def test_nothing_is_read_behind_the_end(tmp_path: Path) -> None:
    path = tmp_path / "tar"
    path.write_bytes(header(b"a") * 3)
    with opened(path) as fd:
        index = index_tar(FileStream(fd, 0, 3 * BLOCK), wanted, size=BLOCK, digests=False)
    assert len(index) == 1


@settings(max_examples=300, deadline=None)
@given(
    tars, st.integers(0, 1 << 14), st.booleans(), st.sampled_from((1, 511, 512, 1024, 2000, 5000, 1 << 20))
)
def test_a_stream_gives_the_same_in_bulk(data: bytes, at: int, cut: bool, piece: int) -> None:
    if cut:
        data = data[: at % (len(data) + 1)]
    pieces = [data[start : start + piece] for start in range(0, len(data), piece)]
    alone = outcome(OneByOne(ChunkStream(pieces)), None, digests=True)
    assert outcome(ChunkStream(pieces), None, digests=True) == alone


@settings(max_examples=300, deadline=None)
@given(tars, st.integers(0, 1 << 14), st.integers(-2000, 2000))
def test_a_file_gives_the_same_in_bulk(data: bytes, at: int, off: int) -> None:
    """The stream, and what is said of its size, may end before the file does or after."""
    with tempfile.TemporaryFile() as file:
        file.write(b"before" + data)
        file.flush()
        size = max(0, len(data) + (off if at % 3 == 0 else 0))
        end = max(0, size + (off if at % 3 == 1 else 0))
        fd = file.fileno()
        alone = outcome(OneByOne(FileStream(fd, 6, size)), end, digests=False)
        assert outcome(FileStream(fd, 6, size), end, digests=False) == alone
        assert os.lseek(fd, 0, os.SEEK_CUR) == 6 + len(data), "the file's own position is left alone"
