"""What a proof makes of the events of both builds, and how the new image's bar fills with its layers."""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import Any

from made_images import samples
from screens.driving import PATIENCE, Recorded, answers, opened, proof, rewritten, text_of
from screens.settling import parked

from uvdive.build.events import BuildBegan, BuildEnded, BuildLog, BuildResult, BuildStep
from uvdive.image.events import ImageFound, LayerOutline, LayerRead
from uvdive.tui.progress.proof import ProofState
from uvdive.tui.screens.rewrite.questions import second_question
from uvdive.tui.widgets.building import PairBar
from uvdive.verify.checks import Check

LAYERS = tuple(LayerOutline(f"sha256:{number}", "", None) for number in range(3))
IMAGE = ImageFound("uvdive.local/x:after", LAYERS)


def read(layer: int, size: int) -> LayerRead:
    return LayerRead(f"sha256:{layer}", size, 1)


def built(role: Any) -> BuildEnded:
    return BuildEnded(role, BuildResult("sha256:1", f"x:{role}", 2.5))


def test_an_original_that_is_built_anew_is_no_part_of_the_rewrite() -> None:
    found = ProofState()
    for event in (
        BuildBegan("before"),
        BuildStep("1", "[1/1] FROM old", "running"),
        BuildLog("1", "old"),
    ):
        found.take(event)
    assert found.note == "building the original"
    assert list(found.original.steps) == ["1"]
    assert not found.build.steps
    assert found.build.words() == "not begun"
    found.take(built("before"))
    found.take(IMAGE)
    found.take(read(0, 7))
    assert found.note == "reading the original"
    assert found.read_bytes == 0
    found.take(BuildBegan("after"))
    found.take(BuildStep("1", "[1/1] FROM new", "running"))
    assert found.original.steps["1"].event.name == "[1/1] FROM old"
    found.take(built("after"))
    found.take(read(0, 7))
    assert found.read_bytes == 7


def test_a_layer_that_is_read_a_second_time_counts_once() -> None:
    found = ProofState()
    for event in (IMAGE, read(0, 7), read(1, 5), read(0, 7)):
        found.take(event)
    assert found.read_bytes == 12


def test_an_image_that_is_built_a_second_time_is_read_from_nothing() -> None:
    found = ProofState()
    for event in (
        BuildBegan("after"),
        built("after"),
        IMAGE,
        read(0, 7),
        BuildBegan("after"),
        built("after"),
    ):
        found.take(event)
    found.take(IMAGE)
    assert found.read_bytes == 0


def test_what_ran_when_the_proof_was_stopped_runs_no_more() -> None:
    now = [10.0]
    found = ProofState(clock=lambda: now[0])
    found.take(BuildBegan("after"))
    found.take(BuildStep("1", "[1/2] FROM new", "done", 0.5))
    found.take(BuildStep("2", "[2/2] RUN sleep", "running"))
    now[0] = 13.0
    found.stop("stopped")
    now[0] = 99.0
    assert [step.event.state for step in found.build.steps.values()] == ["done", "cancelled"]
    assert found.build.steps["2"].event.seconds == 3.0
    assert found.build.words() == "3.0 s, not finished, 0 of 2 steps cached"


class Fed(Recorded):
    """A proof that tells what it is fed, when it is fed."""

    def __init__(self) -> None:
        super().__init__()
        self.food: queue.Queue[object] = queue.Queue()
        self.eaten = threading.Semaphore(0)

    def _fed(self) -> object:
        with parked():
            return self.food.get(timeout=PATIENCE)

    def prove(self, _plan: Any, _before: Any, **options: Any) -> Any:
        while (event := self._fed()) is not None:
            options["on_event"](event)
            self.eaten.release()
        return proof()


def solid(app: Any) -> int:
    """The cells of the new image's bar that stand for what is read: those on a tint."""
    line = app.screen.query_one(PairBar).render().split("\n")[1]
    spans = [span for span in line.spans if "tint" in str(span.style)]
    return sum(span.end - span.start for span in spans)


async def test_the_new_bar_fills_over_its_outline_with_each_layer(dockerfile) -> None:
    fed = Fed()
    async with opened(answers(samples.sample_report()), dockerfile=dockerfile, services=fed.services()) as (
        app,
        pilot,
    ):
        screen = await rewritten(app, pilot)
        outline = (await text_of(app)).splitlines()[3]
        await pilot.press("b")
        filled = [solid(app)]
        for event in (built("after"), IMAGE, read(0, 5_000_000), read(1, 5_000_000), read(2, 10_000_000)):
            fed.food.put(event)
            assert await asyncio.to_thread(fed.eaten.acquire, timeout=PATIENCE)
            await pilot.pause()
            filled.append(solid(app))
        assert filled[:3] == [0, 0, 0]
        assert 0 < filled[3] < filled[4] < filled[5]
        # 20 MB are predicted: then the outline is full.
        assert filled[5] == sum(character != " " for character in outline[10:-12].strip())
        fed.food.put(None)
        assert screen.work.job is not None
        screen.work.job.join(30)


def test_a_check_that_could_not_look_leaves_the_rewrite_unproven() -> None:
    blind = Check("imports", "skipped", "no engine", unseen=("x.tar is in no engine",))
    found = ProofState()
    found.finish(proof((Check("config", "passed", ""), blind)))
    assert not found.passed
    assert found.proven() == "not proven, imports could not look at everything"
    assert "x.tar is in no engine" in second_question(found)._body.plain
    found.finish(proof((Check("config", "passed", ""), Check("imports", "skipped", "nothing to import"))))
    assert found.passed
    assert found.proven() == "all 1 checks passed, 1 skipped"
