"""One file: its content in any layer that wrote it, and what changed from one to the next."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from uvdive.base.progress import CancelToken, OnEvent
from uvdive.ledger.report import ImageReport
from uvdive.tui.desk.file_contents import Opening, Version
from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.text import keep_end, visible
from uvdive.tui.keys.tables import VIEWER
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.searching import Searching
from uvdive.tui.widgets.content import VersionList
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.words.file_text import Body, copied_words, read_body, read_diff, to_copy

Key = tuple[int, bool]
"""The place of a version, and whether it is compared with the one before."""


class ViewerScreen(Searching):
    """The versions above, the content below."""

    ACTIONS = VIEWER
    BINDINGS = bindings(VIEWER)
    PANES: ClassVar[tuple[str, ...]] = ("versions", "content")
    HELP = "A file's content in each layer that wrote it. Left and Right scroll sideways, / searches."

    def __init__(self, report: ImageReport, file: Opening) -> None:
        super().__init__()
        self.report = report
        self.path = file.path
        self.versions = file.versions
        self.comparing = False
        self._first = file.first
        self._bodies: dict[Key, Body] = {}

    def compose(self) -> ComposeResult:
        """Two lists, one below the other."""
        yield Static(id="headline")
        yield Static(id="tabs")
        with Vertical(id="panes"):
            with Vertical(id="above", classes="column"):
                yield VersionList(self.report, self.versions, id="versions")
            with Vertical(id="below", classes="column"), Vertical(id="content"):
                yield from self.compose_content()
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with the version that the tree showed."""
        self.name_panes()
        self.go_to("content")
        self.query_one(VersionList).changed(self._first)
        self._show()

    def resized(self) -> None:
        """As much of the path as fits now."""
        self._title()

    @property
    def version(self) -> Version:
        """The version that is shown."""
        return self.query_one(VersionList).selected

    @property
    def older(self) -> Version | None:
        """The version before it."""
        place = self.query_one(VersionList).cursor
        return self.versions[place - 1] if place else None

    @property
    def _key(self) -> Key:
        return self.query_one(VersionList).cursor, self.comparing and self.older is not None

    @on(Rows.Highlighted, "#versions")
    def _show(self) -> None:
        key = self._key
        self.view.show(self._bodies.get(key))
        self.searched()
        self._title()
        self.refresh_actions()
        if key in self._bodies:
            return
        desk, version, older = self._app.desk, self.version, self.older
        assert desk is not None
        name = visible(self.path.rpartition(b"/")[2])

        def work(_event: OnEvent, cancel: CancelToken) -> tuple[Key, Body]:
            if key[1] and older is not None:
                return key, read_diff(desk, older, version, name, cancel)
            return key, read_body(desk, version, name, cancel)

        self._app.jobs.start("content", self, work)

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        key, body = message.result
        self._bodies[key] = body
        if key == self._key:
            self.view.show(body)
            self.searched()
            self._title()

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        self._app.crash = message.job.crash
        self.app.push_screen(Failure(message.error))

    def _title(self) -> None:
        place, comparing = self._key
        path = keep_end(visible(self.path), max(10, self.app.size.width - 4))
        self.query_one("#headline", Static).update(Content.styled(path, "bold $text-accent"))
        words = [f"layer {self.version.layer}"]
        if comparing and self.older is not None:
            words = [f"layer {self.older.layer} → {self.version.layer}"]
        body = self._bodies.get((place, comparing))
        if body is not None and body.note:
            words.append(body.note)
        self.entitle("content", *words)

    # Actions

    def action_compare(self) -> None:
        """Show what changed since the version before, or the content again."""
        self.comparing = not self.comparing
        self._show()

    def action_newer(self) -> None:
        """Go to the next version."""
        self.query_one(VersionList).action_move(1)

    def action_older(self) -> None:
        """Go to the version before."""
        self.query_one(VersionList).action_move(-1)

    def action_copy(self) -> None:
        """Copy the content or the diff as it is shown; the path in the versions."""
        body = self._bodies.get(self._key)
        if self.current == "content" and body is not None and body.problem is None:
            self._app.copy(to_copy(body), copied_words(body, visible(self.path.rpartition(b"/")[2])))
        else:
            self._app.copy(self.path.decode("utf-8", "replace"))
