"""A Dockerfile that only the image's provenance has: shown, and never mistaken for a file that lies here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images.samples import sample_report

from uvdive.ledger.report import DockerfileInfo
from uvdive.tui.frame.ahead import find_dockerfile
from uvdive.tui.screens.rewrite.questions import without_dockerfile
from uvdive.tui.words.dockerfile_lines import read_listing

TEXT = "FROM debian\nRUN true\n"


def test_its_lines_are_those_of_the_provenance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM another\n")
    report = sample_report()
    layers = tuple(replace(layer, base=False, line=2, end_line=2) for layer in report.layers)
    info = DockerfileInfo("Dockerfile", "0" * 64, matches=True, text=TEXT)
    report = replace(report, layers=layers, dockerfile=info)
    listing = read_listing(report, None)
    assert listing.name == "Dockerfile, from the image's provenance"
    assert [line.text for line in listing.lines] == TEXT.splitlines()
    assert listing.lines[1].layers == layers
    assert listing.note == ""
    assert find_dockerfile(None, report) is None, "the one in this folder is another"
    assert "uvdive rewrite registry://" in without_dockerfile(report).plain
    own = tmp_path / "Dockerfile"
    assert find_dockerfile(own, report) == own
