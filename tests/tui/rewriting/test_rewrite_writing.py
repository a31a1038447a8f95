import pytest
from made_images.samples import sample_report
from screens.driving import FAILED, NEW, Recorded, answers, built, ended, opened, rewritten, text_of

from uvdive.base.errors import UsageError
from uvdive.tui.screens.dialogs.dialogs import Failure, Question

SAMPLE = answers(sample_report())


async def test_w_writes_after_a_yes_and_says_where(dockerfile):
    recorded = Recorded()
    options = {"dockerfile": dockerfile, "services": recorded.services()}
    async with opened(SAMPLE, size=(200, 36), **options) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        await pilot.press("w")
        assert isinstance(app.screen, Question)
        text = " ".join((await text_of(app)).split())
        assert "Dockerfile[red].orig" in text
        assert "all 3 checks passed" in text
        await pilot.press("y")
        await ended(pilot, screen.work.job)
        assert [asked.text for asked in recorded.written] == [NEW]
        assert screen.work.written == dockerfile
        assert "Dockerfile[red]" in [note.message for note in app._notifications][-1]
        await pilot.press("w")
        assert app.screen is screen


@pytest.mark.parametrize("keys", [["n"], ["escape"], ["enter"]])
async def test_without_a_yes_nothing_is_written(dockerfile, keys):
    recorded = Recorded()
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("w", *keys)
        await pilot.pause()
        assert app.screen is screen
        assert recorded.written == []


async def test_before_a_build_the_question_says_that_nothing_is_proven(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        await rewritten(app, pilot)
        await pilot.press("w")
        await pilot.pause()
        assert "nothing is proven" in " ".join((await text_of(app)).split())


async def test_after_a_failed_proof_writing_takes_a_second_yes(dockerfile):
    recorded = Recorded(checks=FAILED)
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        assert "1 check failed: start" in await text_of(app)
        assert "Traceback [red]" in await text_of(app)
        await pilot.press("w", "y")
        await pilot.pause()
        assert isinstance(app.screen, Question)
        assert "although the proof failed" in await text_of(app)
        assert recorded.written == []
        await pilot.press("n")
        assert recorded.written == []
        await pilot.press("w", "y", "y")
        await ended(pilot, screen.work.job)
        assert len(recorded.written) == 1


async def test_a_file_that_cannot_be_written_is_said_and_nothing_is_lost(dockerfile):
    recorded = Recorded()
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        recorded.error = UsageError("The folder cannot be written.", "Change its mode.")
        await pilot.press("w", "y")
        await ended(pilot, screen.work.job)
        assert isinstance(app.screen, Failure)
        await pilot.press("enter")
        assert screen.work.written is None
        assert screen.work.write_problem == ""
