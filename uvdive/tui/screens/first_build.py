"""The first build: its steps and its log, and what came of it where there is no image in the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.build.events import Role
from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.panes import WIDE
from uvdive.tui.frame.text import keep_end, paragraph, visible
from uvdive.tui.keys.build import BUILD
from uvdive.tui.progress.build import Build
from uvdive.tui.screens.stepping import Stepping
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.steps import LogView, StepList
from uvdive.tui.words.headline import Progress, fit
from uvdive.tui.words.way import LOOK, PLAN, PROVE, WRITE, Stand, way

NAMES: Mapping[Role, str] = {"before": "the build"}
STEP_KEYS = {PLAN: "r", PROVE: "b", WRITE: "w"}
TICK = 0.5
"""Seconds between two pictures of the clocks."""


class Reader(Protocol):
    """The screen below, which has the build made and reads its image."""

    error: UvdiveError | None
    """Why it ended without an image; None while it goes on."""

    @property
    def reading(self) -> bool:
        """Does it still go on?"""

    progress: Progress
    """What is being done, before the first step."""

    def action_stop(self) -> None:
        """Stop it."""

    def again(self) -> None:
        """Begin anew."""


_PARTS = "#headline, #way, #said, #steps, #log"
"""What is drawn anew as the build goes on."""


class FirstBuildScreen(Stepping):
    """Draws a build that its reader has started; goes away by itself once the build is done."""

    ACTIONS = BUILD
    BINDINGS = bindings(BUILD)
    PANES: ClassVar[tuple[str, ...]] = ("steps", "log")
    HELP = (
        "The image is built first; then it opens by itself. Enter on a step shows what it printed,\n"
        "Enter on the first row the whole log."
    )

    def __init__(self, reader: Reader, build: Build) -> None:
        super().__init__()
        self.reader = reader
        self.build = build
        self._done = self._ready = False

    def compose(self) -> ComposeResult:
        """How it stands, what to do where it ended, steps above, log below."""
        yield Static(id="headline")
        yield Static(id="way")
        yield Static(id="said")
        yield Static(id="tabs")
        with Vertical(id="panes", classes="column"):
            yield StepList(id="steps", names=NAMES)
            yield LogView(id="log", names=NAMES)
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow the build."""
        self.name_panes()
        self.go_to("steps")
        self.set_interval(TICK, self.follow)
        self._ready = True
        if self.reader.error is not None:
            self.ended()
        self.follow()

    def on_screen_resume(self) -> None:
        """What was opened on top is closed: the build may be done meanwhile."""
        if self._done and self.app.screen is self:
            self.app.pop_screen()

    def resized(self) -> None:
        """As many words as fit now."""
        self.follow()

    # How it stands

    @property
    def running(self) -> bool:
        """Is it being built?"""
        return self.reader.reading

    @property
    def stopped(self) -> bool:
        """Did the user stop it?"""
        return isinstance(self.reader.error, CancelledError)

    @property
    def can_back(self) -> bool:
        """Is there a zoom to end, or a picker to go back to?"""
        return self.maximized is not None or self._app.picked

    @property
    def _there(self) -> bool:
        """Are all its parts there? While it leaves they go one by one, and the timer and the job go on."""
        return self._ready and len(self.query(_PARTS)) == len(_PARTS.split(","))

    def done(self) -> None:
        """The image is built: make room, at once or when what lies on top is closed."""
        self._done = True
        # A dialog on top leaves this screen current for Textual, as it can be seen.
        if self.app.screen is self:
            self.app.pop_screen()

    def ended(self) -> None:
        """It ended without an image: show where, and what that step printed."""
        if not self._there:
            return
        self.build.stop()
        error = self.reader.error
        if error is not None and not self.build.log:
            self.build.log.extend(("", line) for line in error.log)
        self.follow()
        step = self.query_one(StepList).to_failed()
        if step is not None and any(id_ == step.event.id for id_, _ in self.build.log):
            self.query_one(LogView).only(self.build, step)
            self.name_log()
        self.app.bell()

    def follow(self) -> None:
        """Draw how it stands."""
        if not self._there:
            return
        width = self.app.size.width
        self.query_one("#headline", Static).update(self._headline(width), layout=False)
        self.query_one("#way", Static).update(way(self._stand(), STEP_KEYS, {}, width - 2), layout=False)
        said = self.query_one("#said", Static)
        said.display = self.reader.error is not None
        said.update(self._said())
        begun = () if self.build.began is None else (self.build,)
        self.query_one(StepList).draw(begun, self.build, self.build, running=self.running)
        self.query_one(LogView).draw((self.build,))
        self.name_log()
        self.refresh_actions()

    def _headline(self, width: int) -> Content:
        name = Content.styled(keep_end(visible(self._app.called), width // 2), "bold $text-accent")
        state = self._state()
        return fit(name, [state], width) if width >= WIDE else fit(state, [name], width)

    def _state(self) -> Content:
        took = f"{self.build.seconds:.0f} s"
        if self.running:
            words = "building" if self.build.steps else visible(self.reader.progress.note or "starting")
            return Content.styled(f"{words} … {took}", "bold")
        if self.stopped:
            return Content.styled(f"stopped after {took}", "bold $text-warning")
        return Content.styled(f"the build failed after {took}", "bold $text-error")

    def _stand(self) -> Stand:
        if self.running:
            return Stand(LOOK, "running", "x stops")
        return Stand(LOOK, "doubtful" if self.stopped else "failed", "r builds again")

    def _said(self) -> Content:
        """What happened and what to do, where it ended."""
        error = self.reader.error
        if error is None:
            return Content("")
        if self.stopped:
            return paragraph(stopped_words(self._app.called, self.build))
        parts = [paragraph(error.what, "bold $text-error")]
        return Content("\n").join([*parts, *([paragraph(error.do)] if error.do else [])])

    # Actions

    def action_stop(self) -> None:
        """Stop the build."""
        self.reader.action_stop()
        self.follow()

    def action_again(self) -> None:
        """Build again."""
        self.build.forget()
        self.reader.again()
        self.follow()

    def action_copy(self) -> None:
        """Copy the log; where it failed, why, in front of it."""
        error = self.reader.error
        told = [error.what, error.do] if error is not None else []
        text = "\n".join([*told, *self.query_one(LogView).lines])
        self._app.copy(visible(text, keep="\n"), "The log.")

    def action_back(self) -> None:
        """End the zoom; then back to the picker."""
        if self.maximized is not None:
            self.minimize()
        elif self._app.picked:
            self.app.pop_screen()
            self._app.back_to_picker()

    async def action_quit(self) -> None:
        """Leave; after a failure or a stop with its words and its exit code."""
        error = self.reader.error
        if isinstance(error, CancelledError):
            error = CancelledError(stopped_words(self._app.called, self.build, left=True), error.do)
        self._app.leave(error)


def stopped_words(target: str, build: Build, *, left: bool = False) -> str:
    """What was stopped, where, and what is left of it; unless the app is left, what ``r`` does about it."""
    at = next((step.event.name for step in build.steps.values() if step.event.state == "cancelled"), "")
    where = f" in {visible(at)}" if at else ""
    told = f"The build of {visible(target)} was stopped after {build.seconds:.0f} s{where}."
    return told if left else f"{told} No image was made; r builds again."
