import asyncio
from dataclasses import replace

from made_images.samples import sample_report
from screens.driving import (
    CHECKS,
    FAILED,
    NEW,
    OLD,
    PATIENCE,
    Recorded,
    answers,
    built,
    ended,
    opened,
    rewritten,
    text_of,
)

from uvdive.base.errors import BuildError, UsageError
from uvdive.ledger.report import DockerfileInfo
from uvdive.tui.screens.dialogs.dialogs import AskPath, Failure, Question
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.rewrite.rewrite import RewriteScreen
from uvdive.tui.widgets.building import CheckList
from uvdive.tui.widgets.diff import DiffView
from uvdive.tui.widgets.lists.decisions import DecisionList
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.verify.repairs import Repair

SAMPLE = answers(sample_report())


async def test_r_shows_decisions_diff_reason_and_prediction(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services(), size=(140, 40)) as (
        app,
        pilot,
    ):
        await rewritten(app, pilot)
        text = await text_of(app)
        assert "44.0 MB smaller, -68.8 % predicted" in text
        told = (
            "Warnings (1)",
            "! PID 1 ignores",
            "Your choices (1)",
            "which [b]Python[/b]",
            "● the base image's",
        )
        told += ("○ uv's own", "What changes (1)", "poetry removed")
        places = [text.index(words) for words in told]
        assert places == sorted(places)
        assert "+11.0 MB" in text
        assert "1 warning" in text.splitlines()[0]
        assert '- ENTRYPOINT ["poetry", "run", "x"]' in text
        assert "+ FROM python:3.13-slim AS runner" in text
        assert "PID 1 ignores \\x1b[1mSIGTERM" in text
        assert "start.sh" in text
        assert "- uv run x" in text
        assert "predicted" in text


