"""The diff of the rewrite: unified or side by side, long lines folded, a decision's lines marked.

Beside the old lines stand the bytes that they made, with their owners' marks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from textual.content import Content

from uvdive.base.units import size
from uvdive.rewrite.plan import RewritePlan
from uvdive.tui.frame.text import right
from uvdive.tui.widgets.bars import stacked
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.words.diff_lines import Half, Pair, Tag, of_patch, pairs, unified
from uvdive.tui.words.dockerfile_lines import DockerLine

_SIGNS: dict[Tag, tuple[str, str, str]] = {
    "same": (" ", "", ""),
    "removed": ("-", "$sign-removed", "on $error 12%"),
    "added": ("+", "$sign-added", "on $success 12%"),
    "title": (" ", "", ""),
    "meta": (" ", "", ""),
}
_NUMBER = 4
_BAR = 4
COSTS = 10 + _BAR + 1
"""Cells of the column with the old lines' bytes."""
ROOM_FOR_COSTS = 56
"""From so many cells on a text has that column beside it."""

Costs = Mapping[int, DockerLine]
"""The old lines that made bytes, by number."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A drawn row, and the line numbers of both texts that it stands for (0: none)."""

    content: Content
    old: int
    new: int


class DiffView(Rows):
    """The old and the new Dockerfile."""

    # Lines are folded for one width: it must not change when a scrollbar comes.
    DEFAULT_CSS = """
    DiffView { scrollbar-gutter: stable; }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual calls it so
        super().__init__(id=id)
        self.split = False
        self._plan: RewritePlan | None = None
        self._pairs: list[Pair] = []
        self._others: list[Pair] = []
        self._drawn: list[_Row] = []
        self._drawn_width = -1
        self._costs: Costs = {}
        self._old_lit: frozenset[int] = frozenset()
        self._new_lit: frozenset[int] = frozenset()

    def show(self, plan: RewritePlan, costs: Costs) -> None:
        """Show a plan's diff from its top, with what the old lines cost."""
        self._plan = plan
        self._costs = costs
        self._pairs = pairs(plan.original, plan.text)
        self._others = [line for change in plan.files for line in of_patch(change.path, change.diff)]
        self._redraw()
        self.changed(0)

    def toggle(self) -> None:
        """Switch between unified and side by side; the cursor stays at its line."""
        old = self._drawn[self.cursor].old if self._drawn else 0
        new = self._drawn[self.cursor].new if self._drawn else 0
        self.split = not self.split
        self._redraw()
        places = (
            i for i, row in enumerate(self._drawn) if (old and row.old == old) or (new and row.new == new)
        )
        self.changed(next(places, 0))

    def light(self, old: tuple[int, ...], new: tuple[int, ...]) -> None:
        """Mark the lines that a decision touches, and bring the first into sight."""
        self._old_lit, self._new_lit = frozenset(old), frozenset(new)
        places = [i for i, row in enumerate(self._drawn) if row.new in self._new_lit]
        places = places or [i for i, row in enumerate(self._drawn) if row.old in self._old_lit]
        if places:
            self.cursor = places[0]
        self.refresh()

    def on_resize(self) -> None:
        """Fold the lines for the new width."""
        if self.scrollable_content_region.width != self._drawn_width:
            self._redraw()
            self.changed()
        super().on_resize()

    @property
    def count(self) -> int:
        """How many rows there are, folded ones counted."""
        return len(self._drawn)

    def row(self, index: int, width: int) -> Content:  # noqa: ARG002 - folded beforehand
        """One row, with a mark in front if the selected decision touches its line."""
        row = self._drawn[index]
        lit = row.old in self._old_lit or row.new in self._new_lit
        return Content.assemble(("▌" if lit else " ", "$text-accent"), row.content)

    def _redraw(self) -> None:
        self._drawn_width = self.scrollable_content_region.width
        width = max(20, self._drawn_width - 1)
        self._drawn = []
        room = (width - 1) // 2 if self.split else width
        costs = _Costs(self._costs) if self._costs and room >= ROOM_FOR_COSTS else None
        for pair in self._pairs if self.split else unified(self._pairs):
            self._drawn += _halves(pair, width, costs) if self.split else _whole(pair, width, costs)
        for pair in self._others:
            self._drawn += _whole(pair, width, None)


class _Costs:
    """The column of bytes: the size, and the owners on one scale for all lines."""

    def __init__(self, lines: Costs) -> None:
        self._lines = lines
        self._most = max((line.bytes for line in lines.values()), default=0)

    def of(self, half: Half | None) -> Content:
        """The column for an old line; blank for a new one, a folded rest, or no bytes."""
        line = self._lines.get(half.number) if half is not None else None
        if line is None or not line.bytes:
            return Content(" " * COSTS)
        owners: Counter[str] = Counter()
        for layer in line.layers:
            owners.update(layer.owners)
        wide = max(1, round(_BAR * line.bytes / self._most))
        return Content.assemble(
            right(size(line.bytes), 9), " ", stacked(owners, wide), " " * (_BAR - wide + 1)
        )


def _number(half: Half | None) -> str:
    return f"{half.number:>{_NUMBER - 1}} " if half is not None and half.number else " " * _NUMBER


def _fold(half: Half | None, width: int) -> list[Content]:
    return half.text.wrap(width) or [Content("")] if half is not None else []


def _whole(pair: Pair, width: int, costs: _Costs | None) -> list[_Row]:
    sign, style, background = _SIGNS[pair.tag]
    half = pair.new or pair.old
    rows = []
    taken = 2 * _NUMBER + 2 + (COSTS if costs else 0)
    for place, part in enumerate(_fold(half, width - taken)):
        first = place == 0
        numbers = f"{_number(pair.old if first else None)}{_number(pair.new if first else None)}"
        line = Content.assemble(
            (numbers, "$foreground 50%"),
            costs.of(pair.old if first else None) if costs else "",
            (f"{sign if first else ' '} ", style),
            part,
        ).truncate(width, pad=True)
        rows.append(
            _Row(
                line.stylize_before(background),
                pair.old.number if pair.old else 0,
                pair.new.number if pair.new else 0,
            )
        )
    return rows


def _halves(pair: Pair, width: int, costs: _Costs | None) -> list[_Row]:
    left_width = (width - 1) // 2
    right_width = width - 1 - left_width
    before = _side(pair.old, "removed" if pair.tag != "same" else "same", left_width, costs)
    after = _side(pair.new, "added" if pair.tag != "same" else "same", right_width, None)
    rows = []
    for place in range(max(len(before), len(after))):
        a = before[place] if place < len(before) else Content(" " * left_width)
        b = after[place] if place < len(after) else Content(" " * right_width)
        rows.append(
            _Row(
                Content.assemble(a, ("│", "$foreground 30%"), b),
                pair.old.number if pair.old else 0,
                pair.new.number if pair.new else 0,
            )
        )
    return rows


def _side(half: Half | None, tag: Tag, width: int, costs: _Costs | None) -> list[Content]:
    sign, style, background = _SIGNS[tag]
    lines = []
    for place, part in enumerate(_fold(half, width - _NUMBER - 2 - (COSTS if costs else 0))):
        first = half if place == 0 else None
        line = Content.assemble(
            (_number(first), "$foreground 50%"),
            costs.of(first) if costs else "",
            (f"{sign if first else ' '} ", style),
            part,
        )
        lines.append(line.truncate(width, pad=True).stylize_before(background))
    return lines
