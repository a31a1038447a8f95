"""A screen with one list and the details of its selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from uvdive.base.errors import UvdiveError
from uvdive.base.units import size
from uvdive.ledger.report import ImageReport
from uvdive.tui.actions import ActionScreen, bindings
from uvdive.tui.facts import Found
from uvdive.tui.jobs import Job
from uvdive.tui.keys import LISTS
from uvdive.tui.listing import Page, Table, arrange
from uvdive.tui.newest import Newest
from uvdive.tui.panes import Panes
from uvdive.tui.places import Place
from uvdive.tui.screens.dialogs import Failure
from uvdive.tui.text import visible
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.listing import Head, Listing
from uvdive.tui.widgets.rows import Rows
from uvdive.tui.widgets.telling import Telling


class ListScreen(ActionScreen, Panes):
    """One kind of items; a subclass says which, and where each of them leads to."""

    ACTIONS = LISTS
    BINDINGS = bindings(LISTS)
    PANES: ClassVar[tuple[str, ...]] = ("items", "details")
    NAME = ""
    EMPTY = ""
    TABLE: ClassVar[Table[Any]]

    def __init__(self, report: ImageReport) -> None:
        super().__init__()
        self.report = report
        self.items: Sequence[Any] = self.collect()
        self.pages = Newest("list", self, self._paged, self._not_answered)
        self.places = Newest("places", self, self._placed, self._not_answered)
        self._order = 0
        self._count = self._total = 0
        self._found: tuple[Any, Found | None] = (None, None)

    # What a kind of items says of itself

    def collect(self) -> Sequence[Any]:
        """All items, where they are here; else ``ask_page`` has them."""
        return ()

    def ask_page(self, needle: str, order: int) -> None:
        """Show the items that fit."""
        page = arrange(self.TABLE, self.items, needle, order)
        self._paged((page, len(self.items), sum(self.TABLE.bytes(item) for item in self.items)))

    def words(self, item: Any) -> Content:
        """An item's details."""
        raise NotImplementedError

    def ask_place(self, item: Any) -> None:
        """Ask ``places`` for the path to go to from an item, where it has one."""
        raise NotImplementedError

    @property
    def looking(self) -> bool:
        """Is it not known yet where the selection leads to?"""
        return self.places.waiting

    def _found_of(self, item: Any) -> Found:
        known, found = self._found
        return found if known is item and found is not None else Found()

    def place_of(self, item: Any) -> Place | None:
        """The path to go to from an item."""
        return self._found_of(item).place

    def layer_of(self, item: Any) -> int | None:
        """The layer to go to from an item."""
        return self._found_of(item).layer

    def line_of(self, item: Any) -> int | None:
        """The line of the Dockerfile to go to from an item."""
        layer = self.layer_of(item)
        return self.report.layers[layer].line if layer is not None else None

    def copied(self, item: Any) -> str:
        """What ``y`` copies of an item."""
        raise NotImplementedError

    # Drawing

    def compose(self) -> ComposeResult:
        """The list beside the details."""
        yield Static(id="headline")
        yield Static(id="tabs")
        with Horizontal(id="panes"):
            with Vertical(id="listing", classes="column"), Vertical(id="items"):
                yield Input(placeholder="words to look for", id="needle", compact=True)
                yield Head(self.TABLE, id="head")
                yield Listing(self.TABLE, self.EMPTY, id="rows")
            with Vertical(id="telling", classes="column"), Telling(id="details"):
                yield Static(id="about")
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the first page."""
        self.name_panes()
        self.go_to("items")
        self._arrange()

    @property
    def selected(self) -> Any:
        """The item under the cursor."""
        return self.query_one(Listing).selected

    def focus_target(self, pane: str) -> Widget:
        """The widget that takes a pane's keys."""
        return self.query_one(Listing) if pane == "items" else self.pane(pane)

    def pane_title(self, name: str) -> str:
        """The list is called by what it holds."""
        return self.NAME if name == "items" else name.capitalize()

    def pane_changed(self) -> None:
        """Another pane has the focus."""
        self.query_one("#tabs", Static).update(self.tabs())

    def _arrange(self) -> None:
        self.ask_page(self.query_one("#needle", Input).value, self._order)

    @on(Job.Done)
    @on(Job.Failed)
    def _answered(self, message: Job.Done | Job.Failed) -> None:
        if not self.pages.take(message):
            self.places.take(message)

    def _not_answered(self, error: UvdiveError) -> None:
        self.app.push_screen(Failure(error))

    def _paged(self, answer: tuple[Page[Any], int, int]) -> None:
        page, self._count, self._total = answer
        needle = self.query_one("#needle", Input).value
        self.query_one(Listing).show(page, filtered=bool(needle))
        found = f"{page.count:,} of {self._count:,}" if needle else f"{page.count:,}"
        title = [f"1 {self.NAME}", f"{found} · {size(page.bytes)}", f"by {self.TABLE.orders[self._order][0]}"]
        if needle:
            title.append(f"“{visible(needle)}”")
        self.pane("items").border_title = cast("str", Content(" · ".join(title)))
        self.query_one("#headline", Static).update(
            Content.assemble(
                (self._app.shown_name(self.report), "bold $text-accent"),
                f"  {size(self.report.totals.file_bytes)}  ",
                (f"{self.NAME}: {self._count:,}, {size(self._total)}", "bold"),
            )
        )
        self._select()

    @on(Rows.Highlighted)
    def _select(self) -> None:
        item = self.selected
        if item is not self._found[0] or item is None:
            self._found = item, None
            self.places.forget()
            if item is not None:
                self.ask_place(item)
        self._describe()

    def _placed(self, found: Found) -> None:
        self._found = self._found[0], found
        self._describe()

    def _describe(self) -> None:
        item = self.selected
        self.query_one("#about", Static).update(Content("") if item is None else self.words(item))
        self.query_one("#details").scroll_home(animate=False)
        self.refresh_actions()

    @on(Rows.Chosen)
    def _chosen(self) -> None:
        self.go_to("details")

    # Actions

    @on(Input.Changed, "#needle")
    def _needle_changed(self) -> None:
        self._arrange()

    @on(Input.Submitted, "#needle")
    def _needle_submitted(self) -> None:
        self.set_focus(self.query_one(Listing))

    def action_filter(self) -> None:
        """Open the line for the filter."""
        self.go_to("items")
        self.query_one("#items").add_class("-filtering")
        self.set_focus(self.query_one("#needle"))

    @on(Head.Clicked)
    def _head_clicked(self, message: Head.Clicked) -> None:
        self._order = message.order
        self._arrange()

    def action_sort(self) -> None:
        """Take the next order."""
        self._order = (self._order + 1) % len(self.TABLE.orders)
        self._arrange()

    def action_back(self) -> None:
        """End the filter, then the zoom, then go back to the explorer."""
        needle = self.query_one("#needle", Input)
        if needle.value or self.query_one("#items").has_class("-filtering"):
            needle.value = ""
            self.query_one("#items").remove_class("-filtering")
            self.set_focus(self.query_one(Listing))
        else:
            super().action_back()

    def action_path(self) -> None:
        """Show the item's path in the file tree."""
        found = self.place_of(self.selected) if self.selected is not None else None
        if found is not None:
            self._app.show_place(found)

    def action_layer(self) -> None:
        """Show the item's layer."""
        found = self.layer_of(self.selected) if self.selected is not None else None
        if found is not None:
            self._app.show_layer(found)

    def action_line(self) -> None:
        """Show the item's line of the Dockerfile."""
        found = self.line_of(self.selected) if self.selected is not None else None
        if found is not None:
            self._app.show_dockerfile(self.report, found)

    def action_copy(self) -> None:
        """Copy the item's path, name or advice."""
        if self.selected is not None:
            self._app.copy(self.copied(self.selected))
