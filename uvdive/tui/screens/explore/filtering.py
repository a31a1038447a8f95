"""The filter of the files: the line for its words, and the keys that leave something out."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.content import Content
from textual.widgets import Input

from uvdive.ledger.view.filter import Filter
from uvdive.tui.desk.places import Span
from uvdive.tui.frame.actions import ActionScreen
from uvdive.tui.frame.panes import Panes
from uvdive.tui.frame.text import visible
from uvdive.tui.screens.explore.browsing import Browsing
from uvdive.tui.widgets.lists.files import LEGEND, FileTree

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport


class Filtering(ActionScreen, Panes):
    """A screen with the files of a ``report`` and a line ``needle``; a subclass shows what is wanted."""

    report: ImageReport | None = None

    def __init__(self) -> None:
        super().__init__()
        self.browsing = Browsing()

    def _want(self, span: Span, wanted: Filter | None = None) -> None:
        """Show the files of some layers through a filter."""
        raise NotImplementedError

    @property
    def filtering(self) -> bool:
        """Is there a filter, or the line for its words?"""
        return bool(self.browsing.filter) or self._filter_is_open

    @property
    def _filter_is_open(self) -> bool:
        return self.query_one("#files").has_class("-filtering")

    def action_filter(self) -> None:
        """Open the line for the filter."""
        self.go_to("files")
        self.query_one("#files").add_class("-filtering")
        self._hint()
        self.set_focus(self.query_one("#needle"))

    def _hint(self, problem: str = "") -> None:
        how = self.browsing.filter.how
        words = problem or f"{how} · t changes · Enter keeps · Esc ends · n N go through"
        if self._filter_is_open:
            self.pane("files").border_subtitle = cast("str", Content(visible(words)))

    @on(Input.Changed, "#needle")
    def _needle_changed(self, event: Input.Changed) -> None:
        self._filter(self.browsing.for_words(event.value))

    @on(Input.Submitted, "#needle")
    def _needle_submitted(self) -> None:
        self.set_focus(self.query_one(FileTree))

    def _filter(self, wanted: Filter) -> None:
        span = self.browsing.span
        if self.report is None or span is None:
            return
        self._hint()
        self._want(span, wanted)

    def action_how(self) -> None:
        """Look for a part of the name, for its letters in order, for a regular expression."""
        if not self._filter_is_open:
            self.action_filter()
        self._filter(self.browsing.next_how())

    def action_owner(self) -> None:
        """Show the files of one owner after the other, then all."""
        if self.report is not None:
            there = {owner.owner for owner in self.report.owners if owner.bytes}
            self._filter(self.browsing.next_owner(there))

    def action_change(self) -> None:
        """Show what was added, then changed, then removed, then all."""
        self._filter(self.browsing.next_change())

    def action_bigger(self) -> None:
        """Show files from a size on, ten times as large each time, then all."""
        self._filter(self.browsing.next_size())

    def _close_filter(self) -> None:
        # Emptied without its message: that would ask for the needle alone.
        needle = self.query_one("#needle", Input)
        with needle.prevent(Input.Changed):
            needle.value = ""
        self.query_one("#files").remove_class("-filtering")
        self.pane("files").border_subtitle = LEGEND

    def end_filter(self) -> None:
        """Show all files, and give them the keys."""
        self._close_filter()
        if self.browsing.span is not None:
            self._want(self.browsing.span, self.browsing.unfiltered())
        self.set_focus(self.query_one(FileTree))
