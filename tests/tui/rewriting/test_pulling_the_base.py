"""The rewrite asks before it pulls the base of the final image (R60)."""

from made_images.samples import sample_report
from screens.driving import Recorded, answers, ended, opened, plan, rewritten, text_of

from uvdive.tui.screens.dialogs.dialogs import Question

SAMPLE = answers(sample_report())


async def test_r60_a_base_that_is_not_there_is_pulled_on_a_yes(dockerfile):
    pulls = []

    def without_base(path, _report, *, pull, ladder=None, **_):
        if ladder is None:  # the ladder is asked for behind each plan
            pulls.append(pull)
        return plan(str(path), missing_base=None if pull else "python:3.13-[b]slim")

    services = Recorded(plan=without_base).services()
    async with opened(SAMPLE, dockerfile=dockerfile, services=services) as (app, pilot):
        screen = await rewritten(app, pilot)
        assert isinstance(app.screen, Question)
        assert "python:3.13-[b]slim" in await text_of(app)
        await pilot.press("enter")  # No has the focus
        assert app.screen is screen
        await pilot.press("down", "down", "down", "enter")
        await ended(pilot, screen.work.job)
        assert app.screen is screen, "it is asked once"
        assert pulls == [False, False]


async def test_r60_the_yes_plans_anew_with_the_base(dockerfile):
    pulls = []

    def without_base(path, _report, *, pull, ladder=None, **_):
        if ladder is None:  # the ladder is asked for behind each plan
            pulls.append(pull)
        return plan(str(path), missing_base=None if pull else "python:3.13-slim")

    services = Recorded(plan=without_base).services()
    async with opened(SAMPLE, dockerfile=dockerfile, services=services) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("y")
        await ended(pilot, screen.work.job)
        assert pulls == [False, True]
        assert app.screen is screen
