"""``uvdive report``: one report, several, what they share; and ``check`` of several images."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_images.histories import FLASK, NEWER, grown, saved
from made_images.samples import SECRET


@pytest.fixture
def images(tmp_path: Path) -> list[str]:
    return [str(path) for path in saved(tmp_path, grown([FLASK]), grown([NEWER], reference="shop:2"))]


def test_one_is_the_report_that_it_was(run, images: list[str]) -> None:
    assert run("report", images[0]).out == run(images[0], "--report").out
    assert json.loads(run("report", images[0], "--json").out)["schema"] == "uvdive.report/1"


def test_several_follow_each_other(run, images: list[str]) -> None:
    ran = run("report", *images)
    assert ran.code == 0
    assert ran.out.index("shop:1") < ran.out.index("shop:2")
    assert "## `shop:2`" in run("report", *images, "--markdown").out
    assert SECRET not in run("report", *images).out


def test_one_that_cannot_be_read_hides_no_other(run, images: list[str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.uvdive"
    broken.write_bytes(b"uvdive.saved/1\nx")
    for how in ([], ["--markdown"], ["--shared"], ["--shared", "--markdown"]):
        ran = run("report", images[0], str(broken), images[1], *how)
        assert ran.code == 4
        assert f"{broken}: The saved report is damaged" in ran.err
        assert "20.0 kB" in ran.out or "71.6 kB" in ran.out
    data = json.loads(run("report", images[0], str(broken), "--shared", "--json").out)
    assert (data["exit_code"], [each["name"] for each in data["unread"]]) == (4, [str(broken)])


def test_what_they_share_is_one_table(run, images: list[str]) -> None:
    ran = run("report", *images, "--shared", "--no-contents")
    assert ran.code == 0
    assert "2 images: 144.2 kB one by one, 71.6 kB stored" in ran.out
    assert "flask 3.1.0 (1), 3.2.0 (1)" in ran.out


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["a", "--shared"], "is about several images"),
        (["a", "b", "--json"], "Add --shared"),
        (["a", "b", "--save", "x.uvdive"], "--save is for one image"),
        (["a", "--no-contents"], "belongs to --shared"),
        (["a", "b", "--jobs", "many"], "no number of processes"),
    ],
)
def test_what_makes_no_sense_is_told(run, arguments: list[str], what: str) -> None:
    ran = run("report", *arguments)
    assert ran.code == 2
    assert what in ran.err


class TestCheck:
    def test_one_table_one_exit_code_and_nothing_hidden(
        self, run, images: list[str], tmp_path, monkeypatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "uvdive.toml").write_text('[check]\nfail-level = "never"\nmax-size = "72 kB"\n')
        ran = run("check", *images)
        assert ran.code == 1
        rows = [line.split() for line in ran.out.splitlines()]
        assert ["passed", images[0], "71.6", "kB", "1.0", "kB", "1"] in rows
        assert ["failed", images[1], "72.6", "kB", "1.0", "kB", "1", "max-size"] in rows
        (tmp_path / "0.uvdive").write_bytes(b"uvdive.saved/1\nx")
        worst = run("check", *images, "0.uvdive", "--json")
        assert worst.code == 4
        checked = json.loads(worst.out)["checked"]
        assert [each["passed"] for each in checked] == [True, False, False]
        assert checked[2]["error"]["exit_code"] == 4
        assert "is damaged" in checked[2]["error"]["text"]
        told = run("check", *images, "0.uvdive")
        assert "Not passed: 1 image can't be read." in told.out
        assert "| unreadable | `0.uvdive` |" in run("check", *images, "0.uvdive", "--format", "markdown").out

    def test_the_worst_of_all_is_the_code(self, run, session, tmp_path, monkeypatch) -> None:
        from uvdive.base.errors import EngineError

        monkeypatch.chdir(tmp_path)
        session.report = EngineError("No engine.")
        assert run("check", "a:1", "b:1").code == 3
