"""The explorer's panes: the layers, the files of those that are chosen, and what is told of the selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from uvdive.base.errors import UsageError, UvdiveError
from uvdive.base.processes.resident import TimeLimitError
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.filter import Filter
from uvdive.tui.desk.file_lines import REGEX_SECONDS, Shown, look
from uvdive.tui.desk.outline import Line
from uvdive.tui.desk.path_facts import NodeFacts, facts_of
from uvdive.tui.desk.path_history import PathHistory, path_history
from uvdive.tui.desk.places import Place, Span
from uvdive.tui.frame.newest import Newest
from uvdive.tui.frame.panes import Panes
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.screens.explore.filtering import Filtering
from uvdive.tui.screens.mapping import Mapping
from uvdive.tui.widgets.bars import OwnerBar, OwnerList
from uvdive.tui.widgets.keybar import KeyBar
from uvdive.tui.widgets.lists.files import LEGEND, FileTree
from uvdive.tui.widgets.lists.layers import LayerList, LayerRow
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.widgets.telling import Telling
from uvdive.tui.widgets.treemap import TreeMap
from uvdive.tui.words.map_words import about, where
from uvdive.tui.words.selection import describe_base, describe_layer, describe_node, describe_owner

if TYPE_CHECKING:
    from uvdive.tui.frame.jobs import Job

VAST = 160
"""From so many columns on the map has a pane of its own."""

TALL = 40
"""Where the files have so many lines, the heaviest folders are open from the start."""

PATIENCE = 0.2
"""After so many seconds the title says that something is being worked out, and the files are dimmed."""


class Browser(Filtering):
    """Owners, layers, files and details of a report, once there is one (``report``)."""

    PANES: ClassVar[tuple[str, ...]] = ("owners", "layers", "files", "details", "map")
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        *(Panes.HORIZONTAL_BREAKPOINTS or []),
        (VAST, "-vast"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._asked_at: int | None = None
        self._looking = Newest("look", self, self._looked, self._not_looked)
        self._telling = Newest("facts", self, self._told, self.not_answered)
        self.mapping = Mapping(self, lambda: self.query_one(TreeMap), self._title_map, self.not_answered)
        self._history = Newest("history", self, self._history_came, self.not_answered)

    def compose(self) -> ComposeResult:
        """The shell, painted before anything is known."""
        yield Static(id="headline")
        yield OwnerBar(id="bar")
        yield Static(id="wins")
        yield Static(id="tabs")
        with Horizontal(id="panes"):
            with Vertical(id="left", classes="column"):
                yield OwnerList(id="owners")
                yield LayerList(id="layers")
                with Telling(id="details"):
                    yield Static(id="about")
            with Vertical(id="right", classes="column"), Vertical(id="files"):
                yield Input(placeholder="part of a path", id="needle", compact=True)
                yield FileTree(id="tree")
            with Vertical(id="far", classes="column"), Vertical(id="map"):
                yield TreeMap(id="tiles")
        yield Static(
            "uvdive needs a terminal of at least 60 × 16.\nMake it larger, or use --report.", id="small"
        )
        yield KeyBar()

    @property
    def panes(self) -> tuple[str, ...]:
        """All, but the map only where there is room for it."""
        return self.PANES if self.app.size.width >= VAST else self.PANES[:-1]

    def focus_target(self, pane: str) -> Widget:
        """The widget that takes a pane's keys."""
        inner = {"files": FileTree, "map": TreeMap}
        return self.query_one(inner[pane]) if pane in inner else self.query_one(f"#{pane}")

    def pane_changed(self) -> None:
        """Another pane has the focus: the details are of its selection."""
        super().pane_changed()
        self._describe()

    def not_answered(self, error: UvdiveError) -> None:
        """Show why a question about files has no answer."""
        self.app.push_screen(Failure(error))

    # The map

    @on(TreeMap.Sized)
    def _map_sized(self) -> None:
        if self.report is not None:
            self.mapping.ask()

    @on(TreeMap.Chosen)
    def _map_chosen(self) -> None:
        if self.mapping.problem:
            self.notify(self.mapping.problem, markup=False, timeout=4)
        else:
            self.mapping.go_in()

    @on(TreeMap.Highlighted)
    def _title_map(self) -> None:
        tiles = self.query_one(TreeMap)
        if self.report is None or tiles.shown is None:
            return
        pane, width = self.pane("map"), tiles.size.width - 4
        way = where(self.mapping.by, self.mapping.way, self.report, width)
        pane.border_title = cast("str", Content.assemble("5 ", way))
        if tiles.selected is not None:
            told = about(tiles.selected, tiles.shown.whole, self.report, width)
            pane.border_subtitle = cast("str", told)
        self.refresh_actions()

    # Owners

    @on(Rows.Chosen, "#owners")
    def _owner_chosen(self) -> None:
        owners = self.query_one(OwnerList)
        owner = OWNERS.index(owners.owners[owners.cursor].owner)
        self._filter(self.browsing.of_owner(owner))
        self.go_to("files")

    @on(OwnerBar.Clicked)
    def _bar_clicked(self, message: OwnerBar.Clicked) -> None:
        owners = self.query_one(OwnerList)
        owners.cursor = [owner.owner for owner in owners.owners].index(message.owner)
        self.go_to("owners")

    # Layers

    @property
    def marked(self) -> bool:
        """Is a range of layers marked?"""
        return self.query_one(LayerList).marked is not None

    @on(Rows.Highlighted, "#layers")
    def _layer_highlighted(self) -> None:
        if self.current == "layers":
            self._describe()
        layers = self.query_one(LayerList)
        row = layers.selected
        if self.report is None or row is None:
            return
        if self.browsing.span is None:
            # At first all there is, whatever layer the cursor is on.
            self.browsing.want(Span(len(self.report.layers) - 1, "upto"))
            self._look(None, room=self._spare_room)
        else:
            self._want_layer(row)

    def _want_layer(self, row: LayerRow) -> None:
        marked = self.query_one(LayerList).marked_layers()
        self._want(self.browsing.span_of(row.layer, marked, base=bool(row.fold)))

    @on(Rows.Chosen, "#layers")
    def _layer_chosen(self) -> None:
        row = self.query_one(LayerList).selected
        if row is not None:
            self._want_layer(row)
        self.go_to("files")

    def action_mark(self) -> None:
        """Begin a range of layers here, or end it."""
        layers = self.query_one(LayerList)
        if layers.selected is not None:
            layers.mark(layers.cursor if layers.marked is None else None)
            self._layer_highlighted()

    def action_view(self) -> None:
        """Switch between a layer and everything up to it; in the map, divide that in another way."""
        if self.current == "map":
            self.mapping.next_by()
            return
        self.query_one(LayerList).mark(None)
        self.browsing.switch_mode()
        self._layer_highlighted()

    def show_layer(self, layer: int) -> None:
        """Go to a layer, out of the folded base where it is one of that."""
        self._select_layer(layer)
        self.go_to("layers")

    def _select_layer(self, layer: int) -> None:
        layers = self.query_one(LayerList)
        if self.report is not None and self.report.layers[layer].base:
            # The folded base stands for all of its layers: the files would be theirs.
            layers.fold(unfold=True)
        layers.go_to(layer)

    # Files

    def _want(self, span: Span, wanted: Filter | None = None) -> None:
        """Show the files of some layers through a filter."""
        if self.report is not None and self.browsing.want(span, wanted):
            self._look(self.query_one(FileTree).selected)

    @property
    def _spare_room(self) -> int:
        """How many lines to fill at first: on a tall terminal most of the files' room, else none."""
        height = self.query_one(FileTree).size.height
        return height * 2 // 3 if height >= TALL else 0

    def _look(self, node: int | None, *, reveal: bool = False, room: int = 0) -> None:
        """Ask for the lines that are wanted now, with the cursor on a node or on the line where it is."""
        wish = self.browsing.wish(node, reveal=reveal, room=room)
        if wish is None:
            return
        self._asked_at = self.query_one(FileTree).selected
        self._looking.ask(look, wish, limit=REGEX_SECONDS if wish.filter.how == "regex" else None)
        if self._looking.waiting:
            self.set_timer(PATIENCE, self._title_files)

    def _looked(self, shown: Shown) -> None:
        self.browsing.choices = shown.wish.choices
        tree = self.query_one(FileTree)
        # Who went on meanwhile is not called back.
        tree.show(shown, tree.selected if tree.selected != self._asked_at else None)
        if shown.wish.reveal and shown.place is None:
            self.notify("This path is not in the view.", timeout=4)
        self._title_files()
        self.refresh_actions()

    def _not_looked(self, error: UvdiveError) -> None:
        self._title_files()
        if not isinstance(error, UsageError | TimeLimitError):
            self.not_answered(error)
            return
        self.browsing.give_up(self.query_one(FileTree).shown)
        late = isinstance(error, TimeLimitError)
        self._hint("The expression takes too long: make it simpler." if late else error.what)

    @on(FileTree.Asked)
    def _asked(self, message: FileTree.Asked) -> None:
        self.browsing.choices = message.choices
        self._look(message.node)

    def takes(self, message: Job.Done | Job.Failed) -> bool:
        """Take the answer to a question about files; False for the message of another job."""
        return any(kind.take(message) for kind in (self._looking, self._telling, self._history, self.mapping))

    def show_place(self, place: Place) -> None:
        """Go to a path, without the filter that might hide it."""
        self._close_filter()
        self.query_one(LayerList).mark(None)
        self.browsing.go_to(place)
        self._select_layer(place.span.layer)
        self.go_to("files")
        self._look(place.node, reveal=True)

    @property
    def line(self) -> Line | None:
        """The selected file or folder."""
        line = self.query_one(FileTree).line
        return line if line is not None and line.is_path else None

    @property
    def history_problem(self) -> str:
        """Why there is no history to show."""
        return "No file or folder is selected." if self.line is None else ""

    def action_history(self) -> None:
        """Show the file or folder through the layers."""
        line = self.line
        if line is not None:
            self._history.ask(path_history, line.node)

    def _history_came(self, history: PathHistory) -> None:
        from uvdive.tui.screens.history import HistoryScreen

        span = self.browsing.span
        if self.report is not None and span is not None and self.app.screen is self:
            layer = span.layer if span.mode == "layer" else None
            self.app.push_screen(HistoryScreen(self.report, history, layer))

    def action_sort(self) -> None:
        """Take the next order."""
        self.browsing.next_sort()
        self._look(self.query_one(FileTree).selected)

    def _title_files(self) -> None:
        if self.report is None:
            return
        shown, layers = self.query_one(FileTree).shown, len(self.report.layers)
        words = self.browsing.title(shown, layers, waiting=self._looking.waiting)
        self.entitle("files", *words)
        if not self._filter_is_open:
            self.pane("files").border_subtitle = LEGEND
        self.query_one(FileTree).set_class(self._looking.waiting, "-waiting")

    # The details

    @on(Rows.Highlighted, "#owners")
    @on(Rows.Highlighted, "#tree")
    def _describe(self) -> None:
        """Tell about what is selected in the pane that was used last; what is told of a path is asked for."""
        report = self.report
        if report is None:
            return
        tree, layers, owners = self.query_one(FileTree), self.query_one(LayerList), self.query_one(OwnerList)
        about = Content("")
        if self.subject == "owners" and owners.owners:
            about = describe_owner(report, owners.owners[owners.cursor].owner)
        elif self.subject == "files" and tree.selected is not None:
            # The words that are there stay until the answer comes.
            if self.browsing.span is not None:
                self._telling.ask(facts_of, self.browsing.span, tree.selected)
            return
        elif layers.selected is not None:
            row = layers.selected
            hint = "\n\nEnter or → shows its layers, ← folds them."
            base = row.fold and describe_base(report, row.fold).append(hint)
            about = base or describe_layer(report, row.layer)
        self._tell(about)

    def _told(self, facts: NodeFacts) -> None:
        if self.subject == "files" and self.report is not None:
            self._tell(describe_node(self.report, facts))

    def _tell(self, about: Content) -> None:
        self.query_one("#about", Static).update(about)
        self.query_one("#details").scroll_home(animate=False)
