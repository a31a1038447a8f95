"""The rewrite's work alone, without a screen: what may be done when, and what each job leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from made_images.samples import sample_report
from screens.driving import FAILED, OLD, Recorded, plan, refused
from screens.local_desk import LocalDesk

from uvdive.base.errors import BuildError, CancelledError, EngineError
from uvdive.base.progress import CancelToken, Note
from uvdive.build.events import BuildBegan, BuildLeftOut
from uvdive.compose.recipe import Recipe
from uvdive.session.opening.images import Loaded
from uvdive.tui.progress.build import Build
from uvdive.tui.screens.rewrite.work import RewriteWork
from uvdive.tui.services import Services
from uvdive.verify.repairs import Repair

REPORT = sample_report()
REPAIRS = (Repair("python", "managed", ("start",), "It looks for uv's own."),)


@dataclass
class Task:
    """A job that runs when the test says so."""

    name: str
    work: Any
    cancel: CancelToken = field(default_factory=CancelToken)
    ended: bool = False

    @property
    def running(self) -> bool:
        return not self.ended and not self.cancel.cancelled


@dataclass
class App:
    """What the work sees of the app."""

    services: Services
    desk: LocalDesk | None = field(default_factory=lambda: LocalDesk(Loaded(REPORT, None)))
    context: Path | None = None
    build_args: tuple[str, ...] = ("--build-arg", "X=1")
    recipe: Recipe | None = None
    original: Build = field(default_factory=lambda: Build("before"))


def run(work: RewriteWork, job: Any = None) -> None:
    """Let a job end, the newest by itself, and tell the work what it came to."""
    job = job or work.job
    try:
        result = job.work(lambda event: work.progressed(job, [event]), job.cancel)
    except BuildError as error:
        job.ended = True
        work.failed(job, error)
    else:
        job.ended = True
        work.done(job, result)


def planned(dockerfile: Path, recorded: Recorded) -> RewriteWork:
    """The work with its first plan."""
    work = RewriteWork(REPORT, dockerfile, App(recorded.services()), Task)
    work.replan()
    run(work)
    return work


def test_a_choice_plans_anew_and_the_plan_of_before_is_not_taken(dockerfile):
    work = planned(dockerfile, Recorded())
    assert not work.planning
    work.choose("python", "managed")
    late = work.job
    assert work.planning
    assert work.build_problem == "The rewrite is being computed."
    work.choose("python", "base")
    assert late.cancel.cancelled
    run(work, late)
    assert work.planning
    run(work)
    assert work.plan.decisions[0].chosen == "base"
    work.plan_again()
    assert work.choices == {}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refused, "This Dockerfile is not rewritten; the reason is above."),
        (lambda path: plan(path, outcome="unchanged"), "There is nothing to change."),
        (plan, ""),
    ],
)
def test_only_a_rewrite_can_be_built_and_written(dockerfile, answer, words):
    work = planned(dockerfile, Recorded(plan=lambda path, _desk, **_: answer(str(path))))
    assert work.build_problem == work.write_problem == words


def test_a_proof_is_asked_for_with_the_build_and_leaves_what_it_found(dockerfile):
    recorded = Recorded()
    work = planned(dockerfile, recorded)
    work.prove(runs=True)
    assert work.busy
    assert not work.planning
    run(work)
    asked = recorded.proved[0]
    assert (asked["start"], asked["context"]) == (True, dockerfile.parent)
    assert asked["build_args"] == ("--build-arg", "X=1")
    assert work.proof.passed
    work.time()
    work.progressed(work.job, [Note("building without a cache")])
    assert work.proof.note == "building without a cache"
    run(work)
    assert work.proof.timings.cold == (30.0, 40.0)
    work.replan()
    run(work)
    assert work.proof is None


def test_a_proof_is_told_whether_the_original_was_built_now(dockerfile):
    recorded = Recorded()
    work = planned(dockerfile, recorded)
    around = work._around
    for event in (BuildLeftOut("before"), BuildBegan("before")):
        around.original.take(event)
        work.prove(runs=False)
        run(work)
    assert [asked["left_out"] for asked in recorded.proved] == [True, False]


def test_when_the_image_was_let_go_of_nothing_is_built(dockerfile):
    around = App(Recorded().services())
    work = RewriteWork(REPORT, dockerfile, around, Task)
    work.replan()
    run(work)
    around.desk = None
    work.prove(runs=False)
    work.time()
    assert work.proof is None
    assert not work.busy


def test_a_repair_plans_with_its_decisions_and_proves_as_before(dockerfile):
    recorded = Recorded(checks=FAILED, repairs=REPAIRS)
    work = planned(dockerfile, recorded)
    work.prove(runs=True)
    run(work)
    work.repair()
    assert work.choices == {"python": "managed"}
    run(work)
    assert work.plan.decisions[0].chosen == "managed"
    assert work.job.name == "prove"
    run(work)
    assert [asked["start"] for asked in recorded.proved] == [True, True]


def test_a_build_that_only_looked_plans_anew_and_proves_as_before(dockerfile):
    recorded = Recorded(looks=True)
    work = planned(dockerfile, recorded)
    work.choose("python", "managed")
    run(work)
    work.prove(runs=True)
    run(work)
    assert work.job.name == "plan"
    run(work)
    assert (work.job.name, work.choices) == ("prove", {"python": "managed"})
    run(work)
    assert [asked["start"] for asked in recorded.proved] == [True, True]
    assert work.proof.verification is not None
    assert not work.busy


def test_a_plan_that_failed_while_repairing_is_not_proved_when_planned_again(dockerfile):
    recorded = Recorded(checks=FAILED, repairs=REPAIRS)
    work = planned(dockerfile, recorded)
    work.prove(runs=False)
    run(work)
    work.repair()
    work.failed(work.job, EngineError("The engine is away.", "Start it."))
    assert work.note == "no plan; r tries again. The engine is away."
    work.plan_again()
    run(work)
    assert len(recorded.proved) == 1
    assert work.proof is None


def test_a_failed_and_a_stopped_build_say_so(dockerfile):
    work = planned(dockerfile, Recorded(error=BuildError("Line 2 failed.")))
    work.prove(runs=False)
    run(work)
    assert work.proof.failure == "Line 2 failed."
    work.prove(runs=False)
    job = work.job
    work.stop()
    assert not work.busy
    work.failed(job, CancelledError())
    assert work.proof.failure == "stopped; nothing was written"


def test_what_is_written_can_be_undone_and_is_not_written_twice(dockerfile):
    recorded = Recorded()
    work = planned(dockerfile, recorded)
    work.write()
    run(work)
    assert recorded.written == [work.plan]
    assert work.write_problem.startswith("It is written: ")
    work.undo()
    run(work)
    assert [undone.path for undone in recorded.undone] == [dockerfile]
    assert work.write_problem == ""


def test_another_content_on_the_disk_is_told_once_and_stops_building(dockerfile):
    work = planned(dockerfile, Recorded())
    assert not work.look()
    dockerfile.write_text(OLD + "# more\n")
    assert work.look()
    assert not work.look()
    assert work.changed == dockerfile
    assert work.build_problem.endswith("changed on the disk; r plans anew.")


def test_nobody_looks_at_the_disk_while_it_is_built(dockerfile):
    work = planned(dockerfile, Recorded())
    work.prove(runs=False)
    dockerfile.write_text(OLD + "# more\n")
    assert not work.look()
    run(work)
    assert work.look()


def test_the_base_is_asked_for_once_and_pulled_on_a_yes(dockerfile):
    pulled = []

    def without_base(path: Path, _desk: Any, *, pull: bool, **_: Any) -> Any:
        pulled.append(pull)
        return plan(str(path), missing_base="python:3.13-slim", predicted=None)

    work = planned(dockerfile, Recorded(plan=without_base))
    assert work.base_to_pull() == "python:3.13-slim"
    assert work.base_to_pull() is None
    work.plan_with_base()
    run(work)
    assert pulled == [False, True]
