"""The rows of a ``Table``, with its head as a line of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from uvdive.tui.desk.listing import Column, Page, Table
from uvdive.tui.frame.text import keep_end, visible
from uvdive.tui.widgets.lists.rows import Rows

_CLOSED, _OPEN = "▶ ", "▼ "
"""What is drawn before the name of a row that opens or closes."""


class Listing(Rows):
    """A page of a table; the last row says how much is not listed."""

    def __init__(self, table: Table[Any], empty: str, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.table = table
        self.page: Page[Any] = Page((), 0, 0)
        self.filtered = False
        self.EMPTY = empty

    def show(self, page: Page[Any], *, filtered: bool) -> None:
        """Show a page; the cursor stays on its item where that is still there."""
        item = self.selected
        self.page, self.filtered = page, filtered
        place = next((i for i, row in enumerate(page.rows) if row is item), 0)
        self.changed(place)

    @property
    def selected(self) -> Any:
        """The item under the cursor; None where there is none."""
        rows = self.page.rows
        return rows[self.cursor] if self.cursor < len(rows) else None

    @property
    def count(self) -> int:
        """How many rows there are, the one that tells of more counted."""
        return len(self.page.rows) + (self.page.more > 0)

    def empty(self) -> str:
        """Why there are no rows."""
        return "Nothing fits the filter. Esc ends it." if self.filtered else self.EMPTY

    def row(self, index: int, width: int) -> Content:
        """The item's cells in their columns."""
        if index >= len(self.page.rows):
            return Content.styled(f"… {self.page.more:,} more; / finds them", "$foreground 66%")
        return line(self.table, self.table.cells(self.page.rows[index]), width)


class Folding(Listing):
    """Rows that open and close, told by what is drawn before them; the cursor stays on its row.

    ``key_of`` tells a row from the others, however it is drawn; None where only itself does.
    """

    class Folded(Message):
        """The row under the cursor shall be open, or closed."""

        def __init__(self, key: Any, *, open_: bool) -> None:
            super().__init__()
            self.key, self.open = key, open_

    def __init__(self, table: Table[Any], empty: str, key_of: Callable[[Any], Any], id: str) -> None:  # noqa: A002
        super().__init__(table, empty, id)
        self._key_of = key_of

    def show(self, page: Page[Any], *, filtered: bool) -> None:
        """Show a page."""
        key = None if self.selected is None else self._key_of(self.selected)
        super().show(page, filtered=filtered)
        if key is not None:
            self.changed(next((i for i, row in enumerate(page.rows) if self._key_of(row) == key), 0))

    def _folds(self, mark: str) -> bool:
        return str(getattr(self.selected, "lead", "")).endswith(mark)

    def toggle(self) -> None:
        """Open the row where it is closed, else close it."""
        self.post_message(self.Folded(self._key_of(self.selected), open_=self._folds(_CLOSED)))

    def action_expand(self) -> None:
        """Open the row; where nothing is closed, the same as Enter."""
        if self._folds(_CLOSED):
            self.toggle()
        else:
            super().action_expand()

    def action_collapse(self) -> None:
        """Close the row."""
        if self._folds(_OPEN):
            self.toggle()


class Head(Static):
    """The titles of the columns, as wide as the rows below."""

    def __init__(self, table: Table[Any], id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._table = table

    class Clicked(Message):
        """The title of a column that has an order was clicked; ``order`` is its place."""

        def __init__(self, order: int) -> None:
            super().__init__()
            self.order = order

    def on_click(self, event: events.Click) -> None:
        """Take the order of the column under the mouse."""
        x = event.x - self.gutter.left
        for column, wide in fitted(self._table, self.content_size.width):
            if 0 <= x <= wide:
                order = self._table.order_of(column)
                if order is not None:
                    self.post_message(self.Clicked(order))
                return
            x -= wide + 1

    def render(self) -> Content:
        """One line."""
        titles = [column.title for column in self._table.columns]
        # The rows have a scrollbar's cell less, where there is one.
        return line(self._table, titles, self.content_size.width).stylize("$foreground 66%")


def line(table: Table[Any], cells: Sequence[bytes | str], width: int) -> Content:
    """Cells in their columns."""
    texts = dict(zip(table.columns, cells, strict=True))
    parts = []
    for column, wide in fitted(table, width):
        cell = visible(texts[column])
        kept = keep_end(cell, wide) if column.tail and isinstance(texts[column], bytes) else cell
        content = Content(kept).truncate(wide, ellipsis=True)
        gap = " " * max(0, wide - content.cell_length)
        parts.append(Content.assemble(gap, content) if column.right else Content.assemble(content, gap))
    return Content(" ").join(parts)


def fitted(table: Table[Any], width: int) -> list[tuple[Column, int]]:
    """The columns with their widths; where there is no room, those that may go are left out."""
    shown = list(table.columns)
    if _left(shown, width) < table.room:
        shown = [column for column in shown if column.narrow]
    left = max(1, _left(shown, width))
    return [(column, column.width or left) for column in shown]


def _left(shown: list[Column], width: int) -> int:
    return width - sum(column.width for column in shown) - len(shown) + 1
