import json

import pytest
from made_images.samples import SECRET, sample_report

from uvdive.base.errors import UsageError
from uvdive.ledger.saved.report_file import load
from uvdive.session.disk.exporting import export, picture


@pytest.mark.parametrize("kind", ["json", "markdown", "saved"])
def test_reports_are_written_without_secrets_and_never_over_a_file(tmp_path, kind):
    report = sample_report()
    path = export(report, kind, tmp_path / "out")
    data = path.read_bytes()
    assert SECRET.encode() not in data
    if kind == "json":
        assert json.loads(data)["totals"]["file_bytes"] == report.totals.file_bytes
    elif kind == "markdown":
        assert b"71.6 kB" in data
    else:
        loaded = load(data)
        assert loaded.totals == report.totals
        assert SECRET not in str(loaded.config)
    with pytest.raises(UsageError, match="exists already"):
        export(report, kind, path)
    with pytest.raises(UsageError, match="can't be written"):
        export(report, kind, tmp_path / "no" / "out")
    assert path.read_bytes() == data
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_a_picture_shows_no_secret_of_the_image() -> None:
    report = sample_report()
    lines = ("ENV&#160;API_TOKEN=abc123&#160;x", f"login&#160;{SECRET}", "a&#160;&lt;b&#160;&amp;", "Files")
    svg = "<svg>" + "".join(f'<text class="r1" x="0">{line}</text>' for line in lines) + "</svg>"
    shown = picture(svg, report).decode()
    assert shown == svg.replace("abc123", "[redacted]").replace(SECRET, "[redacted]")
