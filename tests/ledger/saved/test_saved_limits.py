"""Saved reports at their limits: what is read just so, and what is one beyond."""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from made_images.samples import sample_report

from uvdive.base.errors import ImageError
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport
from uvdive.ledger.saved import report_file
from uvdive.ledger.saved.codec import decode, encode
from uvdive.ledger.saved.validate import check


@dataclass(frozen=True)
class Inner:
    name: str
    size: int = 3


@dataclass(frozen=True)
class Outer:
    raw: bytes
    inner: Inner
    rows: tuple[Inner, ...]
    pair: tuple[int, str]
    maybe: int | None
    flag: bool
    share: float
    how: Literal["a", "b"]
    by_name: Mapping[str, tuple[int, ...]]
    anything: object
    column: array[int] = field(default_factory=lambda: array("i"))


WHOLE = Outer(
    b"caf\xe9", Inner("x"), (Inner("y", 1),), (1, "z"), None, True, 0.5, "a", {"k": (1, 2)}, [{"n": 1}]
)
DATA = {
    "raw": "caf\udce9",
    "inner": {"name": "x", "size": 3},
    "rows": [{"name": "y", "size": 1}],
    "pair": [1, "z"],
    "maybe": None,
    "flag": True,
    "share": 0.5,
    "how": "a",
    "by_name": {"k": [1, 2]},
    "anything": [{"n": 1}],
}


