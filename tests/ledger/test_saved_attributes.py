"""Extended attributes in saved reports: kept, and absent in files of older versions."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.base.errors import ImageError
from uvdive.ledger.report import ImageReport
from uvdive.ledger.saved import report_file
from uvdive.ledger.saved.report_file import dump, load
from uvdive.verify.compare import compare


def attributed(tmp_path: Path) -> ImageReport:
    told = {"SCHILY.xattr.security.capability": "\x01"}
    files = {"bin": make.file("srv/bin", b"b", 0o755, pax_headers=told), "x": make.file("srv/x", b"x")}
    link = {"link": make.hard_link("srv/link", "srv/bin")}
    return pairs.read(tmp_path / "x.tar", files | link)


def test_attributes_are_saved(tmp_path: Path) -> None:
    report = attributed(tmp_path)
    again = load(dump(report))
    assert compare(report, again).paths == ()
    table = again.files
    told = {
        table.path(table.entry_node[entry]): table.attributes(entry) for entry in again.files.live_entries()
    }
    assert told[b"/srv/bin"] == told[b"/srv/link"] == b"security.capability=01"
    assert told[b"/srv/x"] == b""


def test_files_of_older_versions_open_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = attributed(tmp_path)
    older = tuple(name for name in report_file.COLUMNS if name not in ("attributed", "xattrs"))
    monkeypatch.setattr(report_file, "COLUMNS", older)
    data = dump(report)
    monkeypatch.undo()
    opened = load(data)
    assert list(opened.files.attributed) == []
    assert compare(opened, opened).paths == ()


@pytest.mark.parametrize("entries", [[99999], [0, 0], []])
def test_attributes_of_entries_that_are_not_there_are_refused(tmp_path: Path, entries: list[int]) -> None:
    report = attributed(tmp_path)
    report.files.attributed[:] = type(report.files.attributed)("I", entries)
    if len(entries) == 2:
        report.files.xattrs.append(b"x")
    with pytest.raises(ImageError):
        load(dump(report))
