"""The lines of a Dockerfile with the bytes and the seconds that each made beside them."""

from __future__ import annotations

from collections import Counter

from textual.content import Content

from uvdive.base.units import size
from uvdive.build.line_times import LineTime
from uvdive.tui.frame.text import right
from uvdive.tui.widgets.bars import measured
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.words.diff_lines import coloured
from uvdive.tui.words.dockerfile_lines import DockerLine, Listing

BAR = 10
ROOM_FOR_BARS = 60

_TOOK = {
    "cached": ("cached", "$foreground 66%"),
    "failed": ("failed", "$text-error"),
    "cancelled": ("stopped", "$text-warning"),
    "running": ("running", "$text-accent"),
}


class DockerfileView(Rows):
    """Number, bytes, seconds of the build that was seen, owners' bar and text of each line."""

    EMPTY = "The file is empty."

    def __init__(self, listing: Listing, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.listing = listing
        self._texts = coloured("\n".join(" ".join(line.text.splitlines()) for line in listing.lines))
        self._most = max((line.bytes for line in listing.lines), default=0)
        self._timed = any(line.took is not None for line in listing.lines)

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.listing.lines)

    @property
    def selected(self) -> DockerLine | None:
        """The line under the cursor."""
        lines = self.listing.lines
        return lines[self.cursor] if self.cursor < len(lines) else None

    def go_to(self, number: int) -> None:
        """Put the cursor on a line by its number."""
        place = next((i for i, line in enumerate(self.listing.lines) if line.number == number), None)
        if place is not None:
            self.cursor = place

    def go_to_layer(self, layer: int) -> None:
        """Put the cursor on the line that made a layer, where one did."""
        for place, line in enumerate(self.listing.lines):
            if any(made.index == layer for made in line.layers):
                self.cursor = place
                return

    def row(self, index: int, width: int) -> Content:
        """One line."""
        line = self.listing.lines[index]
        number = str(line.number) if line.number else ""
        known = size(line.bytes) if line.layers else "│" if line.inside else ""
        text = self._texts[index] if index < len(self._texts) else Content("")
        return Content.assemble(
            (f"{number:>4} ", "$foreground 66%"),
            (right(known, 9), "" if line.bytes else "$foreground 66%"),
            " ",
            _took(line.took) if self._timed else "",
            self._bar(line) if width >= ROOM_FOR_BARS else "",
            text,
        )

    def _bar(self, line: DockerLine) -> Content:
        owners: Counter[str] = Counter()
        for layer in line.layers:
            owners.update(layer.owners)
        return measured(owners, self._most, BAR).append(" ")

    def action_expand(self) -> None:
        """Walk on to the next instruction that made bytes."""
        self._walk(1)

    def action_collapse(self) -> None:
        """Walk back to the one before."""
        self._walk(-1)

    def _walk(self, by: int) -> None:
        place = self.cursor + by
        while 0 <= place < self.count:
            if self.listing.lines[place].bytes:
                self.cursor = place
                return
            place += by


def _took(took: LineTime | None) -> Content:
    """The seconds of a line's step, or why it has none."""
    if took is None:
        return Content(" " * 9)
    words, style = _TOOK.get(took.state, (f"{took.seconds or 0:,.1f} s", ""))
    return Content.assemble((right(words, 8), style), " ")
