"""Driving the app in tests: loaders and services that answer at once, or wait to be stopped."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from made_images.samples import sample_report
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Static

from screens.local_desk import LocalDesk
from screens.settling import idle, parked
from uvdive.base.progress import CancelToken, OnEvent
from uvdive.build.events import BuildBegan, BuildEnded, BuildLog, BuildResult, BuildStep, Timings
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import (
    Alternative,
    Decision,
    FileChange,
    PlanWarning,
    Prediction,
    Refusal,
    RewritePlan,
)
from uvdive.session.opening.images import Loaded
from uvdive.tui.app import UvdiveApp
from uvdive.tui.desk import path_facts
from uvdive.tui.frame.jobs import Job
from uvdive.tui.screens.rewrite.rewrite import RewriteScreen
from uvdive.tui.services import Services
from uvdive.tui.widgets.lists.files import FileTree
from uvdive.tui.widgets.lists.hanging import Hanging
from uvdive.verify.checks import Check, CheckStarted, Comparison, OwnerDelta, Verification
from uvdive.verify.repairs import Repair

OLD = 'FROM uv:1 AS base\nRUN uv sync\nENTRYPOINT ["poetry", "run", "x"]\n'
NEW = 'FROM uv:1 AS base\nRUN uv sync\n\nFROM python:3.13-slim AS runner\nENTRYPOINT ["x"]\n'
PATIENCE = 30.0
"""Seconds that a thread may take to come to what a test waits for."""
OWNERS = {"uv": (44_000_000, 0), "venv": (20_000_000, 20_000_000)}


def answers(report: ImageReport, *events: object, store: Any = None) -> Callable[..., Any]:
    """A loader that tells these events and returns the report's desk, which answers at once."""

    def load(on_event: OnEvent, cancel: CancelToken) -> Any:
        for event in events:
            on_event(event)
        return LocalDesk(Loaded(report, store))

    return load


class Waits:
    """A loader that tells its events and then waits until it is stopped."""

    def __init__(self, *events: object) -> None:
        self.events = events

    def __call__(self, on_event: OnEvent, cancel: CancelToken) -> Any:
        stopped = threading.Event()
        cancel.on_cancel(stopped.set)
        for event in self.events:
            on_event(event)
        with parked():
            assert stopped.wait(PATIENCE), "nobody stopped the loader"
        cancel.raise_if_cancelled()


def fails(error: Exception) -> Callable[..., Any]:
    """A loader that fails."""

    def load(on_event: OnEvent, cancel: CancelToken) -> Any:
        raise error

    return load


def plan(dockerfile: str, chosen: str = "base", **changes: Any) -> RewritePlan:
    """A plan with one choice, one warning and one more file, as the rewrite floor gives it."""
    values: dict[str, Any] = {
        "outcome": "rewritten",
        "evidence": "image",
        "dockerfile": dockerfile,
        "original": OLD,
        "text": NEW,
        "diff": "",
        "decisions": (
            Decision(
                "python",
                "R4",
                1,
                "which [b]Python[/b]",
                "uv brought its own.",
                chosen,
                (
                    Alternative("base", "the base image's", 20_000_000),
                    Alternative("managed", "uv's own", 31_000_000),
                ),
                (4,),
            ),
            Decision("start", "R58", 3, "poetry removed", "It is not there.", new_lines=(5,)),
        ),
        "warnings": (PlanWarning("R21", 3, "PID 1 ignores \x1b[1mSIGTERM"),),
        "files": (FileChange("start.sh", "", "--- start.sh\n+++ start.sh\n@@ -1 +1 @@\n-uv run x\n+x\n"),),
        "predicted": Prediction(64_000_000, 20_000_000, OWNERS),
    }
    return RewritePlan(**(values | changes))


def refused(dockerfile: str) -> RewritePlan:
    """A plan that says no."""
    return plan(
        dockerfile,
        outcome="refused",
        text=OLD,
        decisions=(),
        warnings=(),
        files=(),
        predicted=None,
        refusal=Refusal("R59", "uv plays no [part] in it.", 2),
    )


CHECKS = (
    Check("config", "passed", "11 settings"),
    Check("files", "announced", "2 differences", ("- /usr/local/bin/uv", "- /x[/y]")),
    Check("start", "repaired", "answers"),
)
FAILED = (*CHECKS[:2], Check("start", "failed", "exit code 1", ("Traceback [red]",)))


def proof(checks: tuple[Check, ...] = CHECKS, repairs: tuple[Repair, ...] = ()) -> Any:
    """What ``prove`` returns."""
    return SimpleNamespace(
        comparison=Comparison(
            {}, {}, 64_000_000, 20_000_000, "",
            tuple(OwnerDelta(owner, before, after) for owner, (before, after) in OWNERS.items()),
            (), (), (), (),
        ),
        verification=Verification(checks),
        after=sample_report(),
        repairs=repairs,
        held=None,
        looked=False,
        seconds=(("reading", 1.2), ("start", 3.0)),
        loaded=None,
    )  # fmt: skip


