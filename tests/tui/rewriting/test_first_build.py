"""The build that comes before anything is shown: followed, stopped, failed, begun again."""

from __future__ import annotations

import re

import pytest
from made_images.samples import sample_report
from screens.driving import Waits, answers, ended, fails, opened, text_of

from uvdive.base.errors import BuildError, CancelledError, ExitCode, ImageError
from uvdive.base.progress import Note
from uvdive.build.events import BuildBegan, BuildEnded, BuildLeftOut, BuildLog, BuildResult, BuildStep
from uvdive.tui.progress.build import Build
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.dialogs.help import Help
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.first_build import FirstBuildScreen, stopped_words
from uvdive.tui.screens.rewrite.rewrite import RewriteScreen
from uvdive.tui.services import Planned
from uvdive.tui.widgets.steps import LogView, StepList

RUN = "[2/2] RUN [bold]uv[/] sync"
BEGUN = (
    BuildBegan("before"),
    BuildStep("1", "[1/2] FROM uv:1", "cached"),
    BuildLog("1", "of the first step"),
    BuildStep("2", RUN, "running"),
    BuildLog("2", "\x1b[2Jhello [/]"),
)
BUILT = BuildEnded("before", BuildResult("sha256:1", "x", 2.5, ()))
ERROR = BuildError(f"The build failed in the step {RUN}: exit code 2", "Fix it.", ("the last line",), RUN)


def failing(*events, error=ERROR):
    def load(on_event, cancel):
        for event in events:
            on_event(event)
        raise error

    return load


async def test_the_build_has_steps_log_seconds_and_a_way_to_stop_it():
    async with opened(Waits(Note("Building Dockerfile"), *BEGUN), builds=True) as (app, _):
        assert isinstance(app.screen, FirstBuildScreen)
        text = await text_of(app)
        assert re.search(r"sample:1  building … \d+ s", text)
        assert "● 1 Look  → 2 Plan (r) → 3 Prove (b) → 4 Write (w)   x stops" in text
        assert "cached [1/2] FROM uv:1" in text
        assert f" s {RUN}" in text
        assert "\\x1b[2Jhello [/]" in text


async def test_before_the_first_step_it_says_what_is_done():
    async with opened(Waits(Note("Building /srv/shop/Dockerfile")), builds=True) as (app, _):
        text = await text_of(app)
        assert "Building /srv/shop/Dockerfile … " in text
        assert "Waiting for the first step." in text


async def test_what_is_not_built_has_no_such_screen():
    async with opened(Waits(*BEGUN)) as (app, _):
        assert isinstance(app.screen, ExploreScreen)


async def test_it_makes_room_where_nothing_is_built():
    async with opened(Waits(Note("Not built: x"), BuildLeftOut("before")), builds=True) as (app, _):
        assert isinstance(app.screen, ExploreScreen)
        assert app.original.left_out
        assert app.original.words() == "was there already; nothing was built"


async def test_it_makes_room_once_the_image_is_built():
    load = answers(sample_report(), *BEGUN, BUILT)
    async with opened(load, builds=True) as (app, pilot):
        assert isinstance(app.screen, ExploreScreen)
        assert app.screen.report is not None
        assert app.original.result is not None
        await pilot.press("r")


async def test_what_was_opened_on_top_stays_until_it_is_closed():
    waits = Waits(*BEGUN)
    async with opened(waits, builds=True) as (app, pilot):
        below = app.screen
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        below.done()
        await pilot.pause()
        assert isinstance(app.screen, Help)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, ExploreScreen)


async def test_enter_on_a_step_shows_what_it_printed_and_on_the_head_all():
    async with opened(Waits(*BEGUN), builds=True) as (app, pilot):
        screen = app.screen
        await pilot.press("up", "enter")
        assert screen.query_one(LogView).lines == ["of the first step"]
        assert screen.current == "log"
        assert "2 Log · [1/2] FROM uv:1" in await text_of(app)
        await pilot.press("1", "home", "enter")
        assert len(screen.query_one(LogView).lines) == 2


