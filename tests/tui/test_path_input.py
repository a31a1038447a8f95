"""Tab in a line for a path: as far as the disk leaves no choice."""

from __future__ import annotations

from made_images.samples import sample_report
from screens.driving import answers, opened
from textual.widgets import Input, Static

from uvdive.tui.widgets import path_input
from uvdive.tui.widgets.path_input import completed


def test_one_name_is_written_out_and_a_folder_gets_its_slash(tmp_path, monkeypatch):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "old.json").touch()
    monkeypatch.chdir(tmp_path)
    assert completed("re") == ("reports/", ())
    assert completed("reports/") == ("reports/old.json", ())
    assert completed(f"{tmp_path}/rep") == (f"{tmp_path}/reports/", ())


def test_several_are_written_as_far_as_they_agree_and_named(tmp_path, monkeypatch):
    for name in ("image-1.tar", "image-2.tar", ".hidden"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert completed("i") == ("image-", ("image-1.tar", "image-2.tar"))
    assert completed("") == ("image-", ("image-1.tar", "image-2.tar"))
    assert completed(".h") == (".hidden", ())


def test_the_home_folder_may_be_written_short(tmp_path, monkeypatch):
    (tmp_path / "only.txt").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert completed("~/o") == ("~/only.txt", ())


def test_what_is_not_there_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for text in ("nothing", "no/such", "a\x00b/", "\udcff/x"):
        assert completed(text) == (text, ())


async def test_the_dialog_completes_and_says_what_there_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number in range(path_input.SHOWN + 2):
        (tmp_path / f"[red]{number}\x1b").touch()
    async with opened(answers(sample_report())) as (app, pilot):
        await pilot.press("E", "enter")
        line = app.screen.query_one("#path", Input)
        line.value = "["
        await pilot.press("tab")
        assert line.value == "[red]"
        assert line.has_focus
        await pilot.press("tab")
        told = str(app.screen.query_one("#path-problem", Static).content)
        assert "[red]0\\x1b  [red]1\\x1b" in told
        assert told.endswith("and 2 more")
