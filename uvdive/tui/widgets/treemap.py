"""The map: rectangles whose areas are as the bytes, with their owners' colours and patterns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.visual import RenderOptions
from textual.widget import Widget

from uvdive.base.units import size
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.squares import Placed
from uvdive.ledger.view.treemap import Part
from uvdive.tui.desk.map_parts import MapShown
from uvdive.tui.frame.theme import LOOKS
from uvdive.tui.words.map_words import title

Box = Placed[Part]

HATCH = "╲ "
"""Bytes that are hidden by a later layer: stripes, one cell further in each line."""
LEAST_LABEL = 4
"""A rectangle of fewer columns has no room for a name."""


class TreeMap(Widget, can_focus=True):
    """Draws what the desk laid out; the cursor goes about the parts that one can go into."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(0, -1)", "Up", show=False),
        Binding("down,j", "step(0, 1)", "Down", show=False),
        Binding("left,h", "step(-1, 0)", "Left", show=False),
        Binding("right,l", "step(1, 0)", "Right", show=False),
        Binding("home,g", "edge(0)", "Largest", show=False),
        Binding("end,G", "edge(-1)", "Smallest", show=False),
        Binding("enter,space", "choose", "Go in", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"treemap--cursor"}
    DEFAULT_CSS = """
    TreeMap {
        & > .treemap--cursor { text-style: bold reverse; }
    }
    """

    cursor = reactive(0, init=False)

    class Sized(Message):
        """There is another number of cells to fill."""

    class Highlighted(Message):
        """The cursor is on another part."""

    class Chosen(Message):
        """Enter, or a click on the part under the cursor."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual calls it so
        super().__init__(id=id)
        self.shown: MapShown | None = None
        self._words = "The map is known once all layers are read."
        self._top: tuple[Box, ...] = ()
        self._rows: dict[int, list[Box]] = {}
        self._strips: dict[int, Strip] = {}

    def say(self, words: str) -> None:
        """Say something where there is no map."""
        self._words = words
        self._strips = {}
        self.refresh()

    def show(self, shown: MapShown, part: Part | None = None) -> None:
        """Draw this, with the cursor on a part of the first level, or on the largest."""
        self.shown = shown
        top = (box for box in shown.boxes if box.depth == 1)
        self._top = tuple(sorted(top, key=lambda box: -box.part.bytes))
        if not self._top:
            self._words = "Nothing in here has bytes."
        self._rows = _by_line(shown.boxes)
        self._strips = {}
        self.cursor = next((place for place, box in enumerate(self._top) if box.part == part), 0)
        self.post_message(self.Highlighted())
        self.refresh()

    @property
    def selected(self) -> Part | None:
        """The part under the cursor."""
        return self._top[self.cursor].part if self._top else None

    def on_resize(self) -> None:
        """Ask for as many cells as there are."""
        self.post_message(self.Sized())

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the cursor, and tell; of the lines only those that the cursor left and came to."""
        for place in (old, new):
            if place < len(self._top):
                self._strips.pop(int(self._top[place].area.y), None)
        self.refresh()
        self.post_message(self.Highlighted())

    def notify_style_update(self) -> None:
        """Another theme: every line looks different."""
        super().notify_style_update()
        self._strips = {}

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One line of the map, or the words where there is none; drawn once."""
        width, style = self.content_size.width, self.visual_style
        found = self._strips.get(y)
        if found is None or found.cell_length != width:
            line = Content("").join(self._pieces(y, width)) if self._top else self._empty(y)
            strips = line.truncate(width, pad=True).render_strips(
                width, 1, style, RenderOptions(self._get_style, {"text_wrap": "nowrap"})
            )
            found = self._strips[y] = strips[0] if strips else Strip.blank(width, style.rich_style)
        return found

    def _empty(self, y: int) -> Content:
        return Content.styled(f" {self._words}" if y == 0 else "", "$foreground 66%")

    def _pieces(self, y: int, width: int) -> Iterator[Content]:
        """What is drawn of each rectangle in a line, from left to right."""
        at = 0
        for box in self._rows.get(y, ()):
            x = int(box.area.x)
            yield Content(" " * (x - at))
            yield self._piece(box, y - int(box.area.y))
            at = x + int(box.area.width)
        yield Content(" " * max(0, width - at))

    def _piece(self, box: Box, y: int) -> Content:
        """Line ``y`` of a rectangle."""
        columns, part = int(box.area.width), box.part
        room = columns - (1 if columns > 1 else 0)
        here = self._top[self.cursor] is box
        if y == 0 and (here or box.divided):
            look = "$foreground on $panel" if not here else "bold reverse"
            words = _label(part, room).ljust(room) if not here else f"▶{_label(part, room - 1)}"
            return _fitted(Content.styled(words, look), room, look).append(" " * (columns - room))
        filled = _filled(box, y, room)
        if y == 0 and room >= LEAST_LABEL:
            name = Content.styled(_label(part, room), "$foreground on $background")
            filled = name.truncate(room, ellipsis=True).append(filled[min(name.cell_length, room) :])
        return filled.append(" " * (columns - room))

    # The cursor

    def action_step(self, right: int, down: int) -> None:
        """Go to the nearest part in a direction."""
        if not self._top:
            return
        here = _region(self._top[self.cursor])
        ahead = [
            (_distance(here, _region(box), right, down), place)
            for place, box in enumerate(self._top)
            if place != self.cursor
        ]
        nearest = min((pair for pair in ahead if pair[0] is not None), default=None)
        if nearest is not None:
            self.cursor = nearest[1]

    def action_edge(self, where: int) -> None:
        """Go to the largest part, or to the smallest."""
        self.cursor = 0 if where == 0 else max(0, len(self._top) - 1)

    def action_choose(self) -> None:
        """Go into the part under the cursor."""
        if self._top:
            self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the part; a second click goes in."""
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        for place, box in enumerate(self._top):
            if _region(box).contains(x, y):
                again = place == self.cursor and self.has_focus
                self.cursor = place
                if again or event.chain > 1:
                    self.action_choose()
                return


