"""The part of a screen that has one table: a line of words sifts it, its head orders it."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from uvdive.tui.desk.listing import Table
from uvdive.tui.frame.actions import ActionScreen
from uvdive.tui.frame.panes import Panes
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.lists.listing import Head, Listing
from uvdive.tui.widgets.telling import Telling


class Sifting(ActionScreen, Panes):
    """A screen whose pane ``items`` holds a table; a subclass arranges and shows what fits."""

    TABLE: ClassVar[Table[Any]]
    EMPTY = ""

    def __init__(self) -> None:
        super().__init__()
        self.order = 0

    def sift(self) -> None:
        """Show what fits ``needle``, in ``order``."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """The table beside what is told of the row under the cursor."""
        yield Static(id="headline")
        yield Static(id="tabs")
        with Horizontal(id="panes"):
            with Vertical(id="listing", classes="column"), Vertical(id="items"):
                yield from self.compose_table()
            with Vertical(id="telling", classes="column"), Telling(id="details"):
                yield Static(id="about")
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def compose_table(self) -> ComposeResult:
        """The line of words, hidden at first, the head and the rows."""
        yield Input(placeholder="words to look for", id="needle", compact=True)
        yield Head(self.TABLE, id="head")
        yield self.make_rows()

    def make_rows(self) -> Listing:
        """The rows, called ``rows``."""
        return Listing(self.TABLE, self.EMPTY, id="rows")

    @property
    def listing(self) -> Listing:
        """The rows."""
        return self.query_one(Listing)

    @property
    def selected(self) -> Any:
        """The item under the cursor; None where there is none."""
        return self.listing.selected

    @property
    def order_name(self) -> str:
        """What the rows are ordered by."""
        return self.TABLE.orders[self.order][0]

    def focus_target(self, pane: str) -> Widget:
        """The rows take the keys of their pane."""
        return self.listing if pane == "items" else self.pane(pane)

    # The words

    @property
    def needle(self) -> str:
        """The words to look for."""
        return self.query_one("#needle", Input).value

    @property
    def sifted(self) -> bool:
        """Is the line of words open?"""
        return self.query_one("#items").has_class("-filtering")

    def action_filter(self) -> None:
        """Open the line of words."""
        self.go_to("items")
        self.query_one("#items").add_class("-filtering")
        self.set_focus(self.query_one("#needle"))

    def end_filter(self) -> None:
        """Empty the line of words and close it."""
        self.query_one("#needle", Input).value = ""
        self.query_one("#items").remove_class("-filtering")
        self.set_focus(self.focus_target("items"))

    def words_taken(self) -> None:
        """Enter was pressed in the line of words."""
        self.set_focus(self.focus_target("items"))

    @on(Input.Changed, "#needle")
    def _needle_changed(self) -> None:
        self.sift()

    @on(Input.Submitted, "#needle")
    def _needle_submitted(self) -> None:
        self.words_taken()

    # The order

    @on(Head.Clicked)
    def _head_clicked(self, message: Head.Clicked) -> None:
        self.order = message.order
        self.sift()

    def action_sort(self) -> None:
        """Take the next order."""
        self.order = (self.order + 1) % len(self.TABLE.orders)
        self.sift()

    # Back

    @property
    def can_back(self) -> bool:
        """Is there a filter or a zoom to end?"""
        return self.sifted or self.maximized is not None

    def action_back(self) -> None:
        """End the filter, then the zoom; then back to where it came from."""
        if self.sifted:
            self.end_filter()
        else:
            super().action_back()
