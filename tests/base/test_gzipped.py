"""What isal unpacks is what the standard library does, whatever was damaged on the way."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uvdive.base.gzipped import DamagedError, GzipFile

MIB = 1 << 20
EXTRA, NAME, COMMENT, SUM = 4, 8, 16, 2


@dataclass(frozen=True)
class Unpacked:
    """What came out, and whether it ended as it should."""

    data: bytes
    whole: bool
    why: type[Exception] | None = None


class Pieces(io.RawIOBase):
    """Packed bytes that come a few at a time, as from a socket."""

    def __init__(self, data: bytes, most: int) -> None:
        self._left, self._most = io.BytesIO(data), most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        return self._left.readinto(memoryview(buffer)[: self._most])  # type: ignore[arg-type]


def taken(read: Callable[[int], bytes], at_once: int) -> Unpacked:
    found = []
    try:
        while data := read(at_once):
            found.append(data)
    except (DamagedError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        return Unpacked(b"".join(found), whole=False, why=type(error))
    return Unpacked(b"".join(found), whole=True)


def by_isal(packed: bytes, at_once: int = MIB, piece: int = MIB) -> Unpacked:
    return taken(GzipFile(Pieces(packed, piece)).read, at_once)


def by_the_library(packed: bytes, at_once: int = MIB) -> Unpacked:
    return taken(gzip.GzipFile(fileobj=io.BytesIO(packed)).read, at_once)


contents = st.one_of(
    st.binary(max_size=300),
    st.builds(lambda part, times: part * times, st.binary(max_size=300), st.integers(0, 9000)),
    st.lists(st.sampled_from([b"usr/", b"lib/", b"python\0", b"x"]), max_size=400).map(b"".join),
    st.randoms(use_true_random=False).map(lambda random: random.randbytes(random.randrange(200_000))),
)


@st.composite
def members(draw: st.DrawFn) -> bytes:
    """A member of any level, strategy, window and head."""
    data = draw(contents)
    flags = draw(st.sampled_from([0, 0, 0, NAME, EXTRA | SUM, EXTRA | NAME | COMMENT | SUM, 0xE0]))
    head = b"\x1f\x8b\x08" + bytes([flags]) + draw(st.binary(min_size=6, max_size=6))
    if flags & EXTRA:
        extra = draw(st.binary(max_size=300))
        head += len(extra).to_bytes(2, "little") + extra
    for flag in (NAME, COMMENT):
        head += draw(st.text("ab", max_size=2000)).encode() + b"\0" if flags & flag else b""
    head += (zlib.crc32(head) & 0xFFFF).to_bytes(2, "little") if flags & SUM else b""
    packing = zlib.compressobj(
        draw(st.integers(0, 9)), zlib.DEFLATED, -draw(st.integers(9, 15)), 8, draw(st.integers(0, 4))
    )
    middle = draw(st.integers(0, len(data)))
    body = packing.compress(data[:middle])
    body += packing.flush(draw(st.sampled_from([zlib.Z_NO_FLUSH, zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH])))
    body += packing.compress(data[middle:]) + packing.flush()
    ends = zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    return head + body + ends


zeros = st.sampled_from([b"", b"", b"\0", bytes(512), bytes(9000)])
files = st.lists(st.tuples(members(), zeros), max_size=3).map(lambda parts: b"".join(map(b"".join, parts)))
sizes = st.sampled_from([1, 17, 1000, 8192, MIB])


@settings(max_examples=300, deadline=None)
@given(files, sizes.filter(lambda size: size > 1), sizes)
def test_members_give_what_they_hold(packed: bytes, at_once: int, piece: int) -> None:
    assert by_isal(packed, at_once, piece) == by_the_library(packed)


@settings(max_examples=300, deadline=None)
@given(files.filter(bool), st.data())
def test_what_ends_early_is_damaged_and_nothing_else_comes_out(packed: bytes, data: st.DataObject) -> None:
    cut = packed[: data.draw(st.integers(0, len(packed) - 1))]
    mine, theirs = by_isal(cut), by_the_library(cut)
    assert mine.whole == theirs.whole
    assert mine.data == theirs.data or not mine.whole
    assert mine.data.startswith(theirs.data) or theirs.data.startswith(mine.data)


@settings(max_examples=500, deadline=None)
@given(files.filter(bool), st.data())
def test_damage_never_gives_other_contents(packed: bytes, data: st.DataObject) -> None:
    """isal may refuse a head by its sum, and take a table that zlib finds odd: the contents are right."""
    spoilt = bytearray(packed)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(
            st.one_of(st.integers(0, len(packed) - 1), st.integers(0, min(59, len(packed) - 1)))
        )
        spoilt[place] ^= data.draw(st.integers(1, 255))
    mine, theirs = by_isal(bytes(spoilt)), by_the_library(bytes(spoilt))
    if mine.whole and theirs.whole:
        assert mine.data == theirs.data
    elif theirs.whole:
        assert any(flags & SUM for flags in (spoilt[at + 3] for at in heads(spoilt)))
    elif mine.whole:
        assert theirs.why is zlib.error
        assert mine.data == by_isal(packed).data


def heads(packed: bytearray) -> list[int]:
    return [at for at in range(len(packed) - 3) if packed[at : at + 3] == b"\x1f\x8b\x08"]


@settings(max_examples=300, deadline=None)
@given(files, st.binary(min_size=1, max_size=30).filter(lambda behind: behind.strip(b"\0")))
def test_only_zeros_may_stand_behind_members(packed: bytes, behind: bytes) -> None:
    assert by_isal(packed + behind).whole == by_the_library(packed + behind).whole


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_noise_behind_a_head_ends(noise: bytes) -> None:
    packed = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + noise
    mine, theirs = by_isal(packed), by_the_library(packed)
    assert not mine.whole or mine == theirs


@pytest.mark.parametrize("at", [-8, -5, -4, -1], ids=["sum", "end of the sum", "length", "end of the length"])
def test_checksums_and_lengths_are_verified(at: int) -> None:
    packed = bytearray(gzip.compress(bytes(5000)))
    packed[at] ^= 1
    assert not by_isal(bytes(packed) + gzip.compress(b"")).whole


def test_a_bomb_comes_out_in_pieces() -> None:
    packed = gzip.compress(bytes(64 * MIB))
    GzipFile(io.BytesIO()).read(1)  # isal is imported
    tracemalloc.start()
    try:
        file = GzipFile(io.BytesIO(packed))
        assert sum(len(data) for data in iter(lambda: file.read(MIB), b"")) == 64 * MIB
        assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    finally:
        tracemalloc.stop()


class Endless(io.RawIOBase):
    """A head whose name never ends; it counts what it gives."""

    def __init__(self) -> None:
        self.given = 0

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        view[:] = b"n" * len(view)
        if not self.given:
            view[:4] = b"\x1f\x8b\x08\x08"
        self.given += len(view)
        return len(view)


def test_a_head_without_an_end_is_given_up() -> None:
    source = Endless()
    with pytest.raises(DamagedError, match="header exceeds"), GzipFile(source) as file:
        file.read(1)
    assert source.given < 4 * MIB


def test_what_the_source_raises_is_raised() -> None:
    class Broken(io.RawIOBase):
        def readinto(self, _buffer: object, /) -> int:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        GzipFile(Broken()).read(1)
