"""The lines of a Dockerfile with the bytes that each made beside them."""

from __future__ import annotations

from collections import Counter

from textual.content import Content

from uvdive.base.units import size
from uvdive.tui.frame.text import right
from uvdive.tui.widgets.bars import stacked
from uvdive.tui.widgets.rows import Rows
from uvdive.tui.words.diff_lines import coloured
from uvdive.tui.words.dockerfile_lines import DockerLine, Listing

BAR = 10
ROOM_FOR_BARS = 60


class DockerfileView(Rows):
    """Number, bytes, owners' bar and text of each line."""

    EMPTY = "The file is empty."

    def __init__(self, listing: Listing, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.listing = listing
        self._texts = coloured("\n".join(" ".join(line.text.splitlines()) for line in listing.lines))
        self._most = max((line.bytes for line in listing.lines), default=0)

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
            self._bar(line) if width >= ROOM_FOR_BARS else "",
            text,
        )

    def _bar(self, line: DockerLine) -> Content:
        owners: Counter[str] = Counter()
        for layer in line.layers:
            owners.update(layer.owners)
        wide = max(1, round(BAR * line.bytes / self._most)) if line.bytes else 0
        return stacked(owners, wide).append(" " * (BAR + 1 - wide))
