"""The ladder in the app: its steps above the decisions, taken by Enter, and the way down by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_images.samples import sample_report
from screens.driving import CHECKS, FAILED, Recorded, answers, ended, opened, plan, rewritten, text_of

from uvdive.base.errors import BuildError
from uvdive.rewrite.plan import RewritePlan, Rung
from uvdive.tui.widgets.lists.decisions import DecisionList

SAMPLE = answers(sample_report())
RUNGS = (
    Rung("multi-stage", "multi-stage", (), 20_000_000),
    Rung("distroless", "distroless", (("final-base", "distroless"),), None, "CMD is in the [shell] form"),
    Rung("trimmed", "trimmed", (("trim", "all"),), 12_000_000),
)


def rows_of(app: Any) -> list[str]:
    """The lines of the list, without blanks around them."""
    listed = app.screen.query_one(DecisionList)
    width = listed.scrollable_content_region.width
    return [listed.row(index, width).plain.strip() for index in range(listed.count)]


def climbing(asked: list[tuple[dict[str, str], Any]], rungs: tuple[Rung, ...] = RUNGS) -> Any:
    """Plans whose ladder comes where it is asked for."""

    def plans(path: Path, _desk: Any, *, choices: Mapping[str, str], ladder: Any, **_: Any) -> RewritePlan:
        asked.append((dict(choices), ladder))
        chosen = tuple(replace(each, chosen=dict(each.choices) == choices) for each in rungs)
        return plan(str(path), text=f"FROM x{len(choices)}\n", ladder=() if ladder is None else chosen)

    return plans


async def climbed(app: Any, pilot: Any) -> Any:
    """The rewrite's screen once its ladder is there."""
    screen = await rewritten(app, pilot)
    await ended(pilot, screen.work._climb)
    return screen


async def test_the_ladder_comes_behind_the_plan_and_stands_above_all(dockerfile) -> None:
    asked: list[tuple[dict[str, str], Any]] = []
    services = Recorded(plan=climbing(asked)).services()
    async with opened(SAMPLE, dockerfile=dockerfile, services=services, size=(200, 60)) as (app, pilot):
        await climbed(app, pilot)
        assert asked == [({}, None), ({}, {})]
        rows = rows_of(app)
        assert rows[0] == "The ladder"
        assert rows[1].startswith("● multi-stage")
        assert rows[1].endswith("20.0 MB")
        assert rows[2].startswith("– distroless: CMD is in the [shell] form")
        assert rows[3].startswith("○ trimmed")
        assert rows[4] == "▾ Prove the leanest, step by step down"


async def test_enter_on_a_step_takes_it_and_the_text_changes(dockerfile) -> None:
    asked: list[tuple[dict[str, str], Any]] = []
    services = Recorded(plan=climbing(asked)).services()
    async with opened(SAMPLE, dockerfile=dockerfile, services=services, size=(200, 60)) as (app, pilot):
        screen = await climbed(app, pilot)
        await pilot.press("home", "down", "down")
        assert app.screen.query_one(DecisionList).selected.rung.id == "trimmed"
        assert "Enter takes this one." in await text_of(app)
        await pilot.press("enter")
        await ended(pilot, screen.work.job)
        assert screen.work.choices == {"trim": "all"}
        assert screen.work.plan.text == "FROM x1\n"
        # It is known by now, so that it comes with the plan; each step keeps what was chosen by itself.
        assert asked[2:] == [({"trim": "all"}, {})]
        assert app.screen.query_one(DecisionList).selected.rung.id == "trimmed"
        screen.work.choose("python", "managed")
        await ended(pilot, screen.work.job)
        assert asked[3:] == [({"trim": "all", "python": "managed"}, {"python": "managed"})]


async def test_enter_on_a_step_that_cannot_be_had_shows_its_page(dockerfile) -> None:
    services = Recorded(plan=climbing([])).services()
    async with opened(SAMPLE, dockerfile=dockerfile, services=services, size=(200, 60)) as (app, pilot):
        screen = await climbed(app, pilot)
        await pilot.press("home", "down")
        assert "It cannot be had: CMD is in the [shell] form" in await text_of(app)
        await pilot.press("enter")
        assert "final-base" in await text_of(app)
        assert screen.work.choices == {}


class Falling(Recorded):
    """The first proof fails, by a check or by its build."""

    error_first: Exception | None = None

    def prove(self, *arguments: Any, **options: Any) -> Any:
        first = not self.proved
        self.checks = FAILED if first else CHECKS
        self.error = self.error_first if first else None
        return super().prove(*arguments, **options)


@pytest.mark.parametrize(
    ("error", "why"),
    [(None, "start: Traceback"), (BuildError("no", step="RUN rm"), "RUN rm failed")],
    ids=["check", "build"],
)
async def test_the_way_down_proves_step_by_step(dockerfile, error, why) -> None:
    recorded = Falling(plan=climbing([]))
    recorded.error_first = error
    services = recorded.services()
    async with opened(SAMPLE, dockerfile=dockerfile, services=services, size=(200, 60)) as (app, pilot):
        screen = await climbed(app, pilot)
        await pilot.press("home", "down", "down", "down", "enter")
        work = screen.work
        for _ in range(20):
            await ended(pilot, work.job)
            if work.proof is not None and work.proof.passed and not work.busy:
                break
        assert len(recorded.proved) == 2
        assert work.choices == {}
        assert work.proof.passed
        failed = {rung.id: rung.failed for rung in work.plan.ladder}
        assert failed["trimmed"].startswith(why)
        await pilot.press("v")
        assert any(row.startswith(f"– trimmed, not proven: {why}") for row in rows_of(app))


async def test_a_plan_that_has_nothing_leaner_says_why_of_each_step(dockerfile) -> None:
    rungs = (RUNGS[0], RUNGS[1], replace(RUNGS[2], why="nothing was found that could go"))
    services = Recorded(plan=climbing([], rungs)).services()
    async with opened(SAMPLE, dockerfile=dockerfile, services=services) as (app, pilot):
        await climbed(app, pilot)
        rows = rows_of(app)
        assert rows[0] == "The ladder"
        assert rows[1].startswith("● multi-stage")
        assert rows[2].startswith("– distroless: CMD is in the [shell] form")
        assert rows[3].startswith("– trimmed: nothing was found")
        assert not any(row.startswith("▾") for row in rows)


async def test_a_plan_without_steps_says_why_in_its_last_row(dockerfile) -> None:
    def stays(path: Path, _desk: Any, **_: Any) -> RewritePlan:
        return replace(plan(str(path)), outcome="improved")

    services = Recorded(plan=stays).services()
    async with opened(SAMPLE, dockerfile=dockerfile, services=services, size=(200, 60)) as (app, pilot):
        await rewritten(app, pilot)
        listed = app.screen.query_one(DecisionList)
        await pilot.press("end")
        assert listed.items[-2].heading == "The ladder"
        assert listed.selected.lacks.startswith("There is none: the stages stay as they are")
        assert (await text_of(app)).count("There is none: the stages") == 2
        await pilot.press("enter")
        assert "final-base" in await text_of(app)
