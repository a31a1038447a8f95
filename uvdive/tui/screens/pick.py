"""What to open, where uvdive was started without a target."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from uvdive.base.units import size
from uvdive.session.picking import Choice
from uvdive.tui.actions import ActionScreen, bindings
from uvdive.tui.jobs import Job
from uvdive.tui.keys import PICK
from uvdive.tui.listing import Column, Table, arrange
from uvdive.tui.panes import Panes
from uvdive.tui.screens.dialogs import Failure
from uvdive.tui.text import visible
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.listing import Head, Listing
from uvdive.tui.widgets.rows import Rows

WAITING = "Looking for images, archives and Dockerfiles …"
NOTHING = "There is nothing to open here. Build an image, or name one: uvdive IMAGE"


def age(created: int | None, now: float) -> str:
    """How long ago, in few words."""
    if created is None or created <= 0:
        return ""
    from humanize import naturaldelta

    return f"{naturaldelta(max(0, now - created))} ago"


CHOICES: Table[Choice] = Table(
    (
        Column("kind", 10),
        Column("name", 0),
        Column("size", 9, right=True),
        Column("age", 16, right=True, narrow=False),
    ),
    (
        ("age", lambda item: (-(item.created or 0), item.name)),
        ("size", lambda item: (-(item.size or 0), item.name)),
        ("name", lambda item: (item.name, item.kind)),
        ("kind", lambda item: (item.kind, item.name)),
    ),
    lambda item: (
        item.kind,
        item.name,
        size(item.size) if item.size is not None else "",
        age(item.created, time.time()),
    ),
    lambda item: f"{item.kind} {item.name}",
    lambda item: item.size or 0,
)


class PickScreen(ActionScreen, Panes):
    """One list of everything that can be opened."""

    ACTIONS = PICK
    BINDINGS = bindings(PICK)
    PANES: ClassVar[tuple[str, ...]] = ("items",)
    HELP = "The engine's images, and the archives, saved reports and Dockerfiles of this folder."

    def __init__(self) -> None:
        super().__init__()
        self.found: tuple[Choice, ...] = ()
        self._order = 0
        self._note = ""

    def compose(self) -> ComposeResult:
        """The list, empty at first."""
        yield Static(id="headline")
        with Vertical(id="panes"), Vertical(id="items", classes="column"):
            yield Input(placeholder="words to look for", id="needle", compact=True)
            yield Head(CHOICES, id="head")
            yield Listing(CHOICES, WAITING, id="rows")
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """Paint, then look."""
        self.name_panes()
        self.go_to("items")
        self._headline()
        self.call_after_refresh(self.action_again)

    @property
    def selected(self) -> Choice | None:
        """The choice under the cursor."""
        return cast("Choice | None", self.query_one(Listing).selected)

    def focus_target(self, pane: str) -> Widget:  # noqa: ARG002 - there is one
        """The list takes the keys."""
        return self.query_one(Listing)

    def pane_title(self, name: str) -> str:  # noqa: ARG002 - there is one
        """What the pane holds."""
        return "What to open"

    def _headline(self) -> None:
        line = Content.assemble(
            ("uvdive", "bold $text-accent"), "  Enter opens  ", (visible(self._note), "$text-warning")
        )
        self.query_one("#headline", Static).update(line)

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        self.found = message.result.found
        problem = message.result.problem
        self._note = "" if problem is None else f"{problem.what} {problem.do}"
        self.query_one(Listing).say(NOTHING)
        self._headline()
        self._arrange()

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        self._app.crash = message.job.crash
        self.query_one(Listing).say(NOTHING)
        self.app.push_screen(Failure(message.error))

    @on(Input.Changed, "#needle")
    def _arrange(self) -> None:
        needle = self.query_one("#needle", Input).value
        page = arrange(CHOICES, self.found, needle, self._order)
        self.query_one(Listing).show(page, filtered=bool(needle))
        title = f"1 What to open · {page.count:,} · by {CHOICES.orders[self._order][0]}"
        self.pane("items").border_title = cast("str", Content(title))
        self.refresh_actions()

    @on(Input.Submitted, "#needle")
    @on(Rows.Chosen)
    def action_open(self) -> None:
        """Open the selected one."""
        if self.selected is not None:
            self._app.open_target(self.selected.target)

    def action_again(self) -> None:
        """Look again."""
        services = self._app.services
        self._app.jobs.start(
            "pick", self, lambda on_event, cancel: services.choices(Path(), on_event=on_event, cancel=cancel)
        )

    def action_filter(self) -> None:
        """Open the line for the filter."""
        self.query_one("#items").add_class("-filtering")
        self.set_focus(self.query_one("#needle"))

    @on(Head.Clicked)
    def _head_clicked(self, message: Head.Clicked) -> None:
        self._order = message.order
        self._arrange()

    def action_sort(self) -> None:
        """Take the next order."""
        self._order = (self._order + 1) % len(CHOICES.orders)
        self._arrange()

    @property
    def can_back(self) -> bool:
        """Is there a filter to end?"""
        return self.query_one("#items").has_class("-filtering")

    def action_back(self) -> None:
        """End the filter."""
        self.query_one("#needle", Input).value = ""
        self.query_one("#items").remove_class("-filtering")
        self.set_focus(self.query_one(Listing))
