"""Which lines a file tree shows: what is open, in what order, how much of it.

No widget and no Textual in here: the tree asks for ``lines`` and draws them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from uvdive.image.table import NONE, Kind
from uvdive.ledger.tree import Sort, TreeView, children
from uvdive.ledger.treefilter import Filter, Hit, Hits, match

CHUNK = 250
"""A folder shows so many entries at first, and so many more each time it is asked."""

MOST_AUTOMATIC = 2_000
"""A filter opens folders by itself until there are so many lines."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a node, or (``more`` > 0) the rest of the folder ``node`` that is not shown yet."""

    node: int
    depth: int
    folder: bool
    open: bool
    more: int = 0


@dataclass(slots=True)
class Outline:
    """The lines of one view, and the user's choices, which outlive a change of the view."""

    view: TreeView
    sort: Sort = "size"
    wanted: Filter = field(default_factory=Filter)
    opened: set[int] = field(default_factory=lambda: {0})
    closed: set[int] = field(default_factory=set)
    limits: dict[int, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    hits: Hits | None = None
    _order: dict[tuple[int, Sort, int], tuple[list[int], int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.show(self.view, self.wanted, self.hits)

    def show(self, view: TreeView, wanted: Filter, hits: Hits | None = None) -> None:
        """Show what a filter lets through of a view, with the folders above and below it.

        What is open stays open. ``hits`` are what ``match`` says of the view and the
        filter, if somebody asked it already.
        """
        if wanted != self.wanted:
            self.closed.clear()
        self.view, self.wanted = view, wanted
        self.hits = (hits or match(view, wanted)) if wanted else None
        self._order.clear()
        self.rebuild()

    def filter(self, wanted: Filter) -> None:
        """Show what another filter lets through of the same view."""
        self.show(self.view, wanted)

    def first_match(self) -> int | None:
        """The line of the first path that the filter asks for; None without one."""
        return self.next_match(-1, 1)

    def next_match(self, start: int, by: int) -> int | None:
        """The line of the next such path from a line on, going round."""
        if self.hits is None:
            return None
        for step in range(1, len(self.lines) + 1):
            index = (start + by * step) % len(self.lines)
            line = self.lines[index]
            if self.hits.bits[line.node] & Hit.MATCH and not line.more:
                return index
        return None

    def toggle(self, node: int) -> None:
        """Open a closed folder or close an open one."""
        if self._is_open(node, automatic=True):
            self.opened.discard(node)
            self.closed.add(node)
        else:
            self.opened.add(node)
            self.closed.discard(node)
        self.rebuild()

    def extend(self, node: int) -> None:
        """Show more of a folder's entries."""
        self.limits[node] = self.limits.get(node, CHUNK) + CHUNK
        self.rebuild()

    def reveal(self, node: int) -> None:
        """Open every folder above a node."""
        parents = self.view.table.node_parent
        while node > 0:
            node = parents[node]
            self.opened.add(node)
            self.closed.discard(node)
        self.rebuild()

    def extend_to(self, node: int) -> bool:
        """Show more of the folder that holds a node; False where all of it is shown."""
        parent = self.view.table.node_parent[node]
        rest = next((line.more for line in self.lines if line.more and line.node == parent), 0)
        if rest:
            # In one step: a chunk at a time would put a big folder in order again and again.
            self.limits[parent] = self.limits.get(parent, CHUNK) + rest
            self.rebuild()
        return bool(rest)

    def index_of(self, node: int) -> int | None:
        """The line that shows the node; None if none does."""
        for index, line in enumerate(self.lines):
            if line.node == node and not line.more:
                return index
        return None

    def is_folder(self, node: int) -> bool:
        """Is it a directory, or a path that only others imply?"""
        entry = self.view.entry[node]
        return entry == NONE or self.view.table.entry_kind[entry] == Kind.DIRECTORY

    def _is_open(self, node: int, *, automatic: bool) -> bool:
        if node in self.closed:
            return False
        if node in self.opened:
            return True
        return automatic and self.hits is not None and bool(self.hits.bits[node] & Hit.ABOVE)

    def _children(self, node: int, limit: int) -> tuple[list[int], int]:
        """As ``children`` says; a folder of a million entries is put in order once, not at each key."""
        key = (node, self.sort, limit)
        found = self._order.get(key)
        if found is None:
            bits = self.hits.bits if self.hits is not None else None
            found = self._order[key] = children(self.view, node, self.sort, limit, bits)
        return found

    def rebuild(self) -> None:
        """Compute ``lines`` anew."""
        lines: list[Line] = []
        # Depth first without recursion: a path can have more parts than Python has frames.
        todo: list[Line] = []
        if self.view.shown[0] and (self.hits is None or self.hits.bits[0]):
            todo.append(Line(0, 0, folder=True, open=self._is_open(0, automatic=True)))
        while todo:
            line = todo.pop()
            lines.append(line)
            if not line.open or line.more:
                continue
            limit = self.limits.get(line.node, CHUNK)
            shown, count = self._children(line.node, limit)
            if count > len(shown):
                todo.append(
                    Line(line.node, line.depth + 1, folder=False, open=False, more=count - len(shown))
                )
            automatic = len(lines) + len(todo) + len(shown) < MOST_AUTOMATIC
            for node in reversed(shown):
                folder = self.is_folder(node)
                is_open = folder and self._is_open(node, automatic=automatic)
                todo.append(Line(node, line.depth + 1, folder=folder, open=is_open))
        self.lines = lines
