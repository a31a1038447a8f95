"""The build view of the rewrite: both builds, logs of steps, figures, repair, running, timing."""

from __future__ import annotations

from made_images.samples import sample_report
from screens.driving import FAILED, Recorded, answers, built, ended, opened, rewritten, text_of

from uvdive.build.events import BuildBegan, BuildEnded, BuildLog, BuildResult, BuildStep
from uvdive.tui.widgets.steps import LogView, StepList
from uvdive.verify.repairs import Repair

STEP = BuildStep("9", "[base 2/2] RUN slow", "done", 31.0)
ORIGINAL = (
    BuildBegan("before"),
    BuildStep("8", "[base 1/2] FROM uv:1", "cached"),
    STEP,
    BuildLog("9", "from the original"),
    BuildEnded("before", BuildResult("sha256:0", "x:before", 33.5, (STEP,))),
)
SAMPLE = answers(sample_report(), *ORIGINAL)
WIDE = (180, 50)
REPAIR = Repair("extra-paths", "/data", ("files",), "/data is missing.")


def lists(services, dockerfile):
    return opened(SAMPLE, dockerfile=dockerfile, services=services, size=WIDE)


async def test_both_builds_are_shown_with_their_steps(dockerfile):
    async with lists(Recorded().services(), dockerfile) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        text = await text_of(app)
    assert "the rewrite  2.5 s, 1 of 2 steps cached" in text
    assert "the original  33.5 s, 1 of 2 steps cached" in text
    assert "31.0 s [base 2/2] RUN slow" in text
    assert "built     before: 33.5 s, 1 of 2 steps cached" in text


async def test_an_image_that_was_there_is_said_to_be(dockerfile):
    async with opened(
        answers(sample_report()), dockerfile=dockerfile, services=Recorded().services(), size=WIDE
    ) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        text = await text_of(app)
    assert "the original  was there already; nothing was built" in text
    assert "built     before: not built now" in text


async def test_enter_on_a_step_shows_what_it_printed(dockerfile):
    async with lists(Recorded().services(), dockerfile) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        steps, log = screen.query_one(StepList), screen.query_one(LogView)
        assert log.lines == ["\x1b[2Jhello [/]"]
        await pilot.press("1")
        for row, lines in ((5, ["from the original"]), (4, []), (3, ["from the original"]), (1, [])):
            steps.cursor = row
            await pilot.press("1", "enter")
            await pilot.pause()
            assert log.lines == lines
            assert screen.current == "log"
        assert "Log · [base 1/2] FROM uv:1" in await text_of(app)


async def test_the_verdict_has_prediction_pull_size_and_warnings(dockerfile):
    async with lists(Recorded().services(), dockerfile) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        text = await text_of(app)
    assert "predicted 20.0 MB; measured 20.0 MB, off by +0.00 %" in text
    assert "mind      R21, line 3: PID 1 ignores" in text
    assert "proof     1.2 s by itself (reading the new image 1.2 s); starting both: 3.0 s" in text


async def test_t_times_both_builds(dockerfile):
    recorded = Recorded()
    async with lists(recorded.services(), dockerfile) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("t")
        assert not recorded.timed
        await built(screen, pilot)
        await pilot.press("t")
        await ended(pilot, screen.work.job)
        text = await text_of(app)
    assert len(recorded.timed) == 1
    assert "cold      30.0 s before, 40.0 s after" in text
    assert "change    20.0 s before, 3.0 s after, of src/server.py" in text


async def test_p_takes_what_may_mend_a_failure_and_builds_again(dockerfile):
    recorded = Recorded(checks=FAILED, repairs=(REPAIR,))
    async with lists(recorded.services(), dockerfile) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        assert "p repairs it with extra-paths=/data: /data is missing." in await text_of(app)
        recorded.repairs = ()
        await pilot.press("p")
        await ended(pilot, screen.work.job)
        await ended(pilot, screen.work.job)
        assert screen.work.choices == {"extra-paths": "/data"}
        assert len(recorded.proved) == 2
        assert "p repairs it" not in await text_of(app)


async def test_without_an_offer_p_says_why(dockerfile):
    recorded = Recorded()
    async with lists(recorded.services(), dockerfile) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        await pilot.press("p")
        await pilot.pause()
        assert len(recorded.proved) == 1
        assert "Nothing failed that a decision could fix." in [str(n.message) for n in app._notifications]
