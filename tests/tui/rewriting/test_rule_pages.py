"""A row of the rewrite opens the page of its rule, and that of its choice."""

from __future__ import annotations

from made_images.samples import sample_report
from screens.driving import Recorded, Waits, answers, built, ended, opened, refused, rewritten
from textual.widgets import Static

from uvdive.tui.screens.dialogs.page import Page

SAMPLE = answers(sample_report())


def read(app) -> str:
    """What the open page says, from its title on."""
    assert isinstance(app.screen, Page)
    return "\n".join(str(text.render()) for text in app.screen.query(Static))


async def test_enter_on_a_decision_opens_its_rule_and_esc_comes_back(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("end", "enter")
        await pilot.pause()
        assert read(app).startswith("R58: ")
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is screen
        assert screen.work.choices == {}


async def test_i_on_a_choice_opens_the_rule_and_what_its_values_mean(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("down", "down", "down", "i")
        await pilot.pause()
        text = read(app)
        assert text.startswith("R4: ")
        assert text.index("What it says") < text.index("\npython: ") < text.index("The values")
        await pilot.press("i")
        await pilot.pause()
        assert app.screen is screen
        # Enter takes the other value, as before.
        await pilot.press("enter")
        await ended(pilot, screen.work.job)
        assert screen.work.choices == {"python": "managed"}


async def test_a_warning_and_a_refusal_have_pages_too(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        await rewritten(app, pilot)
        await pilot.press("home", "enter")
        await pilot.pause()
        assert read(app).startswith("R21: ")
    services = Recorded(plan=lambda path, _desk, **_: refused(str(path))).services()
    async with opened(SAMPLE, dockerfile=dockerfile, services=services) as (app, pilot):
        await rewritten(app, pilot)
        await pilot.press("i")
        await pilot.pause()
        assert read(app).startswith("R59: ")


async def test_the_key_says_why_there_is_no_page(dockerfile):
    recorded = Recorded()
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        await pilot.press("i")
        await pilot.pause()
        assert app.screen is screen
        assert [note.message for note in app._notifications][-1] == "v shows the plan, whose rows have rules."


async def test_while_it_is_planned_there_is_no_page(dockerfile):
    waits = Waits()

    def plan(_path, _desk, *, on_event, cancel, **_):
        waits(on_event, cancel)

    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded(plan=plan).services()) as (app, pilot):
        await pilot.press("r")
        await pilot._wait_for_screen()
        screen = app.screen
        await pilot.press("i")
        assert app.screen is screen
        await pilot.press("x")
        await ended(pilot, screen.work.job)
