"""The map of the image on a screen of its own: every byte once, by folder, package or layer."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from uvdive.base.errors import UvdiveError
from uvdive.ledger.report import ImageReport
from uvdive.ledger.view.treemap import Part
from uvdive.tui.desk.map_parts import find_part, path_of_part
from uvdive.tui.desk.places import Place
from uvdive.tui.frame.actions import ActionScreen, bindings
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.newest import Newest
from uvdive.tui.frame.panes import Panes
from uvdive.tui.keys.tables import MAP
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.mapping import Mapping
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.treemap import TreeMap
from uvdive.tui.words.map_words import about, legend, where


class MapScreen(ActionScreen, Panes):
    """The map, with where one is above and what is under the cursor below."""

    ACTIONS = MAP
    BINDINGS = bindings(MAP)
    HELP = "Every byte of the image once; areas are bytes. Stripes are hidden by later layers, but shipped."

    def __init__(self, report: ImageReport) -> None:
        super().__init__()
        self.report = report
        self.mapping = Mapping(self, lambda: self.query_one(TreeMap), self._drawn, self._failed)
        self._placing = Newest("map-place", self, self._placed, self._failed)
        self._copying = Newest(
            "map-path", self, lambda path: self._app.copy(path.decode("utf-8", "replace")), self._failed
        )

    def compose(self) -> ComposeResult:
        """One line above, two below."""
        yield Static(id="headline")
        yield TreeMap(id="tiles")
        yield Static(id="under")
        yield Static(id="legend")
        yield Static("uvdive needs a terminal of at least 60 × 16.", id="small")
        yield KeyBar()

    def on_mount(self) -> None:
        """The map has the keys."""
        self.query_one(TreeMap).say("Drawing …")
        self.set_focus(self.query_one(TreeMap))

    @property
    def selected(self) -> Part | None:
        """The part under the cursor."""
        return self.query_one(TreeMap).selected

    @on(TreeMap.Sized)
    def _sized(self) -> None:
        self.mapping.ask()

    def resized(self) -> None:
        """As many words as fit now."""
        self._tell()

    @on(Job.Done)
    @on(Job.Failed)
    def _answered(self, message: Job.Done | Job.Failed) -> None:
        if not self.mapping.take(message) and not self._placing.take(message):
            self._copying.take(message)

    def _failed(self, error: UvdiveError) -> None:
        self.app.push_screen(Failure(error))

    def _drawn(self) -> None:
        self._tell()

    @on(TreeMap.Highlighted)
    def _tell(self) -> None:
        tiles, width = self.query_one(TreeMap), self.app.size.width - 2
        words = where(self.mapping.by, self.mapping.way, self.report, width)
        self.query_one("#headline", Static).update(words, layout=False)
        self.query_one("#legend", Static).update(legend(self.report, width), layout=False)
        if tiles.selected is not None and tiles.shown is not None:
            told = about(tiles.selected, tiles.shown.whole, self.report, width)
            self.query_one("#under", Static).update(told, layout=False)
        self.refresh_actions()

    # Actions

    @on(TreeMap.Chosen)
    def action_into(self) -> None:
        """Go into the part under the cursor."""
        if self.mapping.problem:
            self.notify(self.mapping.problem, markup=False, timeout=4)
        else:
            self.mapping.go_in()

    def action_view(self) -> None:
        """Divide the image in another way."""
        self.mapping.next_by()

    def action_path(self) -> None:
        """Show the part in the file tree."""
        if self.selected is not None:
            self._placing.ask(find_part, self.selected)

    def _placed(self, place: Place | None) -> None:
        if place is None:
            self.notify("It has no path of its own; go into it first.", markup=False, timeout=4)
        else:
            self._app.show_place(place)

    def action_copy(self) -> None:
        """Copy the part's path."""
        if self.selected is not None:
            self._copying.ask(path_of_part, self.selected)

    def action_back(self) -> None:
        """Go out of a part; from the whole image back to the screen below."""
        if not self.mapping.go_out():
            self.app.pop_screen()
