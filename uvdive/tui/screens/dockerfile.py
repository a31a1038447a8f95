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
from uvdive.ledger.view.growth import growth_of
from uvdive.tui.frame.actions import ActionScreen, bindings
from uvdive.tui.frame.panes import Panes
from uvdive.tui.frame.text import keep_end, paragraph, visible
from uvdive.tui.keys.tables import DOCKERFILE
from uvdive.tui.widgets.dockerfile import DockerfileView
from uvdive.tui.widgets.growth import GrowthStrip
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.widgets.telling import Telling
from uvdive.tui.words.dockerfile_lines import DockerLine, Listing
from uvdive.tui.words.headline import fit
from uvdive.tui.words.selection import describe_base, describe_layer


class DockerfileScreen(ActionScreen, Panes):
    """The lines on the left, what the selected one made on the right."""

    ACTIONS = DOCKERFILE
    BINDINGS = bindings(DOCKERFILE)
    PANES: ClassVar[tuple[str, ...]] = ("lines", "details")
    HELP = (
        "The Dockerfile; beside each line stand the bytes of the layers that it made, and the seconds "
        "that it took, if uvdive saw the build. Left and Right walk along the strip of growth."
    )

    def __init__(self, report: ImageReport, listing: Listing, line: int | None = None) -> None:
        super().__init__()
        self.report = report
        self.listing = listing
        self._first = line

    def compose(self) -> ComposeResult:
        """The text beside the details."""
        yield Static(id="headline")
        yield GrowthStrip(growth_of(self.report.layers), id="growth")
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
        self.resized()
        self.go_to("lines")
        view = self.query_one(DockerfileView)
        view.changed(0)
        if self._first is not None:
            view.go_to(self._first)
        elif self.listing.lines:
            view.cursor = max(range(view.count), key=lambda place: self.listing.lines[place].bytes)
        self._describe()

    def pane_title(self, name: str) -> str:
        """The lines are called by where they come from."""
        lines = "Dockerfile" if self.listing.name != "history" else "History"
        return lines if name == "lines" else super().pane_title(name)

    def resized(self) -> None:
        """As much in the headline as fits now."""
        known = sum(line.bytes for line in self.listing.lines)
        total = self.report.totals.file_bytes
        told = "every byte is" if known == total else f"{size(known)} of {size(total)} are"
        steps = [line.took for line in self.listing.lines if line.took is not None]
        took = sum(step.seconds or 0 for step in steps)
        cached = sum(step.state == "cached" for step in steps)
        built = f"its steps took {took:,.1f} s, {cached} of {len(steps)} cached" if steps else ""
        note = Content.styled(visible(self.listing.note), "$text-warning")
        parts = [
            Content("" if self.listing.note else f"{told} matched to a line"),
            Content(built),
        ]
        width = self.app.size.width
        name = Content.styled(keep_end(visible(self.listing.name), width // 2), "bold $text-accent")
        self.query_one("#headline", Static).update(fit(name, [note, *parts], width), layout=False)

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
        self.query_one(GrowthStrip).select(self.layer_of())
        self.refresh_actions()

    def _words(self, line: DockerLine) -> Content:
        if not line.layers:
            return Content.assemble(paragraph(line.text), "\n\n", ("It made no layer.", "$foreground 66%"))
        if line.layers[0].base and line.layers[0].line is None and line.number:
            return describe_base(self.report, len(line.layers))
        return Content("\n\n").join(describe_layer(self.report, layer.index) for layer in line.layers)

    @on(GrowthStrip.Clicked)
    def _step_clicked(self, message: GrowthStrip.Clicked) -> None:
        step = self.query_one(GrowthStrip).steps[message.step]
        self.query_one(DockerfileView).go_to_layer(step.layers[-1])

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
