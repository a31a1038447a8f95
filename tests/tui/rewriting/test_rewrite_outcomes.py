"""The rewrite screen where there is nothing to rewrite, little to say, or an improvement."""

from __future__ import annotations

from made_images.samples import sample_report
from screens.driving import (
    Recorded,
    answers,
    opened,
    plan,
    refused,
    rewritten,
    text_of,
)

from uvdive.tui.screens.dialogs.page import Page
from uvdive.tui.screens.rewrite.rewrite import RewriteScreen

SAMPLE = answers(sample_report())


async def test_a_refusal_says_why_and_offers_neither_build_nor_write(dockerfile):
    recorded = Recorded(plan=lambda path, _report, **_: refused(str(path)))
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        await rewritten(app, pilot)
        text = await text_of(app)
        assert "not rewritten" in text
        assert "uv plays no [part] in it." in text
        assert "▌   2  RUN uv sync" in text
        assert "What you can do" in text
        assert "R59: A file without uv is left alone: i opens its page" in text
        assert "× 2 Plan" in text
        await pilot.press("i")
        assert isinstance(app.screen, Page)
        await pilot.press("escape")
        await pilot.press("b", "w")
        assert isinstance(app.screen, RewriteScreen)
        assert recorded.proved == []
        assert "not rewritten" in [note.message for note in app._notifications][-1]


async def test_a_plan_without_a_prediction_or_decisions_can_be_shown(dockerfile):
    empty = {"predicted": None, "decisions": (), "warnings": (), "files": ()}
    recorded = Recorded(plan=lambda path, _report, **_: plan(str(path), **empty))
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        await rewritten(app, pilot)
        text = await text_of(app)
        assert "Nothing to decide." in text
        assert "not known before it is built" in text
        await pilot.press("down", "enter", "d", "tab", "tab", "tab")


async def test_an_unchanged_plan_says_so(dockerfile):
    made = {"outcome": "unchanged", "warnings": ()}
    recorded = Recorded(plan=lambda path, _report, **_: plan(str(path), **made))
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        await rewritten(app, pilot)
        assert "nothing to change" in await text_of(app)


async def test_an_unchanged_plan_with_warnings_is_not_called_fine(dockerfile):
    recorded = Recorded(plan=lambda path, _report, **_: plan(str(path), outcome="unchanged"))
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        await rewritten(app, pilot)
        text = await text_of(app)
        assert "nothing is changed  1 warning" in text
        assert "there is nothing to write" in text
        assert "nothing to change" not in text


async def test_an_improved_plan_is_built_as_a_rewritten_one(dockerfile):
    recorded = Recorded(plan=lambda path, _report, **_: plan(str(path), outcome="improved"))
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        await rewritten(app, pilot)
        assert (app.screen.work.build_problem, app.screen.work.write_problem) == ("", "")