def test_dataclasses_become_data_and_come_back() -> None:
    assert encode(WHOLE) == DATA, "columns are left out"
    assert decode(Outer, {**DATA, "column": array("i")}) == WHOLE
    assert decode(Outer, DATA) == WHOLE, "what is missing takes its default"
    assert decode(Outer, {**DATA, "unknown": 1}) == WHOLE
    assert decode(Outer, {**DATA, "maybe": 5, "share": 1}).share == 1.0
    assert decode(Outer, {**DATA, "inner": Inner("made")}).inner == Inner("made")
    assert encode({1: b"a", "b": (1.5, None, False)}) == {"1": "a", "b": [1.5, None, False]}
    assert encode(WHOLE, leave_out=(array, Inner)).keys() == DATA.keys() - {"inner"}


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("raw", 5, "raw: int where str belongs"),
        ("inner", [], "inner: list where dict belongs"),
        ("inner", {}, "inner: Inner lacks name"),
        ("inner", {"name": 1}, "inner: name: int where str belongs"),
        ("inner", {"name": "x", "size": True}, "inner: size: bool where int belongs"),
        ("rows", {}, "rows: dict where list belongs"),
        ("rows", [1], "rows: int where dict belongs"),
        ("pair", [1], "pair: 1 items where 2 belong"),
        ("pair", [1, "z", 2], "pair: 3 items where 2 belong"),
        ("pair", ["z", 1], "pair: str where int belongs"),
        ("maybe", "5", "maybe: str where int belongs"),
        ("flag", 1, "flag: int where bool belongs"),
        ("share", "1", "share: str where float belongs"),
        ("share", True, "share: bool where float belongs"),
        ("how", "c", "how: not one of"),
        ("by_name", [], "by_name: list where dict belongs"),
        ("by_name", {"k": 1}, "by_name: int where list belongs"),
        ("column", [1], "column: a column was left out"),
    ],
)
def test_data_of_another_shape_is_told_by_its_field(key: str, value: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        decode(Outer, {**DATA, key: value})
    if key != "column":
        with pytest.raises(ValueError, match=f"Outer lacks {key}"):
            decode(Outer, {name: item for name, item in DATA.items() if name != key})


@pytest.mark.parametrize("hint", [int | str, int | str | None, list[int], set[int]])
def test_types_that_reports_do_not_use_cannot_be_decoded(hint: Any) -> None:
    with pytest.raises(TypeError):
        decode(hint, 1)


def packed(payload: bytes, *, size: int | None = None, first: bytes = b"uvdive.saved/1\n") -> bytes:
    head = struct.pack("<QI", len(payload) if size is None else size, zlib.crc32(payload))
    return first + head + zlib.compress(payload)


def payload() -> bytes:
    return zlib.decompress(report_file.dump(sample_report())[len(b"uvdive.saved/1\n") + 12 :])


def test_the_format_is_what_its_description_says() -> None:
    data = report_file.dump(sample_report())
    assert data.startswith(b"uvdive.saved/1\n")
    whole = payload()
    size, checksum = struct.unpack_from("<QI", data, len(b"uvdive.saved/1\n"))
    assert (size, checksum) == (len(whole), zlib.crc32(whole))
    assert len(data) < len(whole) / 2, "it is compressed"
    (length,) = struct.unpack_from("<Q", whole)
    header = json.loads(whole[8 : 8 + length])
    assert header["schema"] == "uvdive.saved/1"
    assert sum(column["bytes"] for column in header["columns"]) == len(whole) - 8 - length
    assert {"names", "links", "entry_size", "inode_owner", "inode_component"} <= {
        column["name"] for column in header["columns"]
    }
    assert report_file.load(packed(whole)).totals == sample_report().totals
    assert report_file.LIMIT == 1 << 30


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (packed(b"", first=b"uvdive.saved/2\n"), "has format 2, and this uvdive reads up to 1"),
        (packed(b"", first=b"uvdive.saved/0\n"), "its first line is broken"),
        (packed(b"", first=b"uvdive.saved/1" + b" " * 64 + b"\n"), "its first line is broken"),
        (packed(b"", first=b"uvdive.saved/1"), "its first line is broken"),
        (b"uvdive.saved/1\n" + bytes(11), "it is cut off"),
        (b"uvdive.saved/1\n" + bytes(12), "it is cut off"),
        (b"uvdive.save/1\n", "no saved report"),
        (packed(b"x", size=64 << 20), "it is cut off"),
        (packed(b"x", size=1 << 26 | 1 << 12), "would unpack to 67112960, more than uvdive reads"),
        (packed(b"x", size=(1 << 30) + 1), "would unpack to 1073741825, more than uvdive reads"),
        (packed(b"xx", size=1), "it holds more than it says"),
        (packed(b"xx", size=3), "it is cut off"),
        (packed(b"xx")[:-1], "it is cut off"),
        (packed(b"xx") + b"x", "it holds more than it says"),
        (b"uvdive.saved/1\n" + struct.pack("<QI", 2, 1) + zlib.compress(b"xx"), "its checksum does not fit"),
        (packed(struct.pack("<Q", 3) + b"{}"), "its header is cut off"),
        (packed(struct.pack("<Q", 2) + b"{}"), "lacks schema"),
    ],
)
def test_each_damage_has_its_own_word(data: bytes, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        report_file.load(data)


def test_the_words_of_a_long_damage_are_cut() -> None:
    header = json.dumps({"schema": "x" * 999, "columns": [], "report": {}}).encode()
    with pytest.raises(ImageError) as caught:
        report_file.load(packed(struct.pack("<Q", len(header)) + header))
    assert len(caught.value.what) == len("The saved report is damaged: .") + 300


def rejected(report: ImageReport) -> str:
    with pytest.raises(ValueError, match=r".") as caught:
        check(report)
    return str(caught.value)


LIMITS = {
    "entry_node": (0, None),
    "entry_layer": (0, 3),
    "entry_kind": (0, 6),
    "entry_cause": (0, 5),
    "entry_change": (0, 2),
    "entry_link": (-1, 1),
    "entry_inode": (-1, 7),
    "inode_entry": (0, None),
    "inode_cause": (0, 5),
}


@pytest.mark.parametrize("name", LIMITS)
def test_every_index_up_to_its_tables_end(name: str) -> None:
    """The last place takes the highest; the columns that are in order allow it there."""
    low, end = LIMITS[name]
    report = sample_report()
    column = getattr(report.files, name)
    if end is None:
        end = len(report.files.names) if name == "entry_node" else report.files.entries
    place = len(column) - 1
    column[place] = end - 1
    check(report)
    column[place] = end
    assert rejected(report) == f"{name} points out of its table"
    column[place] = end - 1
    if low < 0:
        column[place] = low
        check(report)
        column[place] = low - 1
        assert rejected(report) == f"{name} points out of its table"


@pytest.mark.parametrize(
    ("name", "low", "end"), [("inode_owner", 0, len(OWNERS)), ("inode_component", -1, 4)]
)
def test_owners_and_components_up_to_their_tables_ends(name: str, low: int, end: int) -> None:
    report = sample_report()
    column = getattr(report, name)
    for value in (low, end - 1):
        column[3] = value
        check(report)
    for value in (end, *([low - 1] if low else [])):
        column[3] = value
        assert rejected(report) == f"{name} points out of its table"


@pytest.mark.parametrize("name", ["entry_layer", "inode_entry"])
def test_entries_stand_in_the_order_of_their_layers(name: str) -> None:
    report = sample_report()
    column = getattr(report.files, name)
    column[1], column[0] = 0, 1
    assert rejected(report) == "the entries are not in the order of their layers"
    column[0] = 0
    check(report)
