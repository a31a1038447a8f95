"""A file's content or diff, and the list of its versions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textual.content import Content

from uvdive.base.units import size
from uvdive.ledger.report import ImageReport
from uvdive.tui.desk.file_contents import Version
from uvdive.tui.frame.text import one_line, right, visible
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.words.diff_lines import Half, Pair
from uvdive.tui.words.file_text import Body, hex_row

STEP = 16
"""Cells that a key scrolls sideways."""

_SIGNS = {
    "removed": ("-", "$sign-removed", "on $error 12%"),
    "added": ("+", "$sign-added", "on $success 12%"),
}


class ContentView(Rows):
    """The lines of a ``Body``; Left and Right scroll sideways."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.body: Body | None = None
        self.needle = ""
        self.matches: tuple[int, ...] = ()
        self._shift = 0

    def show(self, body: Body | None) -> None:
        """Show a body from its top; None while it is read."""
        self.body = body
        self._shift = 0
        self.matches = self._found()
        self.changed(0)

    def look_for(self, needle: str) -> None:
        """Mark what has these words, and go to the first match from the cursor on.

        Small letters stand for capitals too; of bytes, those that the words are in UTF-8 are looked for.
        """
        self.needle = needle
        self.matches = self._found()
        if self.matches:
            self.cursor = next((row for row in self.matches if row >= self.cursor), self.matches[0])
        self.refresh()

    def go_on(self, by: int) -> None:
        """Go to the next match, or with -1 to the one before, going round."""
        if not self.matches:
            return
        if by > 0:
            self.cursor = next((row for row in self.matches if row > self.cursor), self.matches[0])
        else:
            before = (row for row in reversed(self.matches) if row < self.cursor)
            self.cursor = next(before, self.matches[-1])

    def _found(self) -> tuple[int, ...]:
        """The rows that have the needle."""
        if not self.needle or not self.count or self.body is None:
            return ()
        if self.body.data:
            return tuple(_rows_with(self.body.data, self.needle))
        return tuple(row for row, text in enumerate(self._texts()) if self._spans(text))

    def _texts(self) -> Iterator[str]:
        body = self.body
        assert body is not None
        if body.pairs is None:
            yield from (line.plain for line in body.lines)
            return
        for pair in body.pairs:
            half = pair.new or pair.old
            yield half.text.plain if half is not None else ""

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where the needle stands in a text."""
        if not self.needle:
            return []
        flags = re.IGNORECASE if self.needle == self.needle.lower() else re.NOFLAG
        return [found.span() for found in re.finditer(re.escape(self.needle), text, flags)]

    @property
    def count(self) -> int:
        """How many rows there are."""
        body = self.body
        if body is None or body.problem is not None:
            return 0
        if body.pairs is not None:
            return len(body.pairs)
        return len(body.lines) or (len(body.data) + 15) // 16

    def empty(self) -> str:
        """Why there are no rows."""
        if self.body is None:
            return "Reading …"
        if self.body.problem is not None:
            return visible(f"{self.body.problem.what} {self.body.problem.do}")
        return self.body.note.capitalize() if self.body.pairs is not None else "The file is empty."

    def row(self, index: int, width: int) -> Content:
        """A line with its number, sixteen bytes, or a line of the diff."""
        body = self.body
        assert body is not None
        if body.pairs is not None:
            return self._pair(body.pairs[index], width)
        if not body.lines:
            return hex_row(body.data, index)
        return Content.assemble((f"{index + 1:>5} ", "$foreground 50%"), self._shifted(body.lines[index]))

    def _shifted(self, line: Content) -> Content:
        for start, end in self._spans(line.plain):
            line = line.stylize("bold reverse", start, end)
        return line[self._shift :] if self._shift else line

    def _pair(self, pair: Pair, width: int) -> Content:
        sign, style, background = _SIGNS.get(pair.tag, (" ", "", ""))
        half = pair.new or pair.old
        text = half.text if half is not None else Content("")
        return (
            Content.assemble(
                (f"{_number(pair.old)}{_number(pair.new)}", "$foreground 50%"),
                (f"{sign} ", style),
                self._shifted(text),
            )
            .truncate(width, pad=True)
            .stylize_before(background)
        )

    def action_expand(self) -> None:
        """Scroll to the right."""
        self._shift += STEP
        self.refresh()

    def action_collapse(self) -> None:
        """Scroll to the left."""
        self._shift = max(0, self._shift - STEP)
        self.refresh()


def _rows_with(data: bytes, needle: str) -> Iterator[int]:
    """The rows of sixteen bytes in which a match begins, each once."""
    flags = re.IGNORECASE if needle == needle.lower() else re.NOFLAG
    last = -1
    # By a look ahead: matches may overlap.
    for found in re.finditer(b"(?=" + re.escape(needle.encode()) + b")", data, flags):
        row = found.start() // 16
        if row != last:
            yield (last := row)


def _number(half: Half | None) -> str:
    return f"{half.number:>5} " if half is not None and half.number else " " * 6


class VersionList(Rows):
    """The layers that wrote a file."""

    def __init__(self, report: ImageReport, versions: tuple[Version, ...], id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.report = report
        self.versions = versions

    @property
    def count(self) -> int:
        """How many versions there are."""
        return len(self.versions)

    @property
    def selected(self) -> Version:
        """The version under the cursor."""
        return self.versions[self.cursor]

    def row(self, index: int, width: int) -> Content:  # noqa: ARG002 - cut by the base class
        """Layer, size, fate, instruction."""
        version = self.versions[index]
        layer = self.report.layers[version.layer]
        return Content.assemble(
            f"{version.layer:>3} {right(size(version.size), 9)} ",
            (f"{version.state:<13} ", "$foreground 66%"),
            one_line(layer.instruction or layer.created_by),
        )
