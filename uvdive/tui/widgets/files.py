"""The file tree: size, share, change, owner and name of every path in the view."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from uvdive.base.units import size
from uvdive.image.table import NONE, Kind
from uvdive.ledger.report import OWNERS
from uvdive.ledger.tree import SORTS, Sign, TreeView, owner_of
from uvdive.ledger.treefilter import Filter, Hit, Hits
from uvdive.tui.outline import Line, Outline
from uvdive.tui.text import right, visible
from uvdive.tui.theme import MIXED, glyph
from uvdive.tui.widgets.bars import scaled
from uvdive.tui.widgets.rows import Rows

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


class FileTree(Rows):
    """The lines of an ``Outline``; Enter and Right open, Left closes and then goes up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "hit(1)", "Next match", show=False),
        Binding("N", "hit(-1)", "Match before", show=False),
    ]

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.outline: Outline | None = None
        self.waiting = "The files come once all layers are read."

    def show(self, view: TreeView, wanted: Filter | None = None, hits: Hits | None = None) -> None:
        """Show a view through a filter (by default the one that is there already).

        The cursor stays on its path, or goes to the first match of a new filter.
        """
        node = self.selected
        if self.outline is None:
            self.outline = Outline(view, wanted=wanted or Filter(), hits=hits)
            new = bool(wanted)
        else:
            wanted = self.outline.wanted if wanted is None else wanted
            new = wanted != self.outline.wanted
            self.outline.show(view, wanted, hits)
        first = self.outline.first_match() if new else None
        if first is not None:
            self.changed(first)
        else:
            self._stay(node)

    def reveal(self, node: int) -> bool:
        """Open the folders above a path and go to it; False where the view does not show it."""
        if self.outline is None or not self.outline.view.shown[node]:
            return False
        self.outline.reveal(node)
        index = self.outline.index_of(node)
        while index is None and self.outline.extend_to(node):
            index = self.outline.index_of(node)
        if index is not None:
            self.changed(index)
        return index is not None

    def wait(self, words: str) -> None:
        """Show no files but these words, until the next view."""
        self.waiting = words
        self.refresh()

    def cycle_sort(self) -> None:
        """Take the next order."""
        if self.outline is None:
            return
        node = self.selected
        self.outline.sort = SORTS[(SORTS.index(self.outline.sort) + 1) % len(SORTS)]
        self.outline.rebuild()
        self._stay(node)

    @property
    def selected(self) -> int | None:
        """The node under the cursor; None where there are no lines."""
        line = self._line
        return line.node if line is not None else None

    @property
    def _line(self) -> Line | None:
        lines = self.outline.lines if self.outline else []
        return lines[self.cursor] if self.cursor < len(lines) else None

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.outline.lines) if self.outline else 0

    def empty(self) -> str:
        """Why there are no lines."""
        if self.outline is None:
            return self.waiting
        if self.outline.wanted:
            return "Nothing fits the filter. Esc ends it."
        return "This layer has no files."

    def _stay(self, node: int | None) -> None:
        index = None if node is None or self.outline is None else self.outline.index_of(node)
        self.changed(0 if index is None else index)

    def row(self, index: int, width: int) -> Content:
        """Size, share, change sign, owner mark, name."""
        assert self.outline is not None
        line, view = self.outline.lines[index], self.outline.view
        indent = "  " * line.depth
        if line.more:
            text = f"{indent}… {line.more:,} more; Enter shows the next"
            return Content.styled(" " * (19 if width >= 60 else 10) + "    " + text, "$foreground 60%")
        node = line.node
        sign, sign_style = SIGNS[Sign(view.sign[node])]
        gone = sign == "-"
        count = view.removed[node] if gone else view.size[node] or view.removed[node]
        bar = ""
        if width >= 60:
            whole = view.size[0] + view.removed[0]
            bar = f" {scaled(count, whole, 8)}"
        return Content.assemble(
            (right(size(count), 9), "$foreground 60%" if not count else ""),
            (bar, "$foreground 60%"),
            (f" {sign}", sign_style),
            *self._mark(view, node),
            f" {indent}",
            self._named(line, gone=gone),
        )

    def _mark(self, view: TreeView, node: int) -> tuple[str | tuple[str, str], ...]:
        owner = owner_of(view, node)
        if owner is not None:
            return " ", glyph(OWNERS[owner])
        return " ", (MIXED if view.owners[node] else " ", "$foreground 60%")

    def _named(self, line: Line, *, gone: bool) -> Content:
        assert self.outline is not None
        view, table, node = self.outline.view, self.outline.view.table, line.node
        bare = name = visible(table.names[node]) if node else "/"
        entry = view.entry[node]
        tail = ""
        if line.folder:
            name = f"{'▼' if line.open else '▶'} {name}{'/' if node else ''}"
        else:
            name = f"  {name}"
            kind = Kind(table.entry_kind[entry])
            if kind == Kind.SYMLINK and table.entry_link[entry] != NONE:
                tail = f" → {visible(table.links[table.entry_link[entry]])}"
            else:
                tail = _SPECIAL.get(kind, "")
        content = Content.assemble((name, "$sign-removed strike" if gone else ""), (tail, "$foreground 60%"))
        hits = self.outline.hits
        if hits is not None and hits.bits[node] & Hit.MATCH:
            for first, last in self.outline.wanted.spans(bare):
                content = content.stylize("bold underline", first + 2, last + 2)
        return content

    def action_choose(self) -> None:
        """Open or close a folder, show more of one, or tell that a file was chosen."""
        line = self._line
        if line is None or self.outline is None:
            return
        if line.more:
            self.outline.extend(line.node)
            self.changed(self.cursor)
        elif line.folder:
            self.outline.toggle(line.node)
            self._stay(line.node)
        else:
            super().action_choose()

    def action_expand(self) -> None:
        """Open a folder; if it is open, go to its first entry."""
        line = self._line
        if line is None:
            return
        if line.more or (line.folder and not line.open):
            self.action_choose()
        elif line.folder:
            self.action_move(1)

    def action_collapse(self) -> None:
        """Close an open folder, else go to the one above."""
        line = self._line
        if line is None or self.outline is None:
            return
        if line.folder and line.open:
            self.action_choose()
            return
        above = line.node if line.more else self.outline.view.table.node_parent[line.node]
        index = self.outline.index_of(above) if above >= 0 else None
        if index is not None:
            self.cursor = index

    def action_hit(self, by: int) -> None:
        """Go to the next or the previous match."""
        index = self.outline.next_match(self.cursor, by) if self.outline is not None else None
        if index is not None:
            self.cursor = index

    def _click_opens(self) -> bool:
        line = self._line
        if line is None:
            return False
        return bool(line.more) or line.folder
