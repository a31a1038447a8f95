"""What to open, where uvdive was started without a target."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from uvdive.base.units import size
from uvdive.session.opening.picking import Choice
from uvdive.tui.desk.listing import Column, Table, arrange
from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.text import visible
from uvdive.tui.keys.tables import PICK
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.lists.sifting import Sifting
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.lists.rows import Rows

WAITING = "Looking for images, archives and Dockerfiles …"
NOTHING = "There is nothing to open here. Build an image, or name one: uvdive IMAGE"


def age(created: int | None, now: float) -> str:
    """How long ago, in few words."""
    if created is None or created <= 0:
        return ""
    from humanize import naturaldelta

    return f"{naturaldelta(max(0, now - created))} ago"


def shared(layers: tuple[int, int] | None) -> str:
    """How many of an image's layers other images have too; empty where none, or nobody knows."""
    return f"{layers[0]}/{layers[1]} layers" if layers is not None and layers[0] else ""


CHOICES: Table[Choice] = Table(
    (
        Column("kind", 10),
        Column("name", 0),
        Column("size", 9, right=True),
        Column("shared", 12, narrow=False),
        Column("age", 16, right=True, narrow=False),
    ),
    (
        # What uvdive built itself stands apart, below.
        ("age", lambda item: (item.kind == "by uvdive", -(item.created or 0), item.name)),
        ("size", lambda item: (-(item.size or 0), item.name)),
        ("name", lambda item: (item.name, item.kind)),
        ("kind", lambda item: (item.kind, item.name)),
    ),
    lambda item: (
        item.kind,
        item.name,
        size(item.size) if item.size is not None else "",
        shared(item.layers),
        age(item.created, time.time()),
    ),
    lambda item: f"{item.kind} {item.name}",
    lambda item: item.size or 0,
)


class PickScreen(Sifting):
    """One list of everything that can be opened."""

    ACTIONS = PICK
    BINDINGS = bindings(PICK)
    PANES: ClassVar[tuple[str, ...]] = ("items",)
    TABLE = CHOICES
    EMPTY = WAITING
    HELP = "The engine's images, and the archives, saved reports and Dockerfiles of this folder."

    def __init__(self) -> None:
        super().__init__()
        self.found: tuple[Choice, ...] = ()
        self.marked: Choice | None = None
        self._note = ""

    def compose(self) -> ComposeResult:
        """The list, empty at first."""
        yield Static(id="headline")
        with Vertical(id="panes"), Vertical(id="items", classes="column"):
            yield from self.compose_table()
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """Paint, then look."""
        self.name_panes()
        self.go_to("items")
        self._headline()
        self.call_after_refresh(self.action_again)

    def pane_title(self, name: str) -> str:  # noqa: ARG002 - there is one
        """What the pane holds."""
        return "What to open"

    def pane_changed(self) -> None:
        """There is one pane, and no line that names it."""

    def _headline(self) -> None:
        told = "  Enter opens  "
        if self.marked is not None:
            told = f"  {visible(self.marked.name)} is marked: m on another one compares them  "
        line = Content.assemble(("uvdive", "bold $text-accent"), told, (visible(self._note), "$text-warning"))
        self.query_one("#headline", Static).update(line)

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        self.found = message.result.found
        problem = message.result.problem
        self._note = "" if problem is None else f"{problem.what} {problem.do}"
        self.listing.say(NOTHING)
        self._headline()
        self.sift()

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        self._app.crash = message.job.crash
        self.listing.say(NOTHING)
        self.app.push_screen(Failure(message.error))

    def sift(self) -> None:
        """Show what fits."""
        page = arrange(CHOICES, self.found, self.needle, self.order)
        self.listing.show(page, filtered=bool(self.needle))
        self.entitle("items", f"{page.count:,}", f"by {self.order_name}")
        self.refresh_actions()

    def words_taken(self) -> None:
        """Enter in the line of words opens what was found."""
        self.action_open()

    @on(Rows.Chosen)
    def action_open(self) -> None:
        """Open the selected one."""
        if self.selected is not None:
            self._app.open_target(self.selected.target)

    def action_mark(self) -> None:
        """Mark one, or take the mark away; the second one that is marked is compared with the first."""
        choice: Choice | None = self.selected
        first, self.marked = self.marked, None
        if first is None:
            self.marked = choice
        elif choice is not None and choice != first:
            self._app.compare_targets(first.target, choice.target)
        self._headline()
        self.refresh_actions()

    @property
    def can_back(self) -> bool:
        """Is there a filter, a zoom or a mark to end?"""
        return super().can_back or self.marked is not None

    def action_back(self) -> None:
        """End the filter and the zoom, then take the mark away."""
        if super().can_back or self.marked is None:
            super().action_back()
            return
        self.marked = None
        self._headline()
        self.refresh_actions()

    def action_again(self) -> None:
        """Look again."""
        services = self._app.services
        self._app.jobs.start(
            "pick", self, lambda on_event, cancel: services.choices(Path(), on_event=on_event, cancel=cancel)
        )