@dataclass
class Recorded:
    """Services that note what they were asked, and answer with what they were given.

    With ``looks`` the first proof only looks into what it built.
    """

    plan: Callable[..., RewritePlan] = field(
        default=lambda path, _report, *, choices, **_: plan(str(path), **_chosen(choices))
    )
    checks: tuple[Check, ...] = CHECKS
    repairs: tuple[Repair, ...] = ()
    looks: bool = False
    wait: bool = False
    error: Exception | None = None
    written: list[RewritePlan] = field(default_factory=list)
    undone: list[Any] = field(default_factory=list)
    proved: list[dict[str, Any]] = field(default_factory=list)
    timed: list[dict[str, Any]] = field(default_factory=list)
    studied: list[dict[str, Any]] = field(default_factory=list)

    def prove(self, _plan: RewritePlan, _before: ImageReport, **options: Any) -> Any:
        self.proved.append(options)
        on_event, cancel = options["on_event"], options["cancel"]
        on_event(BuildBegan("after"))
        on_event(BuildStep("1", "[base 1/2] FROM uv:1", "cached"))
        on_event(BuildStep("2", "[base 2/2] RUN [bold]uv[/] sync", "running"))
        on_event(BuildLog("2", "\x1b[2Jhello [/]"))
        if self.wait:
            Waits()(on_event, cancel)
        if self.error is not None:
            raise self.error
        last = BuildStep("2", "[base 2/2] RUN [bold]uv[/] sync", "done", 1.5)
        on_event(last)
        on_event(BuildEnded("after", BuildResult("sha256:1", "x:after", 2.5, (last,))))
        if self.looks and len(self.proved) == 1:
            return SimpleNamespace(**{**vars(proof()), "verification": None, "looked": True})
        for check in self.checks:
            on_event(CheckStarted(check.name))
            on_event(check)
        return proof(self.checks, self.repairs)

    def time(self, _plan: RewritePlan, _before: Any, **options: Any) -> Timings:
        self.timed.append(options)
        return Timings((30.0, 40.0), (20.0, 3.0), "src/server.py")

    def write(self, asked: RewritePlan, *, context: Path) -> Any:  # noqa: ARG002 - the app passes it
        if self.error is not None:
            raise self.error
        self.written.append(asked)
        return SimpleNamespace(path=Path(asked.dockerfile), kept=Path(asked.dockerfile + ".orig"))

    def undo(self, written: Any) -> None:
        self.undone.append(written)

    def study(self, dockerfile: Path, _desk: Any, **options: Any) -> None:
        self.studied.append({"dockerfile": dockerfile, **options})

    def services(self) -> Services:
        return Services(
            plan=self.plan,
            study=self.study,
            prove=self.prove,
            write=self.write,
            undo=self.undo,
            time=self.time,
        )


def _chosen(choices: Any) -> dict[str, str]:
    return {"chosen": choices["python"]} if "python" in choices else {}


async def ended(pilot: Pilot[Any], job: Job | None, seconds: float = PATIENCE) -> None:
    """Wait until a job has ended and the screen has painted what it brought.

    Only tests on an engine need it; elsewhere every pause waits for the threads too.
    The thread is waited for, not ``job.ended``: that is set before the last message is sent.
    """
    assert job is not None
    await asyncio.to_thread(job.join, seconds)
    assert job.ended.is_set(), f"{job.name} does not end"
    await pilot.pause()


@asynccontextmanager
async def opened(
    loader: Callable[..., Any], size: tuple[int, int] = (120, 36), **options: Any
) -> AsyncIterator[tuple[UvdiveApp, Pilot[Any]]]:
    """The app on a loader, right after its first picture; loaded if the loader does not wait."""
    app = UvdiveApp("sample:1", loader=loader, **options)
    async with app.run_test(size=size) as pilot:
        # The job starts after the first picture.
        await pilot.pause()
        if not isinstance(loader, Waits):
            await ended(pilot, app.jobs._jobs[0])
        yield app, pilot


async def until(pilot: Pilot[Any], true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for what comes at its own time: work on an engine, a timer of the app."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        await pilot.pause()


def path_of(app: UvdiveApp) -> bytes:
    """The path that the explorer's cursor is on."""
    tree = app.screen.query_one(FileTree)
    assert app.desk is not None
    return app.desk.ask(path_facts.path_of, tree.selected)


async def strips_of(app: UvdiveApp) -> list[Strip]:
    """The lines of the screen once everything is painted."""
    await idle(app)
    return app.screen._compositor.render_strips()


async def text_of(app: UvdiveApp) -> str:
    """Everything that the screen shows once it is painted, line by line."""
    return "\n".join(strip.text for strip in await strips_of(app))


async def help_of(app: UvdiveApp) -> str:
    """Everything that the open help says, also what has to be scrolled to."""
    await idle(app)
    texts = [text.render() for text in app.screen.query(Static)]
    keys = [line for pairs in app.screen.query(Hanging) for line in pairs.lines(10_000)]
    return "\n".join(str(text) for text in (*texts, *keys))


async def rewritten(app, pilot) -> RewriteScreen:
    """Press r and wait for the plan."""
    await pilot.press("r")
    await ended(pilot, app.jobs._jobs[-1])
    screen = app.get_screen("rewrite")
    assert isinstance(screen, RewriteScreen)
    return screen


async def built(screen, pilot) -> None:
    """Press b and wait for the proof."""
    await pilot.press("b")
    await ended(pilot, screen.work.job)
