"""Going about the map: into a part and out again, by folder, package or layer; a screen has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from uvdive.base.errors import UvdiveError
from uvdive.ledger.view.treemap import BYS, By, Part
from uvdive.tui.desk.map_parts import MapShown, MapWish, draw_map
from uvdive.tui.frame.jobs import Job
from uvdive.tui.frame.newest import Newest
from uvdive.tui.widgets.treemap import TreeMap


class Mapping:
    """Asks the desk for what its widget draws.

    Args:
        screen: whose jobs they are.
        widget: finds the widget, once it is there.
        drawn: called when something else is drawn.
        failed: takes an error that a person can do something about.
    """

    def __init__(
        self,
        screen: Screen[Any],
        widget: Callable[[], TreeMap],
        drawn: Callable[[], None],
        failed: Callable[[UvdiveError], None],
    ) -> None:
        self.by: By = "folder"
        self.way: list[Part] = []
        self._widget = widget
        self._drawn = drawn
        self._came_from: Part | None = None
        self._asking = Newest("map", screen, self._show, failed)

    @property
    def waiting(self) -> bool:
        """Is something being laid out?"""
        return self._asking.waiting

    @property
    def inside(self) -> bool:
        """Did one go into a part?"""
        return len(self.way) > 1

    def ask(self) -> None:
        """Ask for as much as fits where one is; nothing while the widget has no room."""
        room = self._widget().content_size
        if room.width and room.height:
            whole = self.way[-1] if self.way else None
            self._asking.ask(draw_map, MapWish(self.by, whole, room.width, room.height))

    def take(self, message: Job.Done | Job.Failed) -> bool:
        """Take an answer; False for the message of another job."""
        return self._asking.take(message)

    def _show(self, shown: MapShown) -> None:
        widget = self._widget()
        before = widget.selected if widget.shown and widget.shown.whole == shown.whole else None
        if not self.way:
            self.way = [shown.whole]
        widget.show(shown, self._came_from or before)
        self._came_from = None
        self._drawn()

    @property
    def problem(self) -> str:
        """Why one cannot go into the part under the cursor."""
        part = self._widget().selected
        if part is None:
            return "Nothing is selected."
        if part.count:
            return "These are too small to be drawn one by one."
        return "" if part.folder else "There is nothing inside of it."

    def go_in(self) -> None:
        """Go into the part under the cursor."""
        part = self._widget().selected
        if part is not None and not self.problem:
            self.way.append(part)
            self.ask()

    def go_out(self) -> bool:
        """Go out again, to the part that one came from; False at the top."""
        if not self.inside:
            return False
        self._came_from = self.way.pop()
        self.ask()
        return True

    def next_by(self) -> None:
        """Divide the whole image in the next way."""
        self.by = BYS[(BYS.index(self.by) + 1) % len(BYS)]
        self.way = []
        self.ask()
