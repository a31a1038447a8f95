"""The part of the explorer that shows files: which layers, through which filter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual import on
from textual.content import Content
from textual.widgets import Input

from uvdive.base.errors import UsageError, UvdiveError
from uvdive.base.resident import TimeLimitError
from uvdive.base.units import size
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.filter import HOWS, Filter
from uvdive.ledger.view.tree import SORTS, Mode, Sign, Sort
from uvdive.tui.desk.file_lines import REGEX_SECONDS, Shown, Wish, look
from uvdive.tui.desk.outline import Choices
from uvdive.tui.desk.path_facts import NodeFacts, facts_of
from uvdive.tui.desk.places import Place, Span
from uvdive.tui.frame.actions import ActionScreen
from uvdive.tui.frame.newest import Newest
from uvdive.tui.frame.panes import Panes
from uvdive.tui.frame.text import visible
from uvdive.tui.screens.dialogs.dialogs import Failure
from uvdive.tui.widgets.files import FileTree
from uvdive.tui.widgets.layers import LayerList
from uvdive.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport
    from uvdive.tui.frame.jobs import Job

PATIENCE = 0.2
"""After so many seconds the title says that something is being worked out."""

STEPS = (0, 100_000, 1_000_000, 10_000_000, 100_000_000)
"""The sizes, in bytes, that the filter by size goes through."""

_CHANGES = (Sign.NONE, Sign.ADDED, Sign.CHANGED, Sign.REMOVED)
_WORDS = {Sign.ADDED: "+ added", Sign.CHANGED: "~ changed", Sign.REMOVED: "- removed"}


class Browser(ActionScreen, Panes):
    """A screen with a list of layers and the files of those that are chosen."""

    report: ImageReport | None = None

    def __init__(self) -> None:
        super().__init__()
        self.filter = Filter()
        self._wanted: Span | None = None
        self._sort: Sort = "size"
        self._mode: Mode = "upto"
        self._choices = Choices()
        self._asked_at: int | None = None
        self._looking = Newest("look", self, self._looked, self._not_looked)
        self._telling = Newest("facts", self, self._told, self._not_told)

    # Layers

    @property
    def marked(self) -> bool:
        """Is a range of layers marked?"""
        return self.query_one(LayerList).marked is not None

    @on(Rows.Highlighted, "#layers")
    def _layer_highlighted(self) -> None:
        if self.current == "layers":
            self.describe()
        span = self._span()
        if span is not None:
            self._want(span)

    def _span(self) -> Span | None:
        """The layers that the cursor, the mark and the mode mean."""
        layers = self.query_one(LayerList)
        row = layers.selected
        if self.report is None or row is None:
            return None
        marked = layers.marked_layers()
        if marked is not None:
            return Span(marked[1], "range", marked[0])
        return Span(row.layer, "upto" if row.fold else self._mode)

    def action_mark(self) -> None:
        """Begin a range of layers here, or end it."""
        layers = self.query_one(LayerList)
        if layers.selected is not None:
            layers.mark(layers.cursor if layers.marked is None else None)
            self._layer_highlighted()

    def action_view(self) -> None:
        """Switch between a layer and everything up to it."""
        self.query_one(LayerList).mark(None)
        self._mode = "layer" if self._mode == "upto" else "upto"
        self._layer_highlighted()

    # Views

    def _want(self, span: Span, wanted: Filter | None = None) -> None:
        """Show the files of some layers through a filter."""
        wanted = self.filter if wanted is None else wanted
        if self.report is None or (span == self._wanted and wanted == self.filter):
            return
        if wanted != self.filter:
            self._choices = self._choices.afresh()
        self._wanted, self.filter = span, wanted
        self._look(self.query_one(FileTree).selected)

    def _look(self, node: int | None, *, reveal: bool = False) -> None:
        """Ask for the lines that are wanted now, with the cursor on a node or on the line where it is."""
        if self._wanted is None:
            return
        wish = Wish(self._wanted, self.filter, self._sort, self._choices, node, reveal)
        self._asked_at = self.query_one(FileTree).selected
        self._looking.ask(look, wish, limit=REGEX_SECONDS if wish.filter.how == "regex" else None)
        if self._looking.waiting:
            self.set_timer(PATIENCE, self._title_files)

    def _looked(self, shown: Shown) -> None:
        self._choices = shown.wish.choices
        tree = self.query_one(FileTree)
        # Who went on meanwhile is not called back.
        tree.show(shown, tree.selected if tree.selected != self._asked_at else None)
        if shown.wish.reveal and shown.place is None:
            self.notify("This path is not in the view.", timeout=4)
        self._title_files()
        self.refresh_actions()

    def _not_looked(self, error: UvdiveError) -> None:
        shown = self.query_one(FileTree).shown
        self._title_files()
        if not isinstance(error, UsageError | TimeLimitError):
            self.app.push_screen(Failure(error))
            return
        same = shown is not None and shown.wish.filter.how == self.filter.how
        self.filter = replace(self.filter, needle=shown.wish.filter.needle if shown and same else "")
        late = isinstance(error, TimeLimitError)
        self._hint("The expression takes too long: make it simpler." if late else error.what)

    @on(FileTree.Asked)
    def _asked(self, message: FileTree.Asked) -> None:
        self._choices = message.choices
        self._look(message.node)

    def takes(self, message: Job.Done | Job.Failed) -> bool:
        """Take the answer to a question about files; False for the message of another job."""
        return self._looking.take(message) or self._telling.take(message)

    def tell_node(self, node: int) -> None:
        """Ask for what the details tell of a path; the words that are there stay until then."""
        if self._wanted is not None:
            self._telling.ask(facts_of, self._wanted, node)

    def _told(self, facts: NodeFacts) -> None:
        """Tell about a path."""

    def _not_told(self, error: UvdiveError) -> None:
        self.app.push_screen(Failure(error))

    def show_place(self, place: Place) -> None:
        """Go to a path, without the filter that might hide it."""
        self._clear_filter()
        self.query_one(LayerList).mark(None)
        if place.span.mode != "range":
            self._mode = place.span.mode
        self._select_layer(place.span.layer)
        self._wanted, self.filter = place.span, Filter(how=self.filter.how)
        self._choices = self._choices.afresh()
        self.go_to("files")
        self._look(place.node, reveal=True)

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

    # Filters

    def action_filter(self) -> None:
        """Open the line for the filter."""
        self.go_to("files")
        self.query_one("#files").add_class("-filtering")
        self._hint()
        self.set_focus(self.query_one("#needle"))

    def _hint(self, problem: str = "") -> None:
        words = problem or f"{self.filter.how} · t changes · Enter keeps · Esc ends · n N go through"
        if self.query_one("#files").has_class("-filtering"):
            self.pane("files").border_subtitle = cast("str", Content(visible(words)))

    @on(Input.Changed, "#needle")
    def _needle_changed(self, event: Input.Changed) -> None:
        self._filter(replace(self.filter, needle=event.value))

    @on(Input.Submitted, "#needle")
    def _needle_submitted(self) -> None:
        self.set_focus(self.query_one(FileTree))

    def _filter(self, wanted: Filter) -> None:
        if self.report is None or self._wanted is None:
            return
        self._hint()
        self._want(self._wanted, wanted)

    def action_how(self) -> None:
        """Look for a part of the name, for its letters in order, for a regular expression."""
        how = HOWS[(HOWS.index(self.filter.how) + 1) % len(HOWS)]
        if not self.query_one("#files").has_class("-filtering"):
            self.action_filter()
        self._filter(replace(self.filter, how=how))

    def action_owner(self) -> None:
        """Show the files of one owner after the other, then all."""
        report = self.report
        if report is None:
            return
        there = [OWNERS.index(owner.owner) for owner in report.owners if owner.bytes]
        owners: list[int | None] = [None, *sorted(there)]
        place = owners.index(self.filter.owner) if self.filter.owner in owners else 0
        self._filter(replace(self.filter, owner=owners[(place + 1) % len(owners)]))

    def only_owner(self, name: str) -> None:
        """Show the files of one owner."""
        self._filter(replace(self.filter, owner=OWNERS.index(name)))
        self.go_to("files")

    def action_change(self) -> None:
        """Show what was added, then changed, then removed, then all."""
        place = _CHANGES.index(self.filter.sign)
        self._filter(replace(self.filter, sign=_CHANGES[(place + 1) % len(_CHANGES)]))

    def action_bigger(self) -> None:
        """Show files from a size on, ten times as large each time, then all."""
        place = STEPS.index(self.filter.at_least)
        self._filter(replace(self.filter, at_least=STEPS[(place + 1) % len(STEPS)]))

    def _clear_filter(self) -> None:
        # Emptied without its message: that would ask for the needle alone.
        needle = self.query_one("#needle", Input)
        with needle.prevent(Input.Changed):
            needle.value = ""
        self.query_one("#files").remove_class("-filtering")
        self.pane("files").border_subtitle = ""

    def _end_filter(self) -> None:
        self._clear_filter()
        if self._wanted is not None:
            self._want(self._wanted, Filter(how=self.filter.how))

    def action_sort(self) -> None:
        """Take the next order."""
        self._sort = SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)]
        self._choices = replace(self._choices, windows={})
        self._look(self.query_one(FileTree).selected)

    def _title_files(self) -> None:
        shown = self.query_one(FileTree).shown
        parts = ["3 Files"]
        if self._wanted is not None and self.report is not None:
            parts.append(self._wanted.words(len(self.report.layers)))
        if self._looking.waiting:
            parts.append("working …")
        elif shown is not None and shown.wish.filter:
            # In place of the order: a border's title has little room.
            parts += [*filter_words(shown.wish.filter), f"{shown.count:,}× {size(shown.found)}"]
        elif shown is not None:
            parts.append(f"by {shown.wish.sort}")
        self.pane("files").border_title = cast("str", Content(" · ".join(parts)))

    def describe(self) -> None:
        """Tell about the selection."""


def filter_words(wanted: Filter) -> list[str]:
    """What a filter asks for, each in a few words."""
    words = []
    if wanted.needle:
        sign = {"text": "", "fuzzy": "~", "regex": "="}[wanted.how]
        words.append(f"{sign}“{visible(wanted.needle)}”")
    if wanted.owner is not None:
        words.append(f"only {OWNERS[wanted.owner]}")
    if wanted.sign:
        words.append(f"only {_WORDS[wanted.sign]}")
    if wanted.at_least:
        words.append(f"from {size(wanted.at_least)}")
    return words