async def test_x_stops_it_and_says_what_was_stopped_and_what_r_does():
    waits = Waits(*BEGUN)
    async with opened(waits, builds=True) as (app, pilot):
        screen = app.screen
        await pilot.press("r")
        assert len(app.jobs._jobs) == 1
        await pilot.press("x")
        await ended(pilot, app.jobs._jobs[0])
        text = " ".join((await text_of(app)).split())
        told = rf"The build of sample:1 was stopped after \d+ s in {re.escape(RUN)}. No image was made; r "
        assert re.search(told, text)
        assert "? 1 Look" in text
        assert screen.query_one(StepList).selected[1].event.name == RUN
        waits.events = (*BEGUN[:1], BuildStep("1", "[1/2] FROM uv:1", "running"))
        await pilot.press("r")
        await pilot.pause()
        text = await text_of(app)
        assert re.search(r"building … \d+ s", text)
        assert RUN not in text
        assert screen.running
        await pilot.press("x")
        await ended(pilot, app.jobs._jobs[-1])
        await pilot.press("q")
    assert isinstance(app.left_with, CancelledError)
    assert re.fullmatch(
        r"The build of sample:1 was stopped after \d+ s in \[1/2\] FROM uv:1\.", app.left_with.what
    )
    assert app.return_value == ExitCode.INTERRUPTED


async def test_a_failure_shows_the_step_its_log_and_what_to_do_and_is_told_after_leaving():
    load = failing(*BEGUN, BuildStep("2", RUN, "failed", 3.1))
    async with opened(load, builds=True) as (app, pilot):
        assert isinstance(app.screen, FirstBuildScreen)
        text = await text_of(app)
        assert "the build failed after" in text
        assert "× 1 Look  → 2 Plan (r) → 3 Prove (b) → 4 Write (w)   r builds again" in text
        assert ERROR.what in text
        assert "Fix it." in text
        assert f"2 Log · {RUN}" in text
        assert app.screen.query_one(LogView).lines == ["\x1b[2Jhello [/]"]
        await pilot.press("y")
        assert app.clipboard == f"{ERROR.what}\nFix it.\n\\x1b[2Jhello [/]"
        await pilot.press("q")
    assert app.left_with is ERROR
    assert app.return_value == ExitCode.IMAGE


async def test_without_any_step_the_log_is_the_errors():
    async with opened(failing(), builds=True) as (app, pilot):
        assert "the last line" in await text_of(app)
        await pilot.press("r")
        await ended(pilot, app.jobs._jobs[-1])
        assert (await text_of(app)).count("the last line") == 1


async def test_what_fails_after_the_build_is_told_as_ever():
    load = failing(*BEGUN, BUILT, error=ImageError("It cannot be read.", "Look."))
    async with opened(load, builds=True) as (app, pilot):
        assert isinstance(app.screen, Failure)
        await pilot.press("enter")
    assert app.left_with is not None
    assert app.return_value == ExitCode.IMAGE


async def test_small_terminals_show_steps_and_log_together():
    async with opened(Waits(*BEGUN), builds=True, size=(80, 24)) as (app, _):
        text = await text_of(app)
        assert re.fullmatch(r"building … \d+ s  sample:1", text.splitlines()[0].strip())
        assert RUN in text
        assert "hello" in text


async def test_the_plan_is_opened_as_soon_as_the_image_is_read(dockerfile):
    from screens.driving import Recorded, plan

    asked = []

    def plans(path, _report, *, choices, pull, ladder, **_):
        if ladder is None:  # which is looked for once the plan is shown
            asked.append((dict(choices), pull))
        return plan(str(path), chosen=choices.get("python", "base"))

    planned = Planned({"python": "managed"}, pull=True)
    services = Recorded(plan=plans).services()
    load = answers(sample_report(), *BEGUN, BUILT)
    async with opened(load, dockerfile=dockerfile, services=services, builds=True, planned=planned) as (
        app,
        pilot,
    ):
        await pilot.pause()
        assert isinstance(app.screen, RewriteScreen)
        await ended(pilot, app.screen.work.job)
        assert asked == [({"python": "managed"}, True)]
        app.screen.work.changed = dockerfile
        await pilot.press("r")
        await ended(pilot, app.screen.work.job)
        assert asked[1] == ({"python": "managed"}, True)
        await pilot.press("escape")
        assert isinstance(app.screen, ExploreScreen)


def test_a_stop_before_the_first_step_names_none():
    assert stopped_words("a\x1b", Build("before")).startswith("The build of a\\x1b was stopped after 0 s.")


@pytest.mark.parametrize("builds", [True, False])
async def test_q_leaves_a_running_build_at_once(builds):
    async with opened(Waits(*BEGUN), builds=builds) as (app, pilot):
        await pilot.press("q")
    assert app.return_value == ExitCode.DONE
    assert app.left_with is None


async def test_a_bug_of_a_load_is_kept_for_debug():
    async with opened(fails(KeyError("boom")), builds=True) as (app, _):
        assert "Something went wrong inside uvdive: KeyError" in await text_of(app)
        assert isinstance(app.crash, KeyError)
