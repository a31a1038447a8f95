from __future__ import annotations

import json
import struct
import zlib
from dataclasses import fields

import pytest
from made_images.samples import sample_report

from uvdive.base.errors import ExitCode, ImageError
from uvdive.image.table import COLUMNS
from uvdive.ledger.saved import report_file


def payload_of(data: bytes) -> bytes:
    return zlib.decompress(data[len(b"uvdive.saved/1\n") + 12 :])


def packed(payload: bytes, *, size: int | None = None, version: bytes = b"1") -> bytes:
    head = struct.pack("<QI", len(payload) if size is None else size, zlib.crc32(payload))
    return b"uvdive.saved/" + version + b"\n" + head + zlib.compress(payload)


def parts_of(data: bytes) -> tuple[dict, bytes]:
    payload = payload_of(data)
    (length,) = struct.unpack_from("<Q", payload)
    return json.loads(payload[8 : 8 + length]), payload[8 + length :]


def joined(header: object, columns: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return packed(struct.pack("<Q", len(text)) + text + columns)


def assert_damaged(data: bytes, *, says: str = "damaged") -> None:
    with pytest.raises(ImageError, match=says) as caught:
        report_file.load(data)
    assert caught.value.code is ExitCode.IMAGE
    assert caught.value.do


def test_a_report_comes_back_as_it_was() -> None:
    report = sample_report()
    again = report_file.load(report_file.dump(report))
    for field in fields(report):
        if field.name != "files":
            assert getattr(again, field.name) == getattr(report, field.name), field.name
    for name in COLUMNS:
        assert getattr(again.files, name) == getattr(report.files, name), name
    assert again.files.find(b"/usr/caf\xe9") == report.files.find(b"/usr/caf\xe9")


def test_the_file_is_known_by_its_first_bytes_and_is_the_same_each_time() -> None:
    data = report_file.dump(sample_report())
    assert report_file.is_saved(data[:16])
    assert not report_file.is_saved(b"\x1f\x8b" + data)
    assert data == report_file.dump(sample_report())


def test_every_truncation_is_an_error_with_advice() -> None:
    data = report_file.dump(sample_report())
    for length in range(13, len(data), 7):
        assert_damaged(data[:length])


def test_every_flipped_byte_is_noticed() -> None:
    data = report_file.dump(sample_report())
    for at in range(0, len(data), 11):
        broken = bytearray(data)
        broken[at] ^= 0x41
        try:
            opened = report_file.load(bytes(broken))
        except ImageError:
            continue
        # A copy of the same bytes from another place: the compression has several ways to say them.
        assert report_file.dump(opened) == data


def test_what_is_no_saved_report_says_so() -> None:
    assert_damaged(b"", says="no saved report")
    assert_damaged(b"PK\x03\x04", says="no saved report")


def test_a_newer_format_asks_for_an_update() -> None:
    with pytest.raises(ImageError, match="format 2") as caught:
        report_file.load(packed(b"", version=b"2"))
    assert "Update uvdive" in caught.value.do


@pytest.mark.parametrize("version", [b"", b"x", b"0", b"-1", b"1" * 80])
def test_a_broken_version_is_an_error(version: bytes) -> None:
    with pytest.raises(ImageError):
        report_file.load(packed(payload_of(report_file.dump(sample_report())), version=version))


def test_a_payload_that_would_fill_the_memory_is_not_unpacked() -> None:
    assert_damaged(packed(b"", size=report_file.LIMIT + 1), says="fill the memory|would unpack")


def test_a_payload_larger_than_it_says_is_not_unpacked() -> None:
    assert_damaged(packed(bytes(50_000_000), size=100), says="more than it says")


def test_bytes_after_the_end_are_an_error() -> None:
    assert_damaged(report_file.dump(sample_report()) + b"x", says="more than it says")


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{",
        b"null",
        b'{"schema": "uvdive.saved/1"}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"schema": "uvdive.saved/1", "columns": [], "report": NaN}',
        b'{"schema": "uvdive.saved/9", "columns": [], "report": {}}',
    ],
)
def test_a_header_that_is_not_one_is_an_error(header: bytes) -> None:
    assert_damaged(joined(header, b""))


