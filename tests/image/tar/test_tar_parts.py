"""A tar read in parts is the tar read in one go, wherever it is cut and whatever is in it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_images.odd_tars import (
    EXTENDED_HEADERS,
    LONG_NAMES,
    MANY,
    extended,
    file,
    header,
    padded,
    record,
    tars,
)

from uvdive.base.errors import ImageError
from uvdive.base.files.foreign import opened
from uvdive.image.layer_index import LayerIndex
from uvdive.image.stream import FileStream
from uvdive.image.tar.header import BLOCK
from uvdive.image.tar.index import index_tar
from uvdive.image.tar.parts import Chain, cuts_of, read_part
from uvdive.ledger.wanted import wanted

Outcome = LayerIndex | tuple[type, str]
BEFORE = b"before"


def whole(fd: int, size: int) -> Outcome:
    try:
        stream = FileStream(fd, len(BEFORE), size)
        return index_tar(stream, wanted, size=size, digests=False, keep=False)
    except ImageError as error:
        return type(error), str(error)


def in_parts(fd: int, size: int, cuts: Sequence[int], theirs: Sequence[bool]) -> tuple[Outcome, int]:
    """What parts give, each read from its cut on by another process or from the chain; how many fitted."""
    stream = FileStream(fd, len(BEFORE), size)
    chain, fitted = Chain(stream, wanted), 0
    try:
        for start, end, other in zip((0, *cuts), (*cuts, size), (False, *theirs), strict=True):
            if other:
                try:
                    part = read_part(stream, wanted, start, end)
                except ImageError:
                    part = None
                if part is not None and chain.take(start, part):
                    fitted += 1
                    continue
            chain.read(end)
    except ImageError as error:
        return (type(error), str(error)), fitted
    return chain.index(), fitted


def held(data: bytes, cuts: Sequence[int], theirs: Sequence[bool], size: int | None = None) -> int:
    """Parts give what the whole gives; how many of the others' parts were taken."""
    with tempfile.TemporaryFile() as tar:
        tar.write(BEFORE + data)
        tar.flush()
        size = len(data) if size is None else size
        found, fitted = in_parts(tar.fileno(), size, cuts, theirs)
        assert found == whole(tar.fileno(), size)
    return fitted


@settings(max_examples=400, deadline=None)
@given(tars, st.data())
def test_cuts_at_any_block(data: bytes, draw: st.DataObject) -> None:
    blocks = max(1, len(data) // BLOCK)
    cuts = sorted({BLOCK * n for n in draw.draw(st.lists(st.integers(0, blocks), max_size=6))})
    size = max(0, len(data) - draw.draw(st.sampled_from((0, 0, 0, 1, 100, 512, 1000))))
    cuts = [cut for cut in cuts if cut < size]
    held(data, cuts, draw.draw(st.lists(st.booleans(), min_size=len(cuts), max_size=len(cuts))), size)


INNER = header(b"inner/RECORD", size=b"%011o\0" % 3) + padded(b"a,b")
TRICKY = {
    "usual": MANY,
    "contents that are headers": b"".join(file(b"t%d.tar" % n, INNER * 4, b"0", b"\0") for n in range(8)),
    "an end inside": MANY + bytes(2 * BLOCK) + MANY,
    "global headers": MANY + extended(b"g", record(b"mtime", b"7")) + MANY,
    "extended headers": EXTENDED_HEADERS,
    "long names": LONG_NAMES,
    "a real size in an extended header": extended(b"x", record(b"size", b"2000"))
    + header(b"big")
    + bytes(4 * BLOCK)
    + MANY,
    "unknown types": (header(b"v", b"V") + header(b"a")) * 10,
    "links and whiteouts": b"".join(
        header(b"a/%d" % n, b"2", link=b"to") + header(b"a/.wh.b%d" % n) + header(b"c%d" % n, b"1", link=b"x")
        for n in range(10)
    ),
    "damaged in the middle": MANY + b"?" * BLOCK + MANY,
}


@pytest.mark.parametrize("name", TRICKY)
def test_one_cut_at_every_block(name: str) -> None:
    data = TRICKY[name] + bytes(2 * BLOCK)
    fitted = sum(held(data, [cut], [True]) for cut in range(0, len(data), BLOCK))
    assert bool(fitted) == (name not in ("global headers", "damaged in the middle"))


@pytest.mark.parametrize("name", TRICKY)
def test_cuts_that_are_found(name: str, tmp_path: Path) -> None:
    data = TRICKY[name] * 20 + bytes(2 * BLOCK)
    path = tmp_path / "tar"
    path.write_bytes(data)
    with opened(path) as fd:
        cuts = cuts_of(FileStream(fd, 0, len(data)), 16 << 10)
    assert cuts.places == sorted(set(cuts.places))
    assert all(0 < place < len(data) for place in cuts.places)
    fitted = held(data, cuts.places, [True] * len(cuts.places))
    if name == "usual":
        assert fitted == len(cuts.places) > 5, "beginnings are found, and what lies behind them is taken"
        assert 700 < cuts.members < 900


def test_contents_that_look_like_a_beginning_are_dropped() -> None:
    data = file(b"a", INNER * 3, b"0", b"\0") + file(b"b", b"x", b"0", b"\0") + bytes(2 * BLOCK)
    inside, behind = 3 * BLOCK, BLOCK + 3 * len(INNER)
    assert held(data, [inside], [True]) == 0
    assert held(data, [behind], [True]) == 1


def test_what_depends_on_a_header_before_it_is_dropped() -> None:
    named = extended(b"x", record(b"path", b"other")) + header(b"a")
    assert held(header(b"z") + named, [3 * BLOCK], [True]) == 0, "its name comes from the blocks before"
    everywhere = extended(b"g", record(b"mtime", b"7")) + header(b"a") + header(b"b")
    assert held(everywhere, [3 * BLOCK], [True]) == 0, "its time comes from the header of all"


def test_where_no_header_is_near_nothing_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "tar"
    path.write_bytes(file(b"big", bytes(1 << 20), b"0", b"\0") + bytes(2 * BLOCK))
    with opened(path) as fd:
        assert cuts_of(FileStream(fd, 0, path.stat().st_size), 128 << 10).places == []
