"""``uvdive log``: a folder or files, each form, and what is no report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_images.histories import FLASK, grown, saved, three
from made_images.samples import SECRET

from uvdive.ledger.saved.report_file import dump


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    saved(tmp_path / "h", *three())
    return tmp_path / "h"


def test_a_folder_is_a_history(run, folder: Path) -> None:
    ran = run("log", str(folder))
    assert ran.code == 0
    assert ran.out.startswith("shop, linux/amd64: 3 reports, 71.6 kB → 373.6 kB (+302.0 kB)\n")
    assert "0a1b2c3" in ran.out
    told = ran.out.replace("\n", " ")
    assert "Most of it: numpy 2.1.0 added (+300.0 kB), wanted by pandas." in told


def test_files_are_taken_in_the_order_that_is_asked_for(run, folder: Path) -> None:
    files = [str(folder / f"{number}.uvdive") for number in (3, 1, 2)]
    names = [
        Path(each["file"]).stem
        for each in json.loads(run("log", *files, "--order", "given", "--json").out)["images"][0]["reports"]
    ]
    assert names == ["3", "1", "2"]


def test_a_broken_file_is_named_and_hides_nothing(run, folder: Path) -> None:
    (folder / "0.uvdive").write_bytes(b"uvdive.saved/1\nbroken")
    (folder / "9.uvdive").write_bytes(dump(grown([FLASK])).replace(b"saved/1", b"saved/9", 1))
    ran = run("log", str(folder), str(folder / "none.uvdive"))
    assert ran.code == 4
    assert f"uvdive: {folder}/0.uvdive: The saved report is damaged: it is cut off." in ran.err
    assert "has format 9, and this uvdive reads up to 1" in ran.err
    assert "none.uvdive cannot be opened: No such file or directory." in ran.err
    assert "3 reports" in ran.out
    unread = json.loads(run("log", str(folder), "--json").out)["unread"]
    assert [Path(each["file"]).name for each in unread] == ["0.uvdive", "9.uvdive"]


def test_nothing_that_can_be_read_is_told_and_printed_as_nothing(run, tmp_path: Path) -> None:
    (tmp_path / "0.uvdive").write_bytes(b"no")
    ran = run("log", str(tmp_path))
    assert (ran.code, ran.out) == (4, "")
    assert "This is no saved report. Give a file" in ran.err.replace("\n", " ")


def test_an_empty_folder_says_what_to_do(run, tmp_path: Path) -> None:
    ran = run("log", str(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    assert f"There is no saved report in {tmp_path}." in ran.err
    assert "uvdive IMAGE --save" in ran.err


def test_mixed_images_are_told_apart_picked_or_taken_together(run, folder: Path) -> None:
    (folder / "x.uvdive").write_bytes(dump(grown([FLASK], reference="other:1")))
    ran = run("log", str(folder))
    assert "other, linux/amd64: 1 report" in ran.out
    assert "2 images are in these reports" in ran.err
    assert "--image" in ran.err
    assert "other" not in run("log", str(folder), "--image", "shop:7").out
    together = run("log", str(folder), "--together").out
    assert together.startswith("all reports, linux/amd64: 4 reports, 71.6 kB → 373.6 kB")
    unknown = run("log", str(folder), "--image", "nope")
    assert (unknown.code, "There are: other, shop." in unknown.err) == (2, True)
    assert run("log", str(folder), "--image", "shop", "--together").code == 2


def test_each_form(run, folder: Path, tmp_path: Path) -> None:
    plot = tmp_path / "growth.svg"
    ran = run("log", str(folder), "--markdown", "--plot", str(plot), "--why")
    assert ran.out.startswith("![Size by owner, report by report](<growth.svg>)\n")
    assert plot.read_text().startswith("<svg ")
    assert run("log", str(folder), "--plot", str(plot)).code == 0
    plot.write_text("<svg of somebody else/>")
    refused = run("log", str(folder), "--plot", str(plot))
    assert (refused.code, "no picture of uvdive's" in refused.err) == (2, True)
    assert json.loads(run("log", str(folder), "--json").out)["schema"] == "uvdive.log/1"
    assert run("log", str(folder), "--json", "--markdown").code == 2
    assert run("log", str(folder), "--jobs", "0").code == 2


def test_secrets_stay_out_unless_they_are_asked_for(run, tmp_path: Path) -> None:
    label = {"org.opencontainers.image.revision": f"https://me:{SECRET}@host/repo"}
    saved(tmp_path, grown([FLASK], labels=label))
    assert SECRET not in run("log", str(tmp_path), "--json").out
    assert SECRET in run("log", str(tmp_path), "--json", "--no-redact").out
