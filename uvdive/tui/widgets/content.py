"""A file's content or diff, and the list of its versions."""

from __future__ import annotations

from textual.content import Content

from uvdive.base.units import size
from uvdive.ledger.report import ImageReport
from uvdive.tui.desk.file_contents import Version
from uvdive.tui.frame.text import one_line, right, visible
from uvdive.tui.widgets.rows import Rows
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
        self._shift = 0

    def show(self, body: Body | None) -> None:
        """Show a body from its top; None while it is read."""
        self.body = body
        self._shift = 0
        self.changed(0)

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
