"""What both programs get to start: the dialog, what comes of it, and that no value is ever shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from made_images.samples import sample_report
from screens.driving import CHECKS, Recorded, answers, ended, opened, rewritten, text_of
from textual.widgets import Checkbox

from uvdive.session.proof.settings import StartWish
from uvdive.tui.screens.dialogs.starting import AskStart
from uvdive.tui.widgets.building import CheckList
from uvdive.verify.checks import Check

SAMPLE = answers(sample_report())
SECRET = "hunter-two"
NEEDS = (
    *CHECKS[:2],
    Check(
        "start",
        "announced",
        "Both fail alike. The error names TOKEN, DB: give it with --start-env TOKEN=… --start-env DB=….",
        unseen=("the program fails in both images",),
        needs=("TOKEN", "DB"),
    ),
)


@pytest.fixture
def at_screen(dockerfile):
    """The app on the rewrite's screen, with services that note what they are asked."""

    def open_it(recorded: Recorded) -> Any:
        return opened(SAMPLE, dockerfile=dockerfile, services=recorded.services(), size=(120, 40))

    return open_it


async def test_e_asks_and_then_runs_both_with_what_was_given(at_screen, tmp_path):
    recorded = Recorded()
    file = tmp_path / "app.env"
    file.write_text("MODE=test\n")
    async with at_screen(recorded) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(app.screen, AskStart)
        # A whole line may be typed: what follows the sign goes to the value.
        await pilot.press(*f"TOKEN={SECRET}")
        assert SECRET not in await text_of(app)
        assert "TOKEN" in await text_of(app)
        await pilot.press("tab", "tab", "tab", *str(file), "tab", "space", "enter")
        await ended(pilot, screen.work.job)
        (asked,) = recorded.proved
        assert asked["start"]
        assert asked["wish"] == StartWish((f"TOKEN={SECRET}",), (file,), network=True)
        assert dict(asked["wish"].settings().env) == {"TOKEN": SECRET, "MODE": "test"}
        text = await text_of(app)
        assert "run with  TOKEN, " in text
        assert SECRET not in text + repr(screen.work.wish) + repr(asked["wish"].settings())


async def test_s_runs_with_what_was_given_before_and_b_does_not_run_at_all(at_screen):
    recorded = Recorded()
    async with at_screen(recorded) as (app, pilot):
        screen = await rewritten(app, pilot)
        screen.work.wish = StartWish(("A=1",))
        for key in "sb":
            await pilot.press(key)
            await ended(pilot, screen.work.job)
        assert [(asked["start"], asked["wish"].given) for asked in recorded.proved] == [
            (True, ("A=1",)),
            (False, ()),
        ]


async def test_what_the_error_names_has_a_row_and_the_verdict_offers_it(at_screen):
    async with at_screen(Recorded(checks=NEEDS)) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("s")
        await ended(pilot, screen.work.job)
        text = await text_of(app)
        assert "e gives it TOKEN, DB" in text.splitlines()[1]
        assert "? it starts        not proven" in text
        rows = app.screen.query_one(CheckList)
        shown = "\n".join(rows.row(place, 200).plain for place in range(rows.count))
        assert "e gives both programs TOKEN, DB, and runs them again" in shown
        assert "--start-env" not in shown
        await pilot.press("e")
        await pilot.pause()
        assert "The error names TOKEN, DB." in await text_of(app)
        await pilot.press(*SECRET, "tab", "tab", *"url", "enter")
        await ended(pilot, screen.work.job)
        assert screen.work.wish.given == (f"TOKEN={SECRET}", "DB=url")
        # Asked again, both are still there, and need not be typed anew.
        await pilot.press("e")
        await pilot.pause()
        assert SECRET not in await text_of(app)
        await pilot.press("enter")
        await ended(pilot, screen.work.job)
        assert screen.work.wish.given == (f"TOKEN={SECRET}", "DB=url")


async def test_escape_builds_nothing_and_forgets_what_was_typed(at_screen):
    recorded = Recorded()
    async with at_screen(recorded) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("e", *"A=1", "escape")
        await pilot.pause()
        assert app.screen is screen
        assert recorded.proved == []
        assert screen.work.wish == StartWish()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("tab", *SECRET), "A value has no name."),
        ((*"NAME",), "NAME has no value."),
        ((*"A B=1",), "What row 1 says is no variable."),
        (("tab", "tab", *"nowhere.env"), "There is no file nowhere.env."),
    ],
)
async def test_what_makes_no_sense_is_said_in_the_dialog(at_screen, typed, told):
    recorded = Recorded()
    async with at_screen(recorded) as (app, pilot):
        await rewritten(app, pilot)
        await pilot.press("e", *typed, "enter")
        await pilot.pause()
        text = await text_of(app)
        assert told in text
        assert SECRET not in text
        assert isinstance(app.screen, AskStart)
        assert recorded.proved == []


async def test_a_line_of_the_file_that_is_no_variable_is_told_without_its_value(at_screen, tmp_path):
    file = tmp_path / "app.env"
    file.write_text(f"# settings\nnot a name={SECRET}\n")
    async with at_screen(Recorded()) as (app, pilot):
        await rewritten(app, pilot)
        await pilot.press("e", "tab", "tab", *str(file), "enter")
        await pilot.pause()
        text = await text_of(app)
        assert "What line 2 of" in text
        assert SECRET not in text


async def test_a_name_alone_takes_the_value_of_uvdives_own_environment(at_screen, monkeypatch):
    monkeypatch.setenv("UVDIVE_TEST_TOKEN", SECRET)
    recorded = Recorded()
    async with at_screen(recorded) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("e", *"UVDIVE_TEST_TOKEN")
        await pilot.pause()
        assert "uvdive's own environment has it" in await text_of(app)
        await pilot.press("enter")
        await ended(pilot, screen.work.job)
        assert recorded.proved[0]["wish"].given == ("UVDIVE_TEST_TOKEN",)
        assert recorded.proved[0]["wish"].settings().env == (("UVDIVE_TEST_TOKEN", SECRET),)


async def test_the_mouse_ticks_and_runs(at_screen):
    recorded = Recorded()
    async with at_screen(recorded) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("e")
        await pilot.pause()
        await pilot.click("#start-network")
        assert app.screen.query_one(Checkbox).value
        assert "[x] Let both use the network" in await text_of(app)
        await pilot.click("#run")
        await ended(pilot, screen.work.job)
        assert recorded.proved[0]["wish"] == StartWish(network=True)


def test_a_file_is_read_when_it_is_used(tmp_path: Path) -> None:
    file = tmp_path / "app.env"
    file.write_text("A=1\n")
    wish = StartWish(("B=2",), (file,))
    assert dict(wish.settings().env) == {"A": "1", "B": "2"}
    file.write_text("A=3\nB=4\n")
    assert dict(wish.settings().env) == {"A": "3", "B": "2"}
    assert wish.names == ("B",)
