"""The Dockerfile with each line's bytes beside it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from uvdive.base.units import size
from uvdive.ledger.report import ImageReport
from uvdive.tui.frame.actions import ActionScreen, bindings
from uvdive.tui.frame.panes import Panes
from uvdive.tui.frame.text import paragraph, visible
from uvdive.tui.keys.tables import DOCKERFILE
from uvdive.tui.widgets.dockerfile import DockerfileView
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.rows import Rows
from uvdive.tui.widgets.telling import Telling
from uvdive.tui.words.dockerfile_lines import DockerLine, Listing
from uvdive.tui.words.selection import describe_base, describe_layer


class DockerfileScreen(ActionScreen, Panes):
    """The lines on the left, what the selected one made on the right."""

    ACTIONS = DOCKERFILE
    BINDINGS = bindings(DOCKERFILE)
    PANES: ClassVar[tuple[str, ...]] = ("lines", "details")
    HELP = "The Dockerfile; beside each line stand the bytes of the layers that it made."

    def __init__(self, report: ImageReport, listing: Listing, line: int | None = None) -> None:
        super().__init__()
        self.report = report
        self.listing = listing
        self._first = line

    def compose(self) -> ComposeResult:
        """The text beside the details."""
        yield Static(id="headline")
        yield Static(id="tabs")
        with Horizontal(id="panes"):
            with Vertical(id="listing", classes="column"):
                yield DockerfileView(self.listing, id="lines")
            with Vertical(id="telling", classes="column"), Telling(id="details"):
                yield Static(id="about")
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """Go to the line that was asked for, else to the heaviest."""
        self.name_panes()
        self.pane("lines").border_title = "1 Dockerfile" if self.listing.name != "history" else "1 History"
        known = sum(line.bytes for line in self.listing.lines)
        self.query_one("#headline", Static).update(
            Content.assemble(
                (visible(self.listing.name), "bold $text-accent"),
                f"  {size(known)} of {size(self.report.totals.file_bytes)} stand beside a line  ",
                (visible(self.listing.note), "$text-warning"),
            )
        )
        self.go_to("lines")
        view = self.query_one(DockerfileView)
        view.changed(0)
        if self._first is not None:
            view.go_to(self._first)
        elif self.listing.lines:
            view.cursor = max(range(view.count), key=lambda place: self.listing.lines[place].bytes)
        self._describe()

    @property
    def selected(self) -> DockerLine | None:
        """The line under the cursor, or the one above that it goes on from."""
        view = self.query_one(DockerfileView)
        line = view.selected
        place = view.cursor
        while line is not None and line.inside and not line.layers and place:
            place -= 1
            line = self.listing.lines[place]
        return line

    @on(Rows.Highlighted)
    def _describe(self) -> None:
        line = self.selected
        self.query_one("#about", Static).update(Content("") if line is None else self._words(line))
        self.query_one("#details").scroll_home(animate=False)
        self.refresh_actions()

    def _words(self, line: DockerLine) -> Content:
        if not line.layers:
            return Content.assemble(paragraph(line.text), "\n\n", ("It made no layer.", "$foreground 66%"))
        if line.layers[0].base and line.layers[0].line is None and line.number:
            return describe_base(self.report, len(line.layers))
        return Content("\n\n").join(describe_layer(self.report, layer.index) for layer in line.layers)

    @on(Rows.Chosen)
    def _chosen(self) -> None:
        self.action_layer()

    def layer_of(self) -> int | None:
        """The topmost layer of the line."""
        line = self.selected
        return line.layers[-1].index if line is not None and line.layers else None

    def action_layer(self) -> None:
        """Show the layer in the explorer."""
        found = self.layer_of()
        if found is not None:
            self._app.show_layer(found)

    def action_copy(self) -> None:
        """Copy the line."""
        line = self.selected
        if line is not None:
            self._app.copy(line.text)
