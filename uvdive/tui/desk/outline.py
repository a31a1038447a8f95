"""Which lines a file tree shows: what is open, in what order, how much of it.

No widget and no Textual in here: ``looking`` computes the lines where the image is
held, and the tree draws them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from uvdive.base.text import visible
from uvdive.image.table import NONE, Kind
from uvdive.ledger.view.filter import Filter, Hit, Hits
from uvdive.ledger.view.tree import Sign, Sort, TreeView, children, counted_once, rank

CHUNK = 250
"""A folder shows so many entries at first, and so many more each time it is asked."""

FOLDED = 3
"""From so many entries of the root without a byte on, one line stands for them."""

SMALL = 20
"""Of all bytes one part of so many: a folder with less is not opened to fill a room."""

MOST_AUTOMATIC = 2_000
"""A filter opens folders by itself until there are so many lines."""

TAB = "    "


class Line(NamedTuple):
    """One line, with all that is drawn of it: a path, or what is not shown of the folder ``node``.

    ``more`` are so many entries that are not shown, ``above`` those before the ones that
    are; ``empty`` says that none of them has a byte. ``once`` are bytes that the folder's entries
    have in common, by hard links, and that it counts once: a line that is no path either.
    ``weight`` are its bytes, or those removed where ``sign`` says so; ``owners`` has a bit for
    each of ``OWNERS``. ``spans`` are the places in the shown name that a filter asks for, None for
    a line that it does not ask for.
    """

    node: int
    depth: int
    folder: bool
    open: bool
    more: int = 0
    above: bool = False
    name: bytes = b""
    weight: int = 0
    sign: int = Sign.NONE
    owners: int = 0
    kind: int = Kind.DIRECTORY
    link: bytes | None = None
    spans: tuple[tuple[int, int], ...] | None = None
    once: int = 0
    empty: bool = False

    @property
    def is_path(self) -> bool:
        """Does it stand for a path, not for what is not shown or counted of one?"""
        return not self.more and not self.once


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user opened and closed; they outlive a change of the view.

    ``windows`` has, for folders that are not shown from their first entry on for one
    chunk, the places of the first entry that is shown and of the one behind the last.
    """

    opened: frozenset[int] = frozenset({0})
    closed: frozenset[int] = frozenset()
    windows: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def open(self, *nodes: int) -> Choices:
        """With these folders open."""
        return replace(self, opened=self.opened.union(nodes), closed=self.closed.difference(nodes))

    def close(self, node: int) -> Choices:
        """With a folder closed, though a filter might want it open."""
        return replace(self, opened=self.opened - {node}, closed=self.closed | {node})

    def more(self, node: int, *, above: bool) -> Choices:
        """With more of a folder's entries."""
        first, last = self.windows.get(node, (0, CHUNK))
        window = (max(0, first - CHUNK), last) if above else (first, last + CHUNK)
        return replace(self, windows={**self.windows, node: window})

    def around(self, node: int, place: int) -> Choices:
        """With a folder's entry at a place in sight, and not all that is before it."""
        first, last = self.windows.get(node, (0, CHUNK))
        if first <= place < last:
            return self
        near = place < 2 * CHUNK
        window = (0, place + CHUNK) if near else (place - CHUNK // 2, place + CHUNK // 2)
        return replace(self, windows={**self.windows, node: window})

    def afresh(self) -> Choices:
        """For another filter or order: what was closed is not, and every folder shows its first entries."""
        return Choices(self.opened)


class Outline:
    """The lines of one view through one filter in one order."""

    def __init__(self, view: TreeView, wanted: Filter, hits: Hits | None, sort: Sort) -> None:
        # What a filter leaves out does not count either.
        self.view, self.wanted, self.hits, self.sort = hits.view if hits else view, wanted, hits, sort
        self._bits = hits.bits if hits is not None else None
        self._order: dict[tuple[int, int], tuple[list[int], int]] = {}

    def shows(self, node: int) -> bool:
        """Is the node part of the view, and let through by the filter?"""
        return bool(self.view.shown[node]) and (self._bits is None or bool(self._bits[node]))

    def reveal(self, node: int, choices: Choices) -> Choices:
        """The choices with every folder above a node open and the node in sight."""
        parents = self.view.table.node_parent
        while node > 0:
            parent = parents[node]
            if not parent and not choices.windows.get(0) and not self._has_bytes(node):
                # What is folded as empty is just what is to be seen.
                choices = replace(choices, windows={**choices.windows, 0: (0, CHUNK)})
            choices = choices.open(parent).around(parent, rank(self.view, node, self.sort, self._bits))
            node = parent
        return choices

    def fill(self, choices: Choices, room: int) -> Choices:
        """The choices with the heaviest folders open, one after the other, while all lines fit a room."""
        lines, least = self.lines(choices), self.view.size[0] // SMALL
        too_long: set[int] = set()
        while True:
            closed = [
                line
                for line in lines
                if line.is_path and line.folder and not line.open and line.node not in too_long
            ]
            heaviest = max(closed, key=lambda line: line.weight, default=None)
            if heaviest is None or heaviest.weight <= least:
                return choices
            opened = choices.open(heaviest.node)
            longer = self.lines(opened)
            if len(longer) > room:
                too_long.add(heaviest.node)
            else:
                choices, lines = opened, longer

    def lines(self, choices: Choices) -> list[Line]:
        """The lines, depth first."""
        lines: list[Line] = []
        # Without recursion: a path can have more parts than Python has frames.
        todo: list[Line] = []
        if self.shows(0):
            todo.append(self._line(0, 0, choices, automatic=True))
        while todo:
            line = todo.pop()
            lines.append(line)
            if not line.open or not line.is_path:
                continue
            first, last = choices.windows.get(line.node, (0, CHUNK))
            ordered, count = self._children(line.node, last)
            if not line.node and not choices.windows.get(0):
                ordered, some = self._bytes_first(ordered)
                last = some if some and count - some >= FOLDED else last
            shown = ordered[first:last]
            if once := counted_once(self.view, line.node):
                todo.append(Line(line.node, line.depth + 1, folder=False, open=False, once=once))
            if count > last:
                rest = Line(line.node, line.depth + 1, folder=False, open=False, more=count - last)
                todo.append(rest._replace(empty=last < len(ordered)))
            automatic = len(lines) + len(todo) + len(shown) < MOST_AUTOMATIC
            todo += [
                self._line(node, line.depth + 1, choices, automatic=automatic) for node in reversed(shown)
            ]
            if first and count:
                before = min(first, count)
                todo.append(
                    Line(line.node, line.depth + 1, folder=False, open=False, more=before, above=True)
                )
        return lines

    def _bytes_first(self, ordered: list[int]) -> tuple[list[int], int]:
        """The root's entries, those with bytes or changes first, and how many; 0 in another order."""
        if self.sort != "size" or self._bits is not None:
            return ordered, 0
        some = [node for node in ordered if self._has_bytes(node)]
        none = [node for node in ordered if not self._has_bytes(node)]
        return some + none, len(some)

    def _has_bytes(self, node: int) -> bool:
        view = self.view
        return bool(view.size[node] or view.removed[node] or view.sign[node])

    def _children(self, node: int, last: int) -> tuple[list[int], int]:
        """As ``children`` says; a folder of a million entries is put in order once, not at each key."""
        found = self._order.get((node, last))
        if found is None:
            found = self._order[node, last] = children(self.view, node, self.sort, last, self._bits)
        return found

    def _line(self, node: int, depth: int, choices: Choices, *, automatic: bool) -> Line:
        view, table = self.view, self.view.table
        entry = view.entry[node]
        kind = Kind.DIRECTORY if entry == NONE else table.entry_kind[entry]
        folder = kind == Kind.DIRECTORY
        link = table.entry_link[entry] if kind == Kind.SYMLINK else NONE
        sign = view.sign[node]
        name = table.names[node]
        match = self._bits is not None and self._bits[node] & Hit.MATCH
        return Line(
            node,
            depth,
            folder,
            folder and self._is_open(node, choices, automatic=automatic),
            name=name,
            weight=view.removed[node] if sign == Sign.REMOVED else view.size[node] or view.removed[node],
            sign=sign,
            owners=view.owners[node],
            kind=kind,
            link=table.links[link] if link != NONE else None,
            spans=tuple(self.wanted.spans(visible(name, tab=TAB))) if match else None,
        )

    def _is_open(self, node: int, choices: Choices, *, automatic: bool) -> bool:
        if node in choices.closed:
            return False
        if node in choices.opened:
            return True
        return automatic and self._bits is not None and bool(self._bits[node] & Hit.ABOVE)