def test_a_header_longer_than_the_payload_is_an_error() -> None:
    assert_damaged(packed(struct.pack("<Q", 1 << 40) + b"{}"))
    assert_damaged(packed(b"ab"))


def damage(path: str, value: object) -> bytes:
    """A saved report whose header has ``value`` at a dotted path."""
    header, columns = parts_of(report_file.dump(sample_report()))
    at = header
    *way, last = path.split(".")
    for step in way:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[int(last) if isinstance(at, list) else last] = value
    return joined(header, columns)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("report.totals.file_bytes", "1"),
        ("report.totals.file_bytes", True),
        ("report.totals.file_bytes", None),
        ("report.totals", None),
        ("report.config.env", "PATH=/"),
        ("report.config.labels", []),
        ("report.layers.0.index", 5),
        ("report.layers.0.owners", {"nobody": 1}),
        ("report.owners.0.owner", "nobody"),
        ("report.owners.0.owner", "venv"),
        ("report.waste.0.layer", 3),
        ("report.waste.0.killed_by", -1),
        ("report.waste.0.path", 5),
        ("report.waste.0.path", "\ud800"),
        ("report.layers", []),
        ("report.components", []),
        ("columns.0.count", 1 << 60),
        ("columns.0.count", -1),
        ("columns.0.bytes", -4),
        ("columns.0.bytes", 1 << 60),
        ("columns.0.type", "u8"),
        ("columns.0.type", "f4"),
        ("columns.1.type", "u1"),
        ("columns.1.count", 2),
        ("columns.0.name", "unheard_of"),
    ],
)
def test_a_header_that_lies_is_an_error(path: str, value: object) -> None:
    assert_damaged(damage(path, value))


def test_what_a_later_version_adds_is_ignored_and_what_it_defaults_is_filled_in() -> None:
    header, columns = parts_of(report_file.dump(sample_report()))
    header["report"]["invented"] = {"later": 1}
    header["columns"].append({"name": "entry_xattr", "type": "u1", "count": 3, "bytes": 3})
    del header["report"]["environments"][0]["distributions"][0]["editable"]
    report = report_file.load(joined(header, columns + b"abc"))
    assert report.environments[0].distributions[0].editable is None


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        ("node_parent", 1, 1),
        ("node_parent", 1, 2),
        ("node_parent", 2, -1),
        ("node_parent", 0, 0),
        ("entry_node", 0, 4_000_000),
        ("entry_layer", 0, 3),
        ("entry_kind", 0, 9),
        ("entry_cause", 0, 9),
        ("entry_change", 0, 9),
        ("entry_link", 0, 1),
        ("entry_link", 0, -2),
        ("entry_inode", 1, 7),
        ("inode_entry", 0, 99),
        ("inode_cause", 0, 9),
    ],
)
def test_an_index_that_points_out_of_its_table_is_an_error(name: str, at: int, value: int) -> None:
    report = sample_report()
    getattr(report.files, name)[at] = value
    assert_damaged(report_file.dump(report))


@pytest.mark.parametrize(("name", "value"), [("inode_owner", 9), ("inode_component", 4)])
def test_an_inode_needs_an_owner_that_exists(name: str, value: int) -> None:
    report = sample_report()
    getattr(report, name)[0] = value
    assert_damaged(report_file.dump(report))


def test_columns_of_unequal_length_are_an_error() -> None:
    report = sample_report()
    report.files.entry_uid.append(0)
    assert_damaged(report_file.dump(report))
    report = sample_report()
    report.inode_owner.append(0)
    assert_damaged(report_file.dump(report))


def test_a_name_with_a_slash_is_an_error() -> None:
    report = sample_report()
    report.files.names[1] = b"../../etc"
    assert_damaged(report_file.dump(report))
