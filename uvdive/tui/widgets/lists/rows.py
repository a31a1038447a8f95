"""A list that draws only the rows that can be seen: the base of every list in the app."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions


class Rows(ScrollView, can_focus=True):
    """Rows of one line each; a subclass says how many there are and draws one.

    Arrows and hjkl, Home/End and g/G, pages and half pages, Enter and the mouse.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False),
        Binding("home,g", "edge(0)", "First", show=False),
        Binding("end,G", "edge(-1)", "Last", show=False),
        Binding("enter,space", "choose", "Open", show=False),
        Binding("right,l", "expand", "Expand", show=False),
        Binding("left,h", "collapse", "Collapse", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--empty"}
    DEFAULT_CSS = """
    Rows {
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        & > .rows--cursor { background: $foreground 10%; }
        & > .rows--empty { color: $foreground 66%; }
        &:focus > .rows--cursor {
            background: $foreground 22%;
            text-style: bold;
        }
        &:ansi > .rows--cursor { text-style: bold; }
        &:ansi:focus > .rows--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
    }
    """

    cursor = reactive(0, init=False)
    EMPTY = ""

    class Highlighted(Message):
        """The cursor is on another row, or the row under it is another."""

        def __init__(self, rows: Rows, index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

        @property
        def control(self) -> Rows:
            """The list it happened in."""
            return self.rows

    class Chosen(Message):
        """Enter or a double click on a row."""

        def __init__(self, rows: Rows, index: int) -> None:
            super().__init__()
            self.rows = rows
            self.index = index

        @property
        def control(self) -> Rows:
            """The list it happened in."""
            return self.rows

    @property
    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row(self, index: int, width: int) -> Content:
        """Draw one row, ``width`` cells wide."""
        raise NotImplementedError

    def lit(self, index: int) -> bool:
        """Is this row drawn as the one under the cursor?"""
        return index == self.cursor

    def empty(self) -> str:
        """What to say where there are no rows."""
        return self.EMPTY

    def say(self, words: str) -> None:
        """Say something else where there are no rows."""
        self.EMPTY = words
        self.refresh()

    def changed(self, cursor: int | None = None) -> None:
        """Draw anew after the rows changed; put the cursor on ``cursor`` or keep it in range."""
        self.virtual_size = Size(self.scrollable_content_region.width, self.count)
        wanted = self.cursor if cursor is None else cursor
        wanted = max(0, min(wanted, self.count - 1))
        if wanted == self.cursor:
            self._tell()
        self.cursor = wanted
        self._show_cursor()
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self.virtual_size = Size(self.scrollable_content_region.width, self.count)
        self._show_cursor()

    def watch_cursor(self) -> None:
        """Follow the cursor."""
        self._show_cursor()
        self.refresh()
        self._tell()

    def _tell(self) -> None:
        if self.count:
            self.post_message(self.Highlighted(self, self.cursor))

    def _show_cursor(self) -> None:
        height = self.scrollable_content_region.height
        if height <= 0:
            return
        top = round(self.scroll_target_y)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        """One line of the screen: a row, the words for no rows, or nothing."""
        width = self.scrollable_content_region.width
        index = y + round(self.scroll_offset.y)
        if not self.count and y == 0:
            return self._strip(Content(self.empty()), width, index, self.get_visual_style("rows--empty"))
        if index >= self.count:
            return Strip.blank(width, self.visual_style.rich_style)
        classes = ("rows--cursor",) if self.lit(index) else ()
        return self._strip(self.row(index, width), width, index, self.get_visual_style(*classes))

    def _strip(self, content: Content, width: int, index: int, style: Style) -> Strip:
        selection = self.text_selection
        span = selection.get_span(index) if selection is not None else None
        if span is not None:
            start, end = span
            mark = Style.from_styles(self.screen.get_component_styles("screen--selection"))
            content = content.stylize(mark, start, None if end == -1 else end)
        content = content.truncate(width, ellipsis=True, pad=True)
        strips = content.render_strips(
            width, 1, style, RenderOptions(self._get_style, {"text_wrap": "nowrap"})
        )
        strip = strips[0] if strips else Strip.blank(width)
        return strip.adjust_cell_length(width, style.rich_style).apply_offsets(0, index)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text that the mouse selected, of the rows as they are drawn."""
        width = self.scrollable_content_region.width
        first = selection.start.y if selection.start is not None else 0
        last = selection.end.y if selection.end is not None else self.count - 1
        # The rows before the selection count as lines, but nobody has to draw them.
        lines = [""] * first + [self.row(i, width).plain for i in range(first, min(last + 1, self.count))]
        return selection.extract("\n".join(lines)), "\n"

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(self.cursor + by, self.count - 1))

    def action_page(self, by: float) -> None:
        """Move by pages."""
        self.action_move(int(by * max(2, self.scrollable_content_region.height)))

    def action_edge(self, where: int) -> None:
        """Move to the first or the last row."""
        self.cursor = 0 if where == 0 else max(0, self.count - 1)

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.count:
            self.post_message(self.Chosen(self, self.cursor))

    def action_expand(self) -> None:
        """Open the row; in a plain list the same as Enter."""
        self.action_choose()

    def action_collapse(self) -> None:
        """Close the row; a plain list has nothing to close."""

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row; a second click chooses it."""
        index = event.y - self.gutter.top + round(self.scroll_offset.y)
        if not 0 <= index < self.count:
            return
        again = index == self.cursor
        self.cursor = index
        if event.chain > 1 or (again and self._click_opens()):
            self.action_choose()

    def _click_opens(self) -> bool:
        """Does one click on the selected row already choose it?"""
        return False