def _by_line(boxes: Sequence[Box]) -> dict[int, list[Box]]:
    """What is to be drawn in each line, from left to right: of what is divided its title only."""
    lines: dict[int, list[Box]] = {}
    for box in sorted(boxes, key=lambda box: box.area.x):
        top = int(box.area.y)
        for y in range(top, top + (1 if box.divided else int(box.area.height))):
            lines.setdefault(y, []).append(box)
    return lines


def _label(part: Part, room: int) -> str:
    """A name, with its bytes where there is room for both."""
    words, count = title(part), size(part.bytes)
    return f"{words} {count}" if len(words) + len(count) < room else words


def _fitted(words: Content, room: int, look: str) -> Content:
    cut = words.truncate(room, ellipsis=True)
    return cut.append(Content.styled(" " * (room - cut.cell_length), look))


def _filled(box: Box, y: int, room: int) -> Content:
    """A line of the owner's pattern, with stripes for as much of the rectangle as is dead."""
    part, height = box.part, int(box.area.height)
    owner = OWNERS[part.owner]
    dead = part.dead_bytes / part.bytes
    # Along the longer side, so that the shares can be seen; a cell is twice as high as wide.
    lying = room >= 2 * height
    striped = round(room * dead) if lying else room * (y >= height - round(height * dead))
    shift = (y + int(box.area.y)) % len(HATCH)
    stripes = (HATCH * (striped + 2))[shift : shift + striped]
    shade = "50%" if (int(box.area.x) + int(box.area.y)) % 2 else "100%"
    return Content.assemble(
        (LOOKS[owner].glyph * (room - striped), f"$owner-{owner} {shade} on $tint-{owner}"),
        (stripes, f"$owner-{owner}"),
    )


def _region(box: Box) -> Region:
    area = box.area
    return Region(int(area.x), int(area.y), int(area.width), int(area.height))


def _distance(here: Region, there: Region, right: int, down: int) -> tuple[int, int] | None:
    """How far it is in a direction, and beside it; None for what lies elsewhere."""
    if right:
        ahead = there.x - here.right if right > 0 else here.x - there.right
        beside = max(0, there.y - here.bottom + 1, here.y - there.bottom + 1) * 2
    else:
        ahead = (there.y - here.bottom if down > 0 else here.y - there.bottom) * 2
        beside = max(0, there.x - here.right + 1, here.x - there.right + 1)
    return (ahead + 2 * beside, beside) if ahead >= 0 else None
