"""The paths that differ between two images as a tree: bytes, sign and name; folders open and close."""

from __future__ import annotations

from textual.content import Content

from uvdive.base.units import delta
from uvdive.tui.desk.change_tree import Folder, Row, rows_of
from uvdive.tui.desk.changes import Change, in_brief
from uvdive.tui.frame.text import right, visible
from uvdive.tui.widgets.lists.rows import Rows

STYLES = {"+": "$sign-added", "-": "$sign-removed", "~": "$sign-changed", "→": "$text-accent"}


class ChangeTree(Rows):
    """Enter and Right open a folder, Left closes it and then goes up."""

    EMPTY = "No path differs."

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._root: Folder | None = None
        self._opened: set[bytes] = set()
        self._rows: tuple[Row, ...] = ()
        self._all = False

    def show(self, root: Folder, *, everything: bool) -> None:
        """Show a tree; with ``everything`` open, as what a filter left of it."""
        here = self.row_at_cursor
        self._root, self._all = root, everything
        self._arrange(here.folder.path if here is not None else None)

    def _arrange(self, path: bytes | None) -> None:
        root = self._root
        if root is None or not root.count:
            self._rows = ()
        else:
            self._rows = tuple(rows_of(root, _Everything() if self._all else self._opened))
        place = next((i for i, row in enumerate(self._rows) if row.folder.path == path), 0)
        self.changed(place)

    @property
    def row_at_cursor(self) -> Row | None:
        """The line under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def folder(self) -> Folder | None:
        """What is under the cursor."""
        row = self.row_at_cursor
        return None if row is None else row.folder

    @property
    def selected(self) -> Change | None:
        """The change of the path under the cursor itself."""
        return None if self.folder is None else self.folder.change

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._rows)

    def row(self, index: int, width: int) -> Content:  # noqa: ARG002 - cut by the base class
        """One line."""
        row = self._rows[index]
        folder, sign = row.folder, row.folder.sign
        brief = in_brief(folder.change) if folder.change is not None and not folder.weight else ""
        told = delta(folder.weight) if folder.weight else brief
        mark = ("▼ " if row.open else "▶ ") if folder.below else "  "
        tail = f"  {folder.count:,} paths" if folder.below and not row.open else ""
        moved = folder.change.moved if folder.change is not None else None
        if isinstance(moved, bytes):
            tail = f"  from {visible(moved)}"
        name = visible(folder.name) + ("/" if folder.below and folder.path != b"/" else "")
        return Content.assemble(
            (right(told, 11), "" if folder.weight else "$foreground 66%"),
            (f" {sign} ", STYLES[sign]),
            "  " * row.depth,
            mark,
            (name, "$sign-removed strike" if sign == "-" else ""),
            (tail, "$foreground 66%"),
        )

    def action_choose(self) -> None:
        """Open or close a folder, or tell that a path was chosen."""
        row = self.row_at_cursor
        if row is None:
            return
        if not row.folder.below or row.depth == 0:
            super().action_choose()
            return
        self._opened ^= {row.folder.path}
        self._all = False
        self._arrange(row.folder.path)

    def action_expand(self) -> None:
        """Open a folder; if it is open, go to its first entry."""
        row = self.row_at_cursor
        if row is None or not row.folder.below:
            return
        if row.open:
            self.action_move(1)
        else:
            self.action_choose()

    def action_collapse(self) -> None:
        """Close an open folder, else go to the one above."""
        row = self.row_at_cursor
        if row is None:
            return
        if row.open and row.depth:
            self.action_choose()
            return
        for index in range(self.cursor - 1, -1, -1):
            if self._rows[index].depth < row.depth:
                self.cursor = index
                return

    def _click_opens(self) -> bool:
        return self.folder is not None and bool(self.folder.below)


class _Everything(set[bytes]):
    """Holds every path."""

    def __contains__(self, _path: object) -> bool:
        return True
