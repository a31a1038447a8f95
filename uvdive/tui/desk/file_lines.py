"""What the file tree asks of the desk, and the answer: a few thousand lines at most.

No widget and no Textual in here: it runs where the image is held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from uvdive.ledger.view.filter import Filter, Hits, match
from uvdive.ledger.view.tree import Sort, TreeView, build_view
from uvdive.tui.desk.outline import Choices, Line, Outline

if TYPE_CHECKING:
    from uvdive.session.desk import Held
    from uvdive.tui.desk.places import Span

T = TypeVar("T")
MOST_VIEWS = 12
MOST_OUTLINES = 4
"""How many of each are kept: coming back to a layer is common."""

REGEX_SECONDS = 3.0
"""So long may a regular expression take; some never end."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be seen: which layers' files, through which filter, in what order, what of it open.

    ``node`` is the path that the cursor is to be on, where it is there; with ``reveal``
    the folders above it are opened. With ``room`` the heaviest folders are open too, for as long as
    so many lines hold them all.
    """

    span: Span
    filter: Filter = Filter()  # noqa: RUF009 - it is frozen
    sort: Sort = "size"
    choices: Choices = field(default_factory=Choices)
    node: int | None = None
    reveal: bool = False
    room: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to see.

    ``wish`` is the one that is answered, with the choices that it led to; ``place`` is
    the line of its node. ``bytes`` and ``removed`` are the whole view's; ``count`` and
    ``found`` are how many paths with how many bytes the filter asks for.
    """

    wish: Wish
    lines: list[Line]
    place: int | None
    bytes: int
    removed: int
    count: int = 0
    found: int = 0


def look(held: Held, wish: Wish) -> Shown:
    """The lines that a wish leads to.

    Raises:
        UsageError: the filter's regular expression is none.
    """
    outline = outline_of(held, wish.span, wish.filter, wish.sort)
    choices, node = wish.choices, wish.node
    if wish.room:
        choices = outline.fill(choices, wish.room)
    if node is not None and outline.shows(node) and (wish.reveal or _in_open_folders(outline, node, choices)):
        choices = outline.reveal(node, choices)
    lines = outline.lines(choices)
    place = next((i for i, line in enumerate(lines) if line.node == node and line.is_path), None)
    view, hits = outline.view, outline.hits
    return Shown(
        replace(wish, choices=choices),
        lines,
        place,
        view.size[0],
        view.removed[0],
        hits.count if hits is not None else 0,
        hits.bytes if hits is not None else 0,
    )


def _in_open_folders(outline: Outline, node: int, choices: Choices) -> bool:
    """Would it be seen if its folder were not too long?"""
    parents = outline.view.table.node_parent
    while node > 0:
        node = parents[node]
        if node not in choices.opened or node in choices.closed:
            return False
    return True


def view_of(held: Held, span: Span) -> TreeView:
    """The sums of the layers that a span means."""
    report = held.report
    return _kept(
        held,
        ("view", span),
        MOST_VIEWS,
        lambda: build_view(report.files, report.inode_owner, span.layer, span.mode, span.first),
    )


def outline_of(held: Held, span: Span, wanted: Filter, sort: Sort) -> Outline:
    """The outline of a view through a filter, in an order."""
    view = view_of(held, span)
    hits: Hits | None = None
    if wanted:
        hits = _kept(held, ("hits", span, wanted), MOST_OUTLINES, lambda: match(view, wanted))
    return _kept(
        held, ("outline", span, wanted, sort), MOST_OUTLINES, lambda: Outline(view, wanted, hits, sort)
    )


def _kept(held: Held, key: tuple[object, ...], most: int, make: Callable[[], T]) -> T:
    """What was made before, or is made now; the least lately used of its kind go."""
    found: T = held.memo.pop(key) if key in held.memo else make()
    held.memo[key] = found
    same = [other for other in held.memo if isinstance(other, tuple) and other[0] == key[0]]
    for other in same[:-most]:
        del held.memo[other]
    return found
