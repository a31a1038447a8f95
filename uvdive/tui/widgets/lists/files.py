"""The file tree: size, share, change, owner and name of every path in the view."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.tree import Sign
from uvdive.tui.desk.scale import scaled
from uvdive.tui.frame.text import right, visible
from uvdive.tui.frame.theme import MIXED, glyph
from uvdive.tui.widgets.lists.rows import Rows

if TYPE_CHECKING:
    from uvdive.tui.desk.file_lines import Shown
    from uvdive.tui.desk.outline import Choices, Line

SIGNS = {
    Sign.NONE: (" ", ""),
    Sign.ADDED: ("+", "$sign-added"),
    Sign.CHANGED: ("~", "$sign-changed"),
    Sign.REMOVED: ("-", "$sign-removed"),
}
_SPECIAL = {
    Kind.CHAR_DEVICE: " (device)",
    Kind.BLOCK_DEVICE: " (device)",
    Kind.FIFO: " (pipe)",
}

LEGEND = f"+ added  ~ changed  - removed  {MIXED} several owners"
"""What the signs in front of the files mean."""

WAITING = "Files appear once all layers are read."


class FileTree(Rows):
    """The lines that the desk sent; Enter and Right open, Left closes and then goes up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "hit(1)", "Next match", show=False),
        Binding("N", "hit(-1)", "Match before", show=False),
        # Not Left, as in other lists: there is no such action here, so that the screen has the key.
        Binding("h", "", show=False),
    ]

    class Asked(Message):
        """The user opened or closed something: other lines are to be shown.

        The cursor goes to ``node``; without one it stays on its line.
        """

        def __init__(self, choices: Choices, node: int | None) -> None:
            super().__init__()
            self.choices = choices
            self.node = node

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.shown: Shown | None = None
        self.waiting = WAITING

    @property
    def lines(self) -> list[Line]:
        """What is shown."""
        return self.shown.lines if self.shown is not None else []

    def show(self, shown: Shown, keep: int | None = None) -> None:
        """Show other lines.

        The cursor goes to the node ``keep`` where that is there; else to the first match
        of a new filter, to the path that was asked for, or stays on its line.
        """
        old = self.shown.wish.filter if self.shown is not None else None
        self.shown = shown
        first = self._next_match(-1, 1) if shown.wish.filter and shown.wish.filter != old else None
        kept = next((i for i, line in enumerate(shown.lines) if line.node == keep and line.is_path), None)
        if kept is not None and not shown.wish.reveal:
            self.changed(kept)
        elif first is not None and not shown.wish.reveal:
            self.changed(first)
        elif shown.wish.node is None:
            self.changed()
        else:
            self.changed(shown.place or 0)

    def wait(self, words: str) -> None:
        """Show no files but these words, until there are some."""
        self.waiting = words
        self.refresh()

    @property
    def selected(self) -> int | None:
        """The node under the cursor; None where there are no lines."""
        line = self.line
        return line.node if line is not None else None

    @property
    def line(self) -> Line | None:
        """The line under the cursor."""
        lines = self.lines
        return lines[self.cursor] if self.cursor < len(lines) else None

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.lines)

    def empty(self) -> str:
        """Why there are no lines."""
        if self.shown is None:
            return self.waiting
        if self.shown.wish.filter:
            return "Nothing fits the filter. Esc ends it."
        return "This layer has no files."

    def row(self, index: int, width: int) -> Content:
        """Size, share, change sign, owner mark, name."""
        assert self.shown is not None
        line = self.lines[index]
        indent = "  " * line.depth
        if not line.is_path:
            bar = " " * 9 if width >= 60 else ""
            less = right(f"-{size(line.once)}" if line.once else "", 9)
            return Content.styled(f"{less}{bar}     {indent}{_apart(line)}", "$foreground 66%")
        sign, sign_style = SIGNS[Sign(line.sign)]
        bar = ""
        if width >= 60:
            bar = f" {scaled(line.weight, self.shown.bytes + self.shown.removed, 8)}"
        return Content.assemble(
            (right(size(line.weight), 9), "$foreground 66%" if not line.weight else ""),
            (bar, "$foreground 66%"),
            (f" {sign}", sign_style),
            *_mark(line.owners),
            f" {indent}",
            _named(line),
        )

    def action_choose(self) -> None:
        """Open or close a folder, show more of one, or tell that a file was chosen."""
        line = self.line
        if line is None or self.shown is None:
            return
        choices = self.shown.wish.choices
        if line.once:
            return
        if line.more:
            # The entry that was the first of those shown, or the first of the new ones.
            node = self.lines[self.cursor + 1].node if line.above else None
            self.post_message(self.Asked(choices.more(line.node, above=line.above), node))
        elif line.folder:
            changed = choices.close(line.node) if line.open else choices.open(line.node)
            self.post_message(self.Asked(changed, line.node))
        else:
            super().action_choose()

    def action_expand(self) -> None:
        """Open a folder; if it is open, go to its first entry."""
        line = self.line
        if line is None:
            return
        if line.more or (line.folder and not line.open):
            self.action_choose()
        elif line.folder:
            self.action_move(1)

    def action_collapse(self) -> None:
        """Close an open folder, else go to the one above."""
        line = self.line
        if line is None:
            return
        if line.folder and line.open:
            self.action_choose()
            return
        for index in range(self.cursor - 1, -1, -1):
            if self.lines[index].depth < line.depth:
                self.cursor = index
                return

    def action_hit(self, by: int) -> None:
        """Go to the next or the previous match."""
        index = self._next_match(self.cursor, by)
        if index is not None:
            self.cursor = index

    def _next_match(self, start: int, by: int) -> int | None:
        """The line of the next path that the filter asks for, going round."""
        lines = self.lines
        for step in range(1, len(lines) + 1):
            index = (start + by * step) % len(lines)
            if lines[index].spans is not None:
                return index
        return None

    def _click_opens(self) -> bool:
        line = self.line
        return line is not None and (bool(line.more) or line.folder)


def _apart(line: Line) -> str:
    """What a line says that is no path."""
    if line.once:
        return "hard links, counted once"
    if line.empty:
        return f"… {line.more:,} of 0 B; Enter shows them"
    which = "before; Enter shows the last of them" if line.above else "more; Enter shows the next"
    return f"… {line.more:,} {which}"


def _mark(owners: int) -> tuple[str | tuple[str, str], ...]:
    """The mark of the one owner of all that is there, or of several."""
    if owners and not owners & (owners - 1):
        return " ", glyph(OWNERS[owners.bit_length() - 1])
    return " ", (MIXED if owners else " ", "$foreground 66%")


def _named(line: Line) -> Content:
    bare = name = visible(line.name) if line.node else "/"
    tail = ""
    if line.folder:
        name = f"{'▼' if line.open else '▶'} {name}{'/' if line.node else ''}"
    else:
        name = f"  {name}"
        kind = Kind(line.kind)
        tail = f" → {visible(line.link)}" if line.link is not None else _SPECIAL.get(kind, "")
    gone = line.sign == Sign.REMOVED
    content = Content.assemble((name, "$sign-removed strike" if gone else ""), (tail, "$foreground 66%"))
    for first, last in line.spans or ():
        if last <= len(bare):
            content = content.stylize("bold underline", first + 2, last + 2)
    return content
