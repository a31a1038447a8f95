"""Images whose config and layers do not fit, and images with next to nothing in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make

from uvdive.base.progress import ignore
from uvdive.image.reference import Target
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.reading import read_image

ONE = make.layer(make.file("a", b"12345"))
EMPTY = make.layer()


def read(tmp_path: Path, layers: list[bytes], commands: list[str]) -> ImageReport:
    path = make.archive(tmp_path / "a.tar", layers, commands=commands)
    report = read_image(Target("archive", str(path)), None, on_event=ignore)[0]
    assert sum(layer.file_bytes for layer in report.layers) == report.totals.file_bytes
    assert sum(owner.bytes for owner in report.owners) == report.totals.file_bytes
    assert sum(row.bytes for row in report.waste) == report.totals.dead_bytes
    return report


def test_no_layer_at_all(tmp_path: Path) -> None:
    report = read(tmp_path, [], [])
    assert (report.totals.file_bytes, report.totals.efficiency, report.layers) == (0, 1.0, ())


def test_an_empty_layer(tmp_path: Path) -> None:
    report = read(tmp_path, [ONE, EMPTY], ["COPY a /", "RUN true"])
    assert [layer.files for layer in report.layers] == [1, 0]
    assert report.layers[1].instruction == "RUN true"


def test_the_same_layer_twice_kills_its_own_files(tmp_path: Path) -> None:
    report = read(tmp_path, [ONE, ONE], ["COPY a /", "COPY a /"])
    assert (report.totals.live_bytes, report.totals.dead_bytes) == (5, 5)
    assert report.waste[0].cause == "rewritten"


@pytest.mark.parametrize(
    "commands", [[], ["COPY a /"], ["COPY a /", "RUN b", "RUN c"]], ids=["missing", "short", "long"]
)
def test_a_history_that_does_not_fit_names_no_instruction(commands: list[str], tmp_path: Path) -> None:
    report = read(tmp_path, [ONE, EMPTY], commands)
    assert [layer.instruction for layer in report.layers] == ["", ""]
    assert report.totals.live_bytes == 5


def test_paths_that_want_to_leave_the_image_stay_in_it(tmp_path: Path) -> None:
    layer = make.layer(make.file("../../etc/x", b"1"), make.file("/abs/y", b"22"), make.file("a/../b", b"3"))
    report = read(tmp_path, [layer], ["COPY . /"])
    table = report.files
    live = {table.path(table.entry_node[entry]) for entry in table.live_entries()}
    assert live == {b"/etc/x", b"/abs/y", b"/b"}


def test_links_in_loops_end(tmp_path: Path) -> None:
    layer = make.layer(
        make.symlink("a", "b"),
        make.symlink("b", "a"),
        make.symlink("app/.venv/bin/python", "python3"),
        make.symlink("app/.venv/bin/python3", "python"),
        make.file("app/.venv/pyvenv.cfg", b"uv = 1\n"),
    )
    report = read(tmp_path, [layer], ["RUN uv venv"])
    assert report.environments[0].interpreter_path is None
