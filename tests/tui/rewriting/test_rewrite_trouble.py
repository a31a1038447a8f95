"""What comes in between on the screen of the rewrite: another uvdive, a small terminal, a full disk."""

from __future__ import annotations

import pytest
from made_images.samples import sample_report
from screens.driving import Recorded, answers, built, ended, opened, rewritten, text_of

from uvdive.build.alone import alone
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.rewrite.rewrite import RewriteScreen
from uvdive.tui.services import Services
from uvdive.tui.widgets.lists.decisions import DecisionList

SAMPLE = answers(sample_report())


async def test_while_another_uvdive_builds_this_one_waits_to_be_asked_again(dockerfile):
    services = Services(plan=Recorded().plan)
    async with opened(SAMPLE, dockerfile=dockerfile, services=services) as (app, pilot):
        screen = await rewritten(app, pilot)
        with alone(dockerfile.parent, dockerfile):
            await built(screen, pilot)
            assert isinstance(app.screen, Failure)
            assert "Another uvdive is building and checking" in await text_of(app)
            assert "Let it end, or stop it; then try again." in await text_of(app)
        await pilot.press("enter")
        assert app.screen is screen
        assert not screen.work.busy
        assert screen.work.plan is not None
        assert "Another uvdive" in await text_of(app)
        # Nothing is greyed: once the other one is done, b goes on.
        assert screen.work.build_problem == ""


@pytest.mark.parametrize("size", [(59, 40), (120, 15), (20, 5), (1, 1)])
async def test_a_terminal_that_becomes_too_small_and_large_again_loses_nothing(dockerfile, size):
    recorded = Recorded(wait=True)
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("down", "down")
        before = await text_of(app)
        await pilot.resize_terminal(*size)
        assert screen.query_one("#small").display
        assert not screen.query_one("#views").display
        await pilot.resize_terminal(120, 36)
        assert await text_of(app) == before
        assert screen.query_one(DecisionList).cursor == 4
        await pilot.press("b")
        await pilot.resize_terminal(*size)
        await pilot.resize_terminal(120, 36)
        assert screen.work.busy
        assert "[base 2/2] RUN [bold]uv[/] sync" in await text_of(app)
        await pilot.press("x")
        await ended(pilot, screen.work.job)
        assert "stopped; nothing was written" in await text_of(app)


async def test_a_full_disk_keeps_the_rewrite_and_the_file(dockerfile, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(dockerfile))

    recorded = Recorded()
    services = Services(plan=recorded.plan, study=recorded.study, prove=recorded.prove)
    old = dockerfile.read_bytes()
    async with opened(SAMPLE, dockerfile=dockerfile, services=services) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        with monkeypatch.context() as patch:
            patch.setattr("uvdive.base.files.wholefile.os.fsync", full)
            await pilot.press("w", "y")
            await ended(pilot, screen.work.job)
        assert isinstance(app.screen, Failure)
        assert "No space left on device" in await text_of(app)
        await pilot.press("enter")
        assert isinstance(app.screen, RewriteScreen)
        assert screen.work.written is None
        assert screen.work.proof is not None
        assert screen.work.proof.passed
        assert screen.work.write_problem == ""
        assert dockerfile.read_bytes() == old
        assert [path.name for path in dockerfile.parent.iterdir()] == [dockerfile.name]
