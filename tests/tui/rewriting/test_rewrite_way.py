"""Where one is on the way through a rewrite, in each of its states, and what its list shows first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.samples import sample_report
from screens import shown_rewrite
from screens.driving import (
    FAILED,
    Recorded,
    Waits,
    answers,
    built,
    ended,
    opened,
    refused,
    rewritten,
    text_of,
)
from screens.driving import plan as made
from textual.content import Content

from uvdive.output.as_text.plan_groups import grouped, savings, subject
from uvdive.tui.screens.dialogs.dialogs import Question
from uvdive.tui.screens.explore.explore import ExploreScreen
from uvdive.tui.screens.rewrite.work import RewriteWork
from uvdive.tui.widgets.lists.decisions import DecisionList
from uvdive.tui.words.way import LOOK, PLAN, PROVE, WRITE, Stand, way
from uvdive.verify.checks import Check
from uvdive.verify.repairs import Repair

SAMPLE = answers(sample_report())
KEYS = {PLAN: "r", PROVE: "b", WRITE: "w"}


@pytest.mark.parametrize(
    ("stand", "line"),
    [
        (Stand(LOOK, "running", "x stops"), " ● 1 Look  → 2 Plan (r) → 3 Prove (b) → 4 Write (w)   x stops"),
        (Stand(PLAN, "done", "b builds"), "✓ 1 Look →  ✓ 2 Plan  → 3 Prove (b) → 4 Write (w)   b builds"),
        (Stand(PROVE, "doubtful"), "✓ 1 Look → ✓ 2 Plan →  ? 3 Prove  → 4 Write (w)"),
        (Stand(WRITE, "done", "u undoes it"), "✓ 1 Look → ✓ 2 Plan → ✓ 3 Prove →  ✓ 4 Write    u undoes it"),
        (Stand(PLAN, "failed", ends=True), "✓ 1 Look →  × 2 Plan  → 3 Prove → 4 Write"),
    ],
)
def test_the_way_says_where_one_is_and_what_comes_next(stand: Stand, line: str) -> None:
    assert way(stand, KEYS, {}, 100).plain == line


def test_what_comes_next_is_cut_or_left_out_where_there_is_no_room() -> None:
    stand = Stand(PLAN, "done", "gives it a very long variable")
    assert way(stand, KEYS, {}, 69).plain.endswith("4 Write (w)   gives it a very …")
    assert way(stand, KEYS, {}, 62).cell_length <= 62
    assert way(stand, KEYS, {}, 60).plain.endswith("4 Write (w)")


def test_a_click_on_a_step_goes_there() -> None:
    line = way(Stand(PLAN, "done"), KEYS, {LOOK: "screen.back"}, 100)
    metas = [span.style.meta for span in line.spans if not isinstance(span.style, str)]
    assert {"@click": "screen.back"} in metas
    assert isinstance(line, Content)


async def line_of(app) -> str:
    return (await text_of(app)).splitlines()[1].strip()


@pytest.mark.parametrize(
    ("recorded", "keys", "line"),
    [
        (Recorded(), "", "✓ 1 Look →  ✓ 2 Plan  → 3 Prove (b) → 4 Write (w)   b builds and proves it"),
        (Recorded(), "b", "✓ 1 Look → ✓ 2 Plan →  ✓ 3 Prove  → 4 Write (w)   w writes it"),
        (Recorded(), "bwy", "✓ 1 Look → ✓ 2 Plan → ✓ 3 Prove →  ✓ 4 Write    u undoes it"),
        (
            Recorded(checks=FAILED),
            "b",
            "✓ 1 Look → ✓ 2 Plan →  × 3 Prove  → 4 Write (w)   E writes a report",
        ),
        (
            Recorded(checks=FAILED, repairs=(Repair("python", "managed", ("start",), "it needs it"),)),
            "b",
            "✓ 1 Look → ✓ 2 Plan →  × 3 Prove  → 4 Write (w)   p repairs it",
        ),
        (
            Recorded(checks=(Check("start", "announced", "alike", unseen=("it",), needs=("URL",)),)),
            "s",
            "✓ 1 Look → ✓ 2 Plan →  ? 3 Prove  → 4 Write (w)   e gives it URL",
        ),
        (
            Recorded(plan=lambda path, _report, **_: refused(str(path))),
            "",
            "✓ 1 Look →  × 2 Plan  → 3 Prove → 4 Write   i says more about the rule",
        ),
        (
            Recorded(plan=lambda path, _report, **_: made(str(path), outcome="unchanged")),
            "",
            "✓ 1 Look →  ✓ 2 Plan  → 3 Prove → 4 Write   there is nothing to write",
        ),
    ],
)
async def test_each_state_has_its_place(dockerfile, recorded, keys, line):
    async with opened(SAMPLE, dockerfile=dockerfile, services=recorded.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        for key in keys:
            await pilot.press(key)
            await ended(pilot, screen.work.job)
        assert await line_of(app) == line


async def test_planning_building_and_a_stop_have_their_places(dockerfile):
    def plans(_path, _report, *, on_event, cancel, **_more):
        return Waits()(on_event, cancel)

    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded(plan=plans).services()) as (
        app,
        pilot,
    ):
        await pilot.press("r")
        await pilot.pause()
        assert await line_of(app) == "✓ 1 Look →  ● 2 Plan  → 3 Prove (b) → 4 Write (w)   x stops"
        await pilot.press("x")
        await ended(pilot, app.screen.work.job)
        assert await line_of(app) == "✓ 1 Look →  × 2 Plan  → 3 Prove (b) → 4 Write (w)   r tries again"
    waiting = Recorded(wait=True)
    async with opened(SAMPLE, dockerfile=dockerfile, services=waiting.services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("b")
        told = "✓ 1 Look → ✓ 2 Plan →  ● 3 Prove  → 4 Write (w)   x stops · Esc leaves it running"
        assert await line_of(app) == told
        await pilot.press("x")
        await ended(pilot, screen.work.job)
        assert await line_of(app) == "✓ 1 Look → ✓ 2 Plan →  × 3 Prove  → 4 Write (w)   b builds again"


async def test_a_changed_file_puts_the_plan_in_doubt(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        screen.work.changed = dockerfile
        screen._show()
        assert (await line_of(app)).startswith("✓ 1 Look →  ? 2 Plan  → ")


async def test_where_there_is_little_room_the_words_come_before_the_name(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services(), size=(80, 24)) as (
        app,
        pilot,
    ):
        await rewritten(app, pilot)
        first, second = (await text_of(app)).splitlines()[:2]
        assert first.strip().startswith("44.0 MB smaller, -68.8 % predicted  1 warning")
        assert second.strip().endswith("b builds and proves it")


async def test_a_click_on_the_steps_goes_to_the_build_and_back_to_the_image(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.click("#way", offset=(26, 0))
        assert screen.view == "plan"
        await built(screen, pilot)
        await pilot.click("#way", offset=(14, 0))
        assert screen.view == "plan"
        await pilot.click("#way", offset=(26, 0))
        assert screen.view == "build"
        await pilot.click("#way", offset=(4, 0))
        assert isinstance(app.screen, ExploreScreen)


# The list


def rows_of(app) -> list[str]:
    listed = app.screen.query_one(DecisionList)
    return [listed.row(i, 200).plain.strip() for i in range(listed.count)]


def shop(choices=None):
    """The shown plan with what was chosen."""
    base = shown_rewrite.plan("Dockerfile", sample_report())
    chosen = choices or {}
    return replace(base, decisions=tuple(_chosen(each, chosen.get(each.id)) for each in base.decisions))


def _chosen(decision, value):
    if value is None:
        return decision
    words = next(each.summary for each in decision.alternatives if each.value == value)
    return replace(decision, chosen=value, summary=f"{subject(decision)}: {words}")


def test_savings_come_by_bytes_and_what_is_in_no_prediction_is_none():
    found = savings(shop())
    assert [(saving.decision.id, saving.bytes) for saving in found] == [
        ("package-gcc", 58_104_811),
        ("dev-group", 7_712_000),
    ]
    unknown = replace(
        shop(),
        decisions=tuple(
            replace(each, alternatives=tuple(replace(a, predicted_bytes=None) for a in each.alternatives))
            for each in shop().decisions
        ),
    )
    assert savings(unknown) == []
    assert grouped(unknown).savings == ()
    assert len(grouped(unknown).choices) == 4


async def test_the_list_has_warnings_then_savings_then_choices_and_cuts_nothing(dockerfile):
    def plans(_path, _report, *, choices, **_):
        return replace(shop(choices), dockerfile=str(dockerfile))

    async with opened(
        SAMPLE, dockerfile=dockerfile, services=Recorded(plan=plans).services(), size=(200, 60)
    ) as (
        app,
        pilot,
    ):
        await rewritten(app, pilot)
        rows = rows_of(app)
        heads = [row for row in rows if row.endswith(")") and row.split(" (")[0] in HEADS]
        assert heads == ["Warnings (2)", "Could save more (2)", "Your choices (2)", "What changes (2)"]
        saving = " ".join(rows[rows.index("Could save more (2)") + 1 :][:4])
        assert saving.index("The OS package gcc: not in the final image") < saving.index("-58.1 MB")
        assert saving.index("-58.1 MB") < saving.index("The dev group: leave it out (--no-dev)")
        assert "…" not in "".join(rows)
        words = " ".join(" ".join(rows).split())
        assert "the final image: it is now the build stage" in words.replace("L1 R44", "")


HEADS = {"Warnings", "Could save more", "Your choices", "What changes"}


async def test_a_saving_that_is_taken_stays_where_it_was_and_can_be_taken_back(dockerfile):
    def plans(_path, _report, *, choices, **_):
        base = shop(choices)
        less = 58_104_811 if choices.get("package-gcc") == "drop" else 0
        decisions = tuple(
            replace(
                each,
                alternatives=tuple(
                    a
                    if each.id == "package-gcc"
                    else replace(a, predicted_bytes=(a.predicted_bytes or 0) - less)
                    for a in each.alternatives
                ),
            )
            for each in base.decisions
        )
        return replace(base, decisions=decisions, dockerfile=str(dockerfile))

    async with opened(
        SAMPLE, dockerfile=dockerfile, services=Recorded(plan=plans).services(), size=(200, 60)
    ) as (
        app,
        pilot,
    ):
        screen = await rewritten(app, pilot)
        await pilot.press("down", "down")
        assert screen.selected.alternative.value == "drop"
        await pilot.press("enter")
        await ended(pilot, screen.work.job)
        assert screen.work.choices == {"package-gcc": "drop"}
        assert screen.selected.alternative.value == "drop"
        rows = rows_of(app)
        assert "Could save more (2)" in rows
        assert any(row.startswith("● The OS package gcc: not in the final image") for row in rows)
        back = next(row for row in rows if row.startswith("○ The OS package gcc: install it"))
        assert "+58.1 MB" in back
        await pilot.press("down", "enter")
        await ended(pilot, screen.work.job)
        assert screen.work.choices == {"package-gcc": "keep"}
        assert any(row.startswith("○ The OS package gcc: not in") for row in rows_of(app))


async def test_all_lines_of_a_row_are_lit_and_clicking_any_selects_it(dockerfile):
    def plans(_path, _report, *, choices, **_):
        return replace(shop(choices), dockerfile=str(dockerfile))

    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded(plan=plans).services()) as (
        app,
        pilot,
    ):
        await rewritten(app, pilot)
        listed = app.screen.query_one(DecisionList)
        first = [i for i in range(listed.count) if listed.lit(i)]
        assert len(first) > 1
        await pilot.press("down")
        second = [i for i in range(listed.count) if listed.lit(i)]
        assert second[0] == first[-1] + 1
        await pilot.click("#decisions", offset=(5, first[-1] + 1))
        assert [i for i in range(listed.count) if listed.lit(i)] == first
        for _ in range(40):
            await pilot.press("down")
        await pilot.resize_terminal(200, 60)
        assert listed.selected.decision.id == "copies"
        await pilot.press("home")
        assert listed.selected.warning is not None


# Before the file is written, and before the app is left


async def test_the_warnings_are_told_before_the_file_is_written(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded().services()) as (app, pilot):
        await rewritten(app, pilot)
        await pilot.press("w")
        text = await text_of(app)
        assert "1 warning:" in text
        assert "! PID 1 ignores \\x1b[1mSIGTERM (line 3)" in text


async def test_the_button_that_enter_presses_has_a_pointer(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded(checks=FAILED).services()) as (
        app,
        pilot,
    ):
        screen = await rewritten(app, pilot)
        await built(screen, pilot)
        await pilot.press("w")
        assert "› No (n)" in await text_of(app)
        await pilot.press("left")
        text = await text_of(app)
        assert "› Replace (y)" in text
        assert "› No (n)" not in text
        await pilot.press("enter")
        assert isinstance(app.screen, Question)
        assert app.screen.query(".dialog-danger")
        assert "Write it although the proof failed?" in await text_of(app)


async def test_q_asks_from_every_screen_while_a_proof_runs_and_at_no_other_time(dockerfile):
    async with opened(SAMPLE, dockerfile=dockerfile, services=Recorded(wait=True).services()) as (app, pilot):
        screen = await rewritten(app, pilot)
        await pilot.press("b", "escape", "q")
        assert isinstance(app.screen, Question)
        text = await text_of(app)
        assert "A proof is running. Leave all the same?" in text
        assert "Nothing is written yet." in text
        await pilot.press("escape")
        assert isinstance(app.screen, ExploreScreen)
        assert isinstance(screen.work, RewriteWork)
        await pilot.press("r", "x")
        await ended(pilot, screen.work.job)
        await pilot.press("q")
    assert app.return_code == 0
