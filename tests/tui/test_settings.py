import json
import os
from pathlib import Path

import pytest
from made_images.samples import sample_report
from screens.driving import answers, ended, help_of, opened, text_of
from textual.app import App

from uvdive.base.errors import UsageError
from uvdive.base.files.config import Config
from uvdive.ledger.saved.report_file import MAGIC
from uvdive.tui.app import UvdiveApp
from uvdive.tui.run import run_app
from uvdive.tui.screens.dialogs.asking import AskForm, AskTarget
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.lists.waste_findings_packages import WasteScreen

SAMPLE = answers(sample_report())


async def test_keys_are_mapped_anew_also_in_help_and_reasons():
    config = Config(keymap={"explore.waste": "W,f9", "explore.stop": "X", "list.back": "backspace"})
    async with opened(SAMPLE, config=config) as (app, pilot):
        await pilot.press("w")
        assert isinstance(app.screen, ExploreScreen)
        await pilot.press("X")
        assert [note.message for note in app._notifications][-1:] == ["Nothing is being read or written."]
        await pilot.press("question_mark")
        assert "W f9" in await help_of(app)
        await pilot.press("escape", "W")
        assert isinstance(app.screen, WasteScreen)
        await pilot.press("backspace", "f9")
        assert isinstance(app.screen, WasteScreen)


async def test_the_theme_is_taken_and_a_new_one_is_remembered():
    kept = []
    async with opened(SAMPLE, config=Config(theme="nord"), remember=kept.append) as (app, pilot):
        assert (app.theme, kept) == ("nord", [])
        app.theme = "dracula"
        await pilot.pause()
        assert kept == ["dracula"]


async def test_a_theme_that_cannot_be_kept_is_told():
    def refuse(_theme):
        raise UsageError("The theme can't be kept.")

    async with opened(SAMPLE, remember=refuse) as (app, pilot):
        app.theme = "dracula"
        await pilot.pause()
        assert [note.message for note in app._notifications][-1:] == ["The theme can't be kept."]


def write_config(text):
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "uvdive" / "config.toml"
    path.parent.mkdir()
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('theme = "nrd"', "there is no theme nrd"),
        ('[keymap]\nexplore.wast = "W"', "Did you mean keymap.explore.waste?"),
    ],
)
def test_settings_that_mean_nothing_are_told_before_the_app_opens(text, words):
    path = write_config(text)
    with pytest.raises(UsageError) as caught:
        run_app("x", loader=SAMPLE)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_the_chosen_theme_comes_back(monkeypatch):
    real = App.run
    seen = []

    async def pilot(driven):
        seen.append(driven.app.theme)
        driven.app.theme = "gruvbox"
        await driven.pause()
        driven.app.simulate_key("q")
        await driven._wait_for_screen()

    monkeypatch.setattr(
        UvdiveApp, "run", lambda self: real(self, headless=True, size=(100, 30), auto_pilot=pilot)
    )
    run_app("x", loader=SAMPLE)
    run_app("x", loader=SAMPLE)
    assert seen[1:] == ["gruvbox"]


async def test_reports_and_a_picture_are_exported(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with opened(SAMPLE) as (app, pilot):
        for place, name in enumerate(
            ("sample-1.json", "sample-1.md", "sample-1.html", "sample-1.uvdive", "sample-1.svg")
        ):
            await pilot.press("E")
            assert isinstance(app.screen, AskForm)
            await pilot.press(*["j"] * place, "enter")
            assert isinstance(app.screen, AskTarget)
            await pilot.press("enter")
            await pilot.pause()
            await ended(pilot, app.jobs._jobs[-1])
            assert [note.message for note in app._notifications][-1:] == [name]
        assert json.loads((tmp_path / "sample-1.json").read_text())["schema"] == "uvdive.report/1"
        assert (tmp_path / "sample-1.uvdive").read_bytes().startswith(MAGIC)
        assert "71.6" in (tmp_path / "sample-1.md").read_text()
        assert "71.6" in (tmp_path / "sample-1.html").read_text()
        svg = (tmp_path / "sample-1.svg").read_text()
        assert "Owners" in svg
        assert "Export&#160;to" not in svg
        await pilot.press("E", "enter", "enter")
        await pilot.pause()
        assert "sample-1.json exists already." in await text_of(app)
        await pilot.press("escape", "E", "escape")
        assert isinstance(app.screen, ExploreScreen)
