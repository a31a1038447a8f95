"""A screen with one list and the details of its selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.content import Content
from textual.widgets import Static

from uvdive.base.errors import UvdiveError
from uvdive.base.units import size
from uvdive.ledger.report import ImageReport
from uvdive.tui.desk.listing import Page, arrange
from uvdive.tui.desk.path_facts import Found
from uvdive.tui.desk.places import Place
from uvdive.tui.frame.actions import bindings
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.newest import Newest
from uvdive.tui.frame.text import visible
from uvdive.tui.keys.tables import LISTS
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.lists.sifting import Sifting
from uvdive.tui.widgets.lists.rows import Rows


class ListScreen(Sifting):
    """One kind of items; a subclass says which, and where each of them leads to."""

    ACTIONS = LISTS
    BINDINGS = bindings(LISTS)
    PANES: ClassVar[tuple[str, ...]] = ("items", "details")
    NAME = ""

    def __init__(self, report: ImageReport) -> None:
        super().__init__()
        self.report = report
        self.items: Sequence[Any] = self.collect()
        self.pages = Newest("list", self, self.paged, self.not_answered)
        self.places = Newest("places", self, self._placed, self.not_answered)
        self.asked = [self.pages, self.places]
        self._count = self._total = 0
        self._found: tuple[Any, Found | None] = (None, None)

    # What a kind of items says of itself

    def collect(self) -> Sequence[Any]:
        """All items, where they are here; else ``ask_page`` has them."""
        return ()

    def ask_page(self, needle: str, order: int) -> None:
        """Show the items that fit."""
        page = arrange(self.TABLE, self.items, needle, order)
        self.paged((page, len(self.items), sum(self.TABLE.bytes(item) for item in self.items)))

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

    def aside(self) -> str:
        """What else there is to say of all items, in the headline."""
        return ""

    # Drawing

    def on_mount(self) -> None:
        """Show the first page."""
        self.name_panes()
        self.go_to("items")
        self.sift()

    def pane_title(self, name: str) -> str:
        """The list is called by what it holds."""
        return self.NAME if name == "items" else name.capitalize()

    def sift(self) -> None:
        """Ask for the items that fit."""
        self.ask_page(self.needle, self.order)

    @on(Job.Done)
    @on(Job.Failed)
    def _answered(self, message: Job.Done | Job.Failed) -> None:
        any(each.take(message) for each in self.asked)

    def not_answered(self, error: UvdiveError) -> None:
        """Tell of an error that a person can do something about."""
        self.app.push_screen(Failure(error))

    def paged(self, answer: tuple[Page[Any], int, int]) -> None:
        """Show a page, with how many items there are in all and how many bytes."""
        page, self._count, self._total = answer
        needle = self.needle
        self.listing.show(page, filtered=bool(needle))
        found = f"{page.count:,} of {self._count:,}" if needle else f"{self._count:,}"
        title = [f"{found} · {size(page.bytes if needle else self._total)}", f"by {self.order_name}"]
        if needle:
            title.append(f"“{visible(needle)}”")
        self.entitle("items", *title)
        self.query_one("#headline", Static).update(
            Content.assemble(
                (self._app.shown_name(self.report), "bold $text-accent"),
                f"  {size(self.report.totals.file_bytes)}  ",
                (f"{self.NAME}: {self._count:,}, {size(self._total)}", "bold"),
                f"  {aside}" if (aside := self.aside()) else "",
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
        self.choose()

    def choose(self) -> None:
        """Enter on an item: read its details."""
        self.go_to("details")

    # Actions

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