async def test_a_decisions_lines_are_marked_in_the_diff(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        await rewritten(app, pilot)
        diff = app.screen.query_one(DiffView)

        def marked():
            return [
                diff.row(i, 80).plain.split("  ", 2)[-1].strip()
                for i in range(diff.count)
                if diff.row(i, 80).plain[0] == "▌"
            ]

        lines = marked()
        assert len(lines) == 1
        assert "poetry" in lines[0]
        await pilot.press("G")
        lines = marked()
        assert any("poetry" in line for line in lines)
        assert any('ENTRYPOINT ["x"]' in line for line in lines)
        await pilot.press("up")
        assert len(marked()) == 2
        assert marked() != lines


async def test_headings_are_passed_over(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        listed = (await rewritten(app, pilot)).query_one(DecisionList)
        there = [listed.cursor]
        for key in ("down", "down", "down", "down", "up", "up", "up", "up", "up", "G", "g"):
            await pilot.press(key)
            there.append(listed.cursor)
        assert there == [1, 3, 4, 5, 7, 5, 4, 3, 1, 1, 7, 1]
        assert [item.heading for item in listed.items if item.heading] == [
            "Warnings (1)",
            "Your choices (1)",
            "What changes (1)",
        ]


async def test_choosing_an_alternative_plans_anew_with_it(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        first = screen.work.job
        await pilot.press("down", "down", "enter")
        assert screen.work.job is first
        await pilot.press("down", "enter")
        await ended(pilot, screen.work.job)
        assert screen.work.choices == {"python": "managed"}
        assert screen.work.plan.decisions[0].chosen == "managed"
        item = screen.query_one(DecisionList).selected
        assert item.alternative.value == "managed"
        assert "● uv's own" in await text_of(app)


async def test_d_shows_both_files_side_by_side_and_back(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        await rewritten(app, pilot)
        diff = app.screen.query_one(DiffView)
        await pilot.press("d")
        await pilot.pause()
        assert diff.split
        rows = [diff.row(i, 118).plain for i in range(diff.count)]
        assert all("│" in row for row in rows[:5])
        assert any("poetry" in row.partition("│")[0] for row in rows)
        assert any("runner" in row.partition("│")[2] for row in rows)
        await pilot.press("d")
        assert not diff.split


async def test_b_builds_checks_compares_and_says_the_saving(dockerfile, tmp_path):
    recorded = Recorded()
    async with opened(
        SAMPLE, dockerfile=dockerfile, services=recorded.services(), build_args=("--pull",), size=(150, 36)
    ) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        assert recorded.proved[0]["context"] == tmp_path
        assert recorded.proved[0]["build_args"] == ("--pull",)
        text = await text_of(app)
        assert "44.0 MB smaller, -68.8 %" in text
        assert "all 3 checks passed" in text
        assert "64.0 MB → 20.0 MB" in text
        assert "cached [base 1/2] FROM uv:1" in text
        assert "1.5 s [base 2/2] RUN [bold]uv[/] sync" in text
        assert "\\x1b[2Jhello [/]" in text
        assert "same settings" in text
        assert "fixed by the rewrite" in text
        assert screen.work.proof.passed


async def test_s_runs_both_images_too(dockerfile):
    recorded = Recorded()
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("s")
        await ended(pilot, screen.work.job)
        assert [asked["start"] for asked in recorded.proved] == [True]
        await built(screen, pilot)
        assert [asked["start"] for asked in recorded.proved] == [True, False]


async def test_p_repairs_what_a_changed_decision_may_mend(dockerfile):
    offered = (Repair("python", "managed", ("start",), "start: it needs it"),)
    recorded = Recorded(checks=FAILED, repairs=offered)
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services(), size=(150, 36)) as (
        app,
        pilot,
    ):
        screen = await rewritten(app, pilot)
        await pilot.press("p")
        assert recorded.proved == []
        await built(screen, pilot)
        assert "p repairs it" in await text_of(app)
        assert screen.work.proof.build.words() == "2.5 s, 1 of 2 steps cached"
        recorded.checks, recorded.repairs = CHECKS, ()
        await pilot.press("p")
        await ended(pilot, screen.work.job)
        await ended(pilot, screen.work.job)
        assert len(recorded.proved) == 2
        assert screen.work.choices == {"python": "managed"}
        assert screen.work.proof.passed


async def test_the_differences_of_a_check_open_with_enter(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        await pilot.press("3", "down", "down")
        assert "- /x[/y]" not in await text_of(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "- /x[/y]" in await text_of(app)
        await pilot.press("left")
        await pilot.pause()
        assert "- /x[/y]" not in await text_of(app)


async def test_x_stops_the_build_and_nothing_is_written(dockerfile):
    recorded = Recorded(wait=True)
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        screen.action_build()
        job = screen.work.job
        await pilot.pause()
        assert screen.work.busy
        assert "x stops" in await text_of(app)
        await pilot.press("w")
        assert app.screen is screen
        await pilot.press("x")
        await ended(pilot, job)
        assert not screen.work.busy
        assert "stopped; nothing was written" in await text_of(app)
        assert recorded.written == []
        assert not isinstance(app.screen, Failure)


async def test_esc_leaves_the_build_running_and_r_comes_back_to_it(dockerfile):
    recorded = Recorded(wait=True)
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("b")
        await pilot.press("escape")
        assert isinstance(app.screen, ExploreScreen)
        assert screen.work.busy
        await pilot.pause()
        assert "Rewrite:  building the rewrite … " in await text_of(app)
        assert "r shows it" in await text_of(app)
        await pilot.press("r")
        assert app.screen is screen
        assert screen.view == "build"
        assert len(recorded.proved) == 1


async def test_quitting_during_a_build_asks_and_stops_it(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded(wait=True).services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        screen.action_build()
        job = screen.work.job
        await pilot.press("q")
        assert isinstance(app.screen, Question)
        assert "A proof is running. Leave all the same?" in await text_of(app)
        await pilot.press("q")
        assert app.screen is screen
        assert screen.work.busy
        await pilot.press("q")
        app.simulate_key("y")
        await asyncio.to_thread(job.join, PATIENCE)
        assert job.ended.is_set()
        assert job.cancel.cancelled


async def test_a_failed_build_shows_the_end_of_its_log(dockerfile):
    error = BuildError(
        "The build failed in [base 2/2].", "Mend line 2.", tuple(f"line {i} [/]" for i in range(40))
    )
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded(error=error).services()) as (
        app,
        pilot,
    ):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        assert isinstance(app.screen, Failure)
        text = await text_of(app)
        assert "The build failed in [base 2/2]." in text
        assert "Mend line 2." in text
        assert "line 39 [/]" in text
        assert "line 19 [/]" not in text
        await pilot.press("escape")
        assert app.screen is screen
        assert "The build failed" in await text_of(app)
        assert screen.work.write_problem == ""


async def test_a_plan_that_fails_is_a_dialog(dockerfile):
    def fail(*_args, **_options):
        raise UsageError("It is no Dockerfile.", "Name another.")

    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded(plan=fail).services()) as (app, pilot):
        await rewritten(app, pilot)
        assert isinstance(app.screen, Failure)
        await pilot.press("enter", "escape")
        assert isinstance(app.screen, ExploreScreen)


async def test_without_a_dockerfile_the_app_asks_for_one(tmp_path, monkeypatch, dockerfile):
    monkeypatch.chdir(tmp_path)
    async with opened(SAMPLE, context=tmp_path / "nowhere", services=Recorded().services()) as (app, pilot):
        await pilot.press("r")
        assert isinstance(app.screen, AskPath)
        await pilot.press(*"nofile", "enter")
        await pilot.pause()
        assert "There is no file nofile." in await text_of(app)
        app.screen.query_one("#path").value = str(dockerfile)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, RewriteScreen)
        await ended(pilot, app.screen.work.job)
        assert app.screen.work.dockerfile == dockerfile


async def test_the_dockerfile_that_made_the_image_is_taken(tmp_path):
    named = tmp_path / "Dockerfile.dev"
    named.write_text(OLD)
    report = replace(sample_report(), dockerfile=DockerfileInfo(str(named), "0" * 64, matches=True))
    async with opened(answers(report), services=Recorded().services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        assert screen.work.dockerfile == named


async def test_one_that_did_not_make_it_is_only_proposed(tmp_path, monkeypatch):
    (tmp_path / "Dockerfile").write_text(OLD)
    monkeypatch.chdir(tmp_path)
    unknown = replace(sample_report(), dockerfile=None)
    async with opened(answers(unknown), services=Recorded().services()) as (app, pilot):
        await pilot.press("r")
        await pilot.pause()
        assert "From the image alone" in await text_of(app)
        assert app.screen.query_one("#path").value == "Dockerfile"
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, RewriteScreen)
        await ended(pilot, app.screen.work.job)


async def test_z_gives_a_pane_the_screen_and_esc_takes_it_back_first(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("2", "z")
        assert screen.maximized is not None
        await pilot.press("escape")
        assert app.screen is screen
        assert screen.maximized is None
        await pilot.press("escape")
        assert isinstance(app.screen, ExploreScreen)


async def test_narrow_terminals_show_one_pane_at_a_time_in_both_views(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services(), size=(80, 24)) as (
        app,
        pilot,
    ):
        screen = await rewritten(app, pilot)

        def shown():
            return [name for name in screen.PANES if screen.pane(name).region]

        for key, pane in (("1", "decisions"), ("2", "diff"), ("3", "why")):
            await pilot.press(key)
            await pilot.pause()
            assert shown() == [pane]
        await built(screen, pilot)
        for key, pane in (("2", "deltas"), ("3", "checks"), ("4", "log"), ("1", "steps")):
            await pilot.press(key)
            await pilot.pause()
            assert shown() == [pane]
        await pilot.press("v")
        await pilot.pause()
        assert shown() == ["decisions"]


async def test_all_rows_can_be_drawn_at_any_width(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded(checks=CHECKS).services()) as (
        app,
        pilot,
    ):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        for rows in screen.query(Rows):
            for width in (1, 10, 60, 200):
                for index in range(rows.count):
                    assert rows.row(index, width).plain.isprintable()


async def test_the_log_can_be_copied(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("y")
        assert app.clipboard == NEW
        await built(screen, pilot)
        await pilot.press("4", "y")
        assert app.clipboard == "\x1b[2Jhello [/]"
        assert screen.query_one(CheckList).count
