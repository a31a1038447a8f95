"""Keys that arrive all at once do what they do one after the other: nothing is lost, nothing goes astray."""

from __future__ import annotations

from pathlib import Path

from made_images import samples
from screens.driving import Recorded, answers, built, ended, opened, rewritten, until
from textual import events
from textual.command import CommandPalette
from textual.widgets import Input

from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.lists.waste_findings_packages import WasteScreen
from uvdive.tui.widgets.lists.rows import Rows

CHARACTERS = {"slash": "/"}


async def at_once(app, pilot, *keys: str) -> None:
    """Let keys arrive as from a paste or over a slow link: before the first is done."""
    for key in keys:
        character = CHARACTERS.get(key, key if len(key) == 1 else None)
        app.post_message(events.Key(key, character))
    await pilot.pause()


def lists():
    return opened(answers(samples.sample_report()))


async def test_a_filter_typed_ahead_is_taken_whole():
    # w, f and p are keys of the explorer that open other screens.
    async with lists() as (app, pilot):
        await at_once(app, pilot, "slash", *"wfp")
        assert isinstance(app.screen, ExploreScreen)
        assert app.screen.browsing.filter.needle == "wfp"
        assert app.screen.query_one("#needle", Input).value == "wfp"


async def test_what_follows_enter_in_the_filter_goes_to_the_files():
    async with lists() as (app, pilot):
        await at_once(app, pilot, "slash", *"py", "enter", "y")
        assert app.screen.browsing.filter.needle == "py"
        assert app.screen.query_one("#needle", Input).value == "py"
        assert app.focused is app.screen.query_one("#tree")


async def test_a_path_typed_ahead_goes_into_the_dialog(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with lists() as (app, pilot):
        await at_once(app, pilot, "E", "enter", "end", "ctrl+u", *"work", "enter")
        assert isinstance(app.screen, ExploreScreen)
        await ended(pilot, app.jobs._jobs[-1])
    assert [path.name for path in tmp_path.iterdir()] == ["work"]


async def test_the_palette_takes_what_is_typed_right_after_it_was_called():
    async with lists() as (app, pilot):
        await at_once(app, pilot, "ctrl+p", *"waste")
        assert isinstance(app.screen, CommandPalette)
        assert app.screen.query_one(Input).value == "waste"


async def test_keys_after_a_new_screen_are_that_screens():
    # In the explorer s sorts the files and slash filters them.
    async with lists() as (app, pilot):
        await at_once(app, pilot, "w", "s", "slash", *"git")
        screen = app.screen
        assert isinstance(screen, WasteScreen)
        assert screen.order == 1
        assert screen.needle == "git"


async def test_a_paste_right_after_the_key_that_opens_a_dialog_arrives():
    async with lists() as (app, pilot):
        app.post_message(events.Key("slash", "/"))
        app.post_message(events.Paste("usr/lib"))
        await pilot.pause()
        assert app.screen.browsing.filter.needle == "usr/lib"


async def test_an_answer_typed_ahead_answers_the_question(dockerfile: Path):
    services = Recorded()
    loader = answers(samples.sample_report())
    async with opened(loader, services=services.services(), dockerfile=dockerfile) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        await at_once(app, pilot, "w", "y")
        await ended(pilot, screen.work.job)
    assert len(services.written) == 1


async def test_keys_that_move_are_counted():
    async with lists() as (app, pilot):
        await at_once(app, pilot, "3", "home", *"jjjk")
        assert app.screen.query_one("#tree", Rows).cursor == 2


async def test_a_key_that_never_ends_holds_the_next_ones_up_for_a_while_only(monkeypatch):
    monkeypatch.setattr("uvdive.tui.frame.keys_in_turn.PATIENCE", 0.01)
    async with lists() as (app, pilot):
        app._under_way = True  # as if a key's trace was lost
        await at_once(app, pilot, "w", "s")
        await until(pilot, lambda: isinstance(app.screen, WasteScreen) and app.screen.order == 1)
