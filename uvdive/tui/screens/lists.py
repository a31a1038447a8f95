"""A screen with one list and the details of its selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Footer, Input, Static

from uvdive.base.units import size
from uvdive.ledger.report import ImageReport
from uvdive.tui.actions import ActionScreen, bindings
from uvdive.tui.jobs import Job
from uvdive.tui.keys import LISTS
from uvdive.tui.listing import Page, Table, arrange
from uvdive.tui.panes import Panes
from uvdive.tui.places import Place
from uvdive.tui.screens.dialogs import Failure, Help
from uvdive.tui.text import visible
from uvdive.tui.widgets.listing import Head, Listing
from uvdive.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from uvdive.tui.app import UvdiveApp

IN_A_THREAD = 20_000
"""From so many items on they are filtered and sorted beside the screen, so that keys don't lag."""


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
        self._order = 0
        self._asked = ("", 0)

    @property
    def _app(self) -> UvdiveApp:
        return cast("UvdiveApp", self.app)

    # What a kind of items says of itself

    def collect(self) -> Sequence[Any]:
        """All items."""
        raise NotImplementedError

    def words(self, item: Any) -> Content:
        """An item's details."""
        raise NotImplementedError

    def place_of(self, item: Any) -> Place | None:
        """The path to go to from an item."""
        raise NotImplementedError

    def layer_of(self, item: Any) -> int | None:
        """The layer to go to from an item."""
        found = self.place_of(item)
        if found is None:
            return None
        entries = self.report.files.entries_of(found.node)
        return self.report.files.entry_layer[entries[-1]] if entries else None

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
            with Vertical(id="telling", classes="column"), VerticalScroll(id="details"):
                yield Static(id="about")
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield Footer(show_command_palette=False)

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
        needle, order, items, table = (
            self.query_one("#needle", Input).value,
            self._order,
            self.items,
            self.TABLE,
        )
        self._asked = needle, order
        if len(items) < IN_A_THREAD:
            self._arranged(needle, order, arrange(table, items, needle, order))
            return
        self._app.jobs.start(
            "list", self, lambda _event, _cancel: (needle, order, arrange(table, items, needle, order))
        )

    @on(Job.Done)
    def _done(self, message: Job.Done) -> None:
        self._arranged(*message.result)

    @on(Job.Failed)
    def _failed(self, message: Job.Failed) -> None:
        self._app.crash = message.job.crash
        self.app.push_screen(Failure(message.error))

    def _arranged(self, needle: str, order: int, page: Page[Any]) -> None:
        if (needle, order) != self._asked:
            return
        self.query_one(Listing).show(page, filtered=bool(needle))
        found = f"{page.count:,} of {len(self.items):,}" if needle else f"{page.count:,}"
        title = [f"1 {self.NAME}", f"{found} · {size(page.bytes)}", f"by {self.TABLE.orders[order][0]}"]
        if needle:
            title.append(f"“{visible(needle)}”")
        self.pane("items").border_title = cast("str", Content(" · ".join(title)))
        self.query_one("#headline", Static).update(
            Content.assemble(
                (self._app.shown_name(self.report), "bold $text-accent"),
                f"  {size(self.report.totals.file_bytes)}  ",
                (f"{self.NAME}: {len(self.items):,}, {size(self._total())}", "bold"),
            )
        )
        self._describe()
        self.refresh_actions()

    def _total(self) -> int:
        return sum(self.TABLE.bytes(item) for item in self.items)

    @on(Rows.Highlighted)
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
        elif self.maximized is not None:
            self.minimize()
        else:
            self.app.pop_screen()

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

    def action_help(self) -> None:
        """Show the keys."""
        self.app.push_screen(Help(self))

    async def action_quit(self) -> None:
        """Leave."""
        await self.app.action_quit()
