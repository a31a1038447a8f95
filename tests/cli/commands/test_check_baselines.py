"""A baseline that cannot be read is named, as it is another than the image that was asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.cli.main import main


@pytest.mark.parametrize("data", [b"uvdive.saved/1\n", b"PK\x03\x04", b"uvdive.saved/99\n" + bytes(99)])
def test_its_file_stands_in_the_error(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Path("main.uvdive").write_bytes(data)
    assert main(["check", "image.tar", "--baseline", "main.uvdive"]) == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert "The baseline main.uvdive: Th" in said.err


def test_one_that_is_not_there_is_told_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", "image.tar", "--baseline", "report:gone.uvdive"]) == 4
    assert "The baseline report:gone.uvdive: gone.uvdive cannot be opened" in capsys.readouterr().err
