"""Members read in bulk are what members read one by one are, in every tar, whole or damaged."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_images.odd_tars import OneByOne, extended, file, header, record, tars

from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import opened
from uvdive.image.layer_index import LayerIndex
from uvdive.image.stream import ByteStream, ChunkStream, FileStream
from uvdive.image.tar.header import BLOCK
from uvdive.image.tar.index import index_tar
from uvdive.image.tar.member import Members
from uvdive.ledger.wanted import wanted

Outcome = LayerIndex | tuple[type, str]


def outcome(stream: ByteStream, size: int | None, *, digests: bool, keep: bool = True) -> Outcome:
    try:
        return index_tar(stream, wanted, size=size, digests=digests, keep=keep)
    except ImageError as error:
        return type(error), str(error)


TWICE = extended(b"x", record(b"path", b"one")) + extended(b"x", record(b"mtime", b"7"))
RARE = [
    header(b"a", mtime=b"777777777777"),
    header(b"a", magic=b"ustar  \0", prefix=b"12345670123"),
    header(b"a", b"1", link=b"./b/../c"),
    TWICE + header(b"a"),
    header(b"z") + extended(b"x", record(b"SCHILY.xattr.user.a", b"\x00=\n")) + header(b"a") + header(b"b"),
    file(b"d/" + b"n" * 98, b"x" * 600, b"0", b"\0") * 3,
    extended(b"x", record(b"path", b"a\n10 path=b")) + header(b"a"),
    extended(b"x", record(b"path", b"a") + record(b"linkpath", b"b") + record(b"path", b"c"))
    + header(b"a", b"1"),
    extended(b"x", b"011 path=a\n") + header(b"b"),
    extended(b"x", record(b"path", b"")) + header(b"b"),
    extended(b"x", record(b"path", b"a\0b")) + header(b"b"),
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
        keep = at % 2 == 0
        alone = outcome(OneByOne(FileStream(fd, 6, size)), end, digests=False, keep=keep)
        assert outcome(FileStream(fd, 6, size), end, digests=False, keep=keep) == alone
        assert os.lseek(fd, 0, os.SEEK_CUR) == 6 + len(data), "the file's own position is left alone"


def test_long_names_are_read_in_bulk_as_engines_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """What PAX tells in whole fills the header's own field to its last byte, without a NUL behind it."""
    one_by_one: list[bytes] = []
    read = Members.advance

    def advance(members: Members, end: int | None) -> bool:
        there = read(members, end)
        one_by_one.append(members.name if there else b"")
        return there

    monkeypatch.setattr(Members, "advance", advance)
    names = [b"d/" + b"n" * 99 + b"%d" % number for number in range(3)]
    data = b"".join(extended(b"x", record(b"path", name)) + header(name[:100], b"0") for name in names)
    index = index_tar(ChunkStream([data]), wanted, digests=True)
    assert [index.path(place) for place in range(len(index))] == names
    # A stream has nothing in memory before its first member.
    assert one_by_one == [names[0], b""]
