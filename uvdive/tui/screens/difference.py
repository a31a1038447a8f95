"""One file of two images: what changed in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from uvdive.base.progress import CancelToken, OnEvent
from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.text import keep_end, visible
from uvdive.tui.keys.rewrite import DIFFERENCE
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.searching import Searching
from uvdive.tui.services import Parts
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.words.file_text import Body, copied_words, difference, to_copy

Reader = Callable[[OnEvent, CancelToken], Parts]
"""Reads the file in both images, in a job's thread."""


class DifferenceScreen(Searching):
    """The diff of a file, read when the screen opens."""

    ACTIONS = DIFFERENCE
    BINDINGS = bindings(DIFFERENCE)
    PANES: ClassVar[tuple[str, ...]] = ("content",)
    HELP = "What changed in a file from one image to the other. Left and Right scroll sideways, / searches."

    def __init__(self, path: bytes, reader: Reader) -> None:
        super().__init__()
        self.path = path
        self._reader = reader
        self.body: Body | None = None

    def compose(self) -> ComposeResult:
        """The path above the diff."""
        yield Static(id="headline")
        with Vertical(id="panes", classes="column -holds"), Vertical(id="content"):
            yield from self.compose_content()
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """Paint, then read."""
        self.name_panes()
        self.go_to("content")
        self.resized()
        name = visible(self.path.rpartition(b"/")[2])

        def work(on_event: OnEvent, cancel: CancelToken) -> Body:
            return difference(*self._reader(on_event, cancel), name)

        self._app.jobs.start("difference", self, work)

    def resized(self) -> None:
        """As much of the path as fits now."""
        path = keep_end(visible(self.path), max(10, self.app.size.width - 4))
        self.query_one("#headline", Static).update(Content.styled(path, "bold $text-accent"), layout=False)

    def pane_changed(self) -> None:
        """There is one pane, and no line that names it."""

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        self.body = message.result
        self.view.show(self.body)
        self.searched()
        if self.body is not None and self.body.note:
            self.entitle("content", self.body.note)

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        self._app.crash = message.job.crash
        self.view.show(Body(problem=message.error))
        if message.job.crash is not None:
            self.app.push_screen(Failure(message.error))

    def action_copy(self) -> None:
        """Copy what is shown; the path before there is anything."""
        if self.body is None:
            self._app.copy(self.path.decode("utf-8", "replace"))
        else:
            name = visible(self.path.rpartition(b"/")[2])
            self._app.copy(to_copy(self.body), copied_words(self.body, name))
