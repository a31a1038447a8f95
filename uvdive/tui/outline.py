"""Which lines a file tree shows: what is open, in what order, how much of it.

No widget and no Textual in here: the tree asks for ``lines`` and draws them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from uvdive.image.table import NONE, Kind
from uvdive.ledger.tree import Hit, Sort, TreeView, children, match

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
    needle: str = ""
    opened: set[int] = field(default_factory=lambda: {0})
    closed: set[int] = field(default_factory=set)
    limits: dict[int, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    hits: bytearray | None = None
    _order: dict[tuple[int, Sort, int], tuple[list[int], int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.filter(self.needle)

    def show(self, view: TreeView) -> None:
        """Show another view of the same table; what is open stays open."""
        self.view = view
        self.filter(self.needle)

    def filter(self, needle: str, hits: bytearray | None = None) -> None:
        """Show only what contains ``needle``, with the folders above and below it.

        ``hits`` are what ``match`` says of the view and the needle, if somebody asked it already.
        """
        if needle != self.needle:
            self.closed.clear()
        self.needle = needle
        if needle and hits is None:
            hits = match(self.view, needle)
        self.hits = hits if needle else None
        self._order.clear()
        self.rebuild()

    def matches(self) -> int:
        """How many nodes fit the filter."""
        return 0 if self.hits is None else sum(1 for hit in self.hits if hit & Hit.MATCH)

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
        return automatic and self.hits is not None and bool(self.hits[node] & Hit.ABOVE)

    def _children(self, node: int, limit: int) -> tuple[list[int], int]:
        """As ``children`` says; a folder of a million entries is put in order once, not at each key."""
        key = (node, self.sort, limit)
        found = self._order.get(key)
        if found is None:
            found = self._order[key] = children(self.view, node, self.sort, limit, self.hits)
        return found

    def rebuild(self) -> None:
        """Compute ``lines`` anew."""
        lines: list[Line] = []
        # Depth first without recursion: a path can have more parts than Python has frames.
        todo: list[Line] = []
        if self.view.shown[0] and (self.hits is None or self.hits[0]):
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
