"""A layer of an engine's storage read in parts is the layer read in one go, wherever its text is cut."""

from __future__ import annotations

import gzip
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
    content,
    extended,
    file,
    header,
    record,
    segment,
    split_lines,
    taken_apart,
    tars,
)

from uvdive.base.errors import ImageError
from uvdive.image.layer_index import LayerIndex
from uvdive.image.tar import split_lines as lines_module
from uvdive.image.tar.below import StorageError
from uvdive.image.tar.header import BLOCK
from uvdive.image.tar.index import index_tar
from uvdive.image.tar.split_parts import SplitPart, joined_parts, read_split_part
from uvdive.image.tar.tar_split import TarSplitStream
from uvdive.ledger.wanted import wanted

Outcome = tuple[LayerIndex, int] | type


def whole(split: Path, folder: Path) -> Outcome:
    try:
        stream = TarSplitStream(split, folder)
        return index_tar(stream, wanted, digests=False), stream.drain()
    except (ImageError, StorageError) as error:
        return type(error)


def in_parts(split: Path, folder: Path, cuts: Sequence[int]) -> tuple[LayerIndex, int] | None:
    """What the parts give, if all can be read and fit."""
    parts: list[SplitPart] = []
    for begin, end in zip((0, *cuts), (*cuts, None), strict=True):
        try:
            parts.append(read_split_part(split, folder, begin, end, wanted))
        except (ImageError, StorageError):
            return None
    return joined_parts(parts)


def held(tar: bytes, cuts: Sequence[float]) -> list[bool]:
    """Parts that fit give what the whole gives; does each cut fit alone? Cuts are shares of the text."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "diff")
        folder.mkdir()
        split = taken_apart(tar, folder)
        size = len(gzip.decompress(split.read_bytes()))
        expected, fits = whole(split, folder), []
        for some in ([round(size * cut)] for cut in cuts):
            found = in_parts(split, folder, some)
            assert found is None or found == expected
            fits.append(found is not None)
        together = in_parts(split, folder, sorted({round(size * cut) for cut in cuts}))
        assert together is None or together == expected
        return fits


END = bytes(2 * BLOCK)
SPARSE = bytearray(header(b"sparse", b"S", size=b"%011o\0" % 600))
SPARSE[483:495] = b"%011o\0" % 5000
FITTING = {
    "usual": MANY,
    "extended headers": EXTENDED_HEADERS,
    "long names": LONG_NAMES,
    "sparse files": (bytes(SPARSE) + b"s" * 600 + bytes(424)) * 20,
    "wanted contents": b"".join(file(b"d%d/RECORD" % n, b"a,b,%d" % n, b"0", b"\0") for n in range(30)),
    "links and whiteouts": b"".join(
        header(b"a/%d" % n, b"2", link=b"to") + header(b"a/.wh.b%d" % n) + header(b"c%d" % n, b"1", link=b"x")
        for n in range(10)
    ),
    "extended attributes": b"".join(
        extended(b"x", record(b"SCHILY.xattr.user.a", b"%d" % n)) + header(b"%d" % n) for n in range(20)
    ),
}
OTHERS = {
    "an end inside": MANY + END + MANY,
    "global headers": extended(b"g", record(b"mtime", b"7")) + MANY,
    "contents that are headers": b"".join(file(b"t%d" % n, MANY[:3072], b"0", b"\0") for n in range(8)),
    "a folder with a size": header(b"d", b"5", size=b"%011o\0" % 512) + MANY,
    "damaged in the middle": MANY + b"?" * BLOCK + MANY,
    "nothing": b"",
}
EVERYWHERE = [n / 150 for n in range(151)]


@pytest.mark.parametrize("name", FITTING)
def test_parts_fit_wherever_the_text_is_cut(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "_TEXT", 4000)
    fits = held(FITTING[name] + END, EVERYWHERE)
    assert all(fits[1:-20]), "but for cuts behind which no segment begins"


@pytest.mark.parametrize("name", OTHERS)
def test_what_does_not_fit_is_read_in_one_go(name: str) -> None:
    held(OTHERS[name] + END, EVERYWHERE)


@settings(max_examples=250, deadline=None)
@given(tars, st.lists(st.floats(0, 1), min_size=1, max_size=5), st.sampled_from((50, 700, 1 << 18)))
def test_any_tar_and_any_cuts(tar: bytes, cuts: list[float], text: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_module, "_TEXT", text)
        held(tar, cuts)


def parts_of(lines: bytes, folder: Path, cut: int) -> tuple[LayerIndex, int] | None:
    split = folder.with_suffix(".gz")
    split.write_bytes(gzip.compress(lines))
    found = in_parts(split, folder, [cut])
    assert found is None or found == whole(split, folder)
    return found


def test_a_member_that_depends_on_the_part_before_it_does_not_fit(tmp_path: Path) -> None:
    first = split_lines([segment(header(b"a")), content("a", 0)])
    named = split_lines([segment(extended(b"x", record(b"path", b"other")) + header(b"b")), content("b", 0)])
    apart = split_lines([segment(extended(b"x", record(b"path", b"other"))), segment(header(b"b") + END)])
    assert parts_of(first + named + split_lines([segment(END)]), tmp_path, 10) is not None
    assert parts_of(apart, tmp_path, 10) is None, "the name stands in the part before"


def test_a_part_that_begins_in_a_content_does_not_fit(tmp_path: Path) -> None:
    data = file(b"inner", b"", b"0", b"\0")
    lines = split_lines([segment(header(b"a", size=b"%011o\0" % BLOCK)), segment(data + END)])
    assert parts_of(lines, tmp_path, 10) is None


def test_a_part_that_begins_elsewhere_in_its_block_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(1000))
    lying = [segment(header(b"a", size=b"%011o\0" % 24)), content("a", 24)]
    lines = split_lines([*lying, segment(bytes(488) + header(b"b") + END)])
    assert parts_of(lines, tmp_path, 10) is not None
    lines = split_lines([*lying, content("a", 100), segment(bytes(388) + header(b"b") + END)])
    assert parts_of(lines, tmp_path, 10) is None, "another file stands where the block is filled"


def test_parts_of_different_texts_do_not_fit() -> None:
    parts = [SplitPart(LayerIndex(), 0, 700, 10, 0, 3), SplitPart(LayerIndex(), 700, None, 10, 3, None)]
    assert joined_parts(parts) == (LayerIndex(), 20)
    assert joined_parts(parts[:1]) is None
    assert joined_parts(parts[1:]) is None
    assert joined_parts([parts[0], SplitPart(LayerIndex(), 701, None, 10, 3, None)]) is None
    assert joined_parts([parts[0], SplitPart(LayerIndex(), 700, None, 10, 4, None)]) is None
    assert joined_parts([SplitPart(LayerIndex(), 0, 700, 10, 0, None), parts[1]]) is None
    assert joined_parts([]) is None
