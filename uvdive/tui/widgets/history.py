"""The layers that touched a path, and the paths that one of them changed below a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from uvdive.base.units import size
from uvdive.image.table import NONE
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.tree import Sign
from uvdive.tui.desk.scale import scaled
from uvdive.tui.frame.text import keep_end, one_line, right, visible
from uvdive.tui.frame.theme import glyph
from uvdive.tui.widgets.lists.files import SIGNS
from uvdive.tui.widgets.lists.rows import Rows

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport
    from uvdive.tui.desk.path_history import Changed, ChangedPaths, PathHistory, Step

BAR = 8
ROOM_FOR_BARS = 60


class HistoryList(Rows):
    """Layer, line, sign, bytes written, bytes that are there then, instruction."""

    EMPTY = "No layer has this path."

    def __init__(self, report: ImageReport, history: PathHistory, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.report = report
        self.history = history
        self._most = max((step.sums.size for step in history.steps), default=0)

    @property
    def count(self) -> int:
        """How many layers touched the path."""
        return len(self.history.steps)

    @property
    def selected(self) -> Step | None:
        """What the layer under the cursor did; None where none did anything."""
        return self.history.steps[self.cursor] if self.history.steps else None

    def row(self, index: int, width: int) -> Content:
        """One layer."""
        step = self.history.steps[index]
        layer = self.report.layers[step.sums.layer]
        line = f"L{layer.line}" if layer.line is not None else "base" if layer.base else ""
        sign, style = SIGNS[Sign(step.sign)]
        written = f"+{size(step.sums.written)}" if step.sums.written else ""
        bar = f" {scaled(step.sums.size, self._most, BAR)}" if width >= ROOM_FOR_BARS else ""
        return Content.assemble(
            (f"{layer.index:>3} {line:<5}", "$foreground 66%"),
            (f"{sign} ", style),
            right(written, 10),
            (right(size(step.sums.size), 10), "bold"),
            (bar, "$foreground 66%"),
            f" {one_line(layer.instruction or layer.created_by)}",
        )


class ChangedList(Rows):
    """The paths that a layer changed: sign, bytes, owner, name below the folder."""

    EMPTY = "Looking …"

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.found: ChangedPaths | None = None

    def show(self, found: ChangedPaths | None) -> None:
        """Show what a layer changed; None while it is looked up."""
        self.found = found
        self.changed(0)

    @property
    def selected(self) -> Changed | None:
        """The path under the cursor; None on the line that tells of more."""
        found = self.found
        return found.paths[self.cursor] if found is not None and self.cursor < len(found.paths) else None

    @property
    def count(self) -> int:
        """How many rows there are, the one that tells of more counted."""
        found = self.found
        return 0 if found is None else len(found.paths) + (found.count > len(found.paths))

    def empty(self) -> str:
        """Why there are no rows."""
        return self.EMPTY if self.found is None else "Only folders: their owner, mode or time."

    def row(self, index: int, width: int) -> Content:
        """One path."""
        assert self.found is not None
        if index >= len(self.found.paths):
            more = self.found.count - len(self.found.paths)
            return Content.styled(
                f"… {more:,} smaller ones; f shows the folder in the files", "$foreground 66%"
            )
        one = self.found.paths[index]
        sign, style = SIGNS[Sign(one.sign)]
        mark = glyph(OWNERS[one.owner]) if one.owner != NONE else (" ", "")
        gone = "$sign-removed strike" if one.sign == Sign.REMOVED else ""
        return Content.assemble(
            (f"{sign} ", style),
            (right(size(one.bytes), 9), "" if one.bytes else "$foreground 66%"),
            " ",
            mark,
            " ",
            (keep_end(visible(one.name), max(10, width - 14)), gone),
        )
