"""Bars of owners: one stacked bar, the list that explains it, and two bars on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from uvdive.base.units import percent, size
from uvdive.ledger.owners import OWNERS
from uvdive.tui.desk.scale import EIGHTHS, scaled
from uvdive.tui.frame.text import right
from uvdive.tui.frame.theme import LOOKS, glyph
from uvdive.tui.widgets.lists.rows import Rows

if TYPE_CHECKING:
    from uvdive.ledger.report import OwnerReport


def cells(parts: Mapping[str, int], width: int) -> dict[str, int]:
    """Share ``width`` cells out among owners by their bytes, as ``shares`` says."""
    some = {owner: parts[owner] for owner in OWNERS if parts.get(owner, 0) > 0}
    found = zip(some, shares(tuple(some.values()), width), strict=True)
    return {owner: count for owner, count in found if count}


def shares(sizes: Sequence[int], width: int) -> list[int]:
    """Share ``width`` cells out by sizes.

    Every size gets at least one cell while there are enough, else the largest do; the sum
    is ``width`` (largest remainders). One of nothing gets none.
    """
    some = {place: size for place, size in enumerate(sizes) if size > 0}
    found = [0] * len(sizes)
    total = sum(some.values())
    if not total or width <= 0:
        return found
    if len(some) >= width:
        for place in sorted(some, key=some.__getitem__, reverse=True)[:width]:
            found[place] = 1
        return found
    free = width - len(some)
    exact = {place: free * size / total for place, size in some.items()}
    for place, share in exact.items():
        found[place] = 1 + int(share)
    missing = width - sum(found)
    for place in sorted(exact, key=lambda one: exact[one] % 1, reverse=True)[:missing]:
        found[place] += 1
    return found


def stacked(parts: Mapping[str, int], width: int) -> Content:
    """The stacked bar of some owners' bytes, ``width`` cells wide."""
    return Content.assemble(
        *(
            (LOOKS[owner].glyph * count, f"$owner-{owner} on $tint-{owner}")
            for owner, count in cells(parts, width).items()
        )
    )


def measured(parts: Mapping[str, int], most: int, width: int) -> Content:
    """Some owners' bytes on a scale that ends at ``most``, in eighths of cells, filled up to ``width`` cells.

    The part of a cell at the end is the last owner's; the biggest one's where there is no whole cell.
    """
    total = sum(parts.values())
    eighths = min(8 * width, max(1, round(8 * width * total / most))) if total and most else 0
    full, rest = divmod(eighths, 8)
    bar = stacked(parts, full)
    if rest:
        last = [*cells(parts, full)][-1] if full else max(parts, key=parts.__getitem__)
        bar = bar.append(Content.styled(EIGHTHS[rest], f"$owner-{last}"))
    return bar.append(" " * (width - full - bool(rest)))


def names(parts: Mapping[str, int], width: int) -> Content:
    """The owners' names under their part of the bar, where they fit."""
    found = []
    for owner, count in cells(parts, width).items():
        label = owner if len(owner) < count else ""
        found.append((label.ljust(count), f"$owner-{owner}"))
    return Content.assemble(*found)


class OwnerBar(Widget):
    """The image's bytes by owner in one bar, with names below."""

    DEFAULT_CSS = """
    OwnerBar { height: 2; padding: 0 1; }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual calls it so
        super().__init__(id=id)
        self._parts: Mapping[str, int] = {}

    class Clicked(Message):
        """An owner's part of the bar was clicked."""

        def __init__(self, owner: str) -> None:
            super().__init__()
            self.owner = owner

    def on_click(self, event: events.Click) -> None:
        """Tell whose part is under the mouse."""
        x = event.x - self.gutter.left
        for owner, count in cells(self._parts, self.content_size.width).items():
            if 0 <= x < count:
                self.post_message(self.Clicked(owner))
                return
            x -= count

    def show(self, parts: Mapping[str, int]) -> None:
        """Draw these owners' bytes."""
        self._parts = parts
        self.refresh()

    def render(self) -> Content:
        """The bar, or an empty track before anything is known."""
        width = self.content_size.width
        if not sum(self._parts.values()):
            return Content.styled("─" * width, "$foreground 30%")
        return stacked(self._parts, width).append("\n").append(names(self._parts, width))


class OwnerList(Rows):
    """Each owner with mark, bar, bytes, share and dead bytes."""

    EMPTY = "The owners are known once all layers are read."

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.owners: tuple[OwnerReport, ...] = ()
        self._known = False
        self._total = 0
        self._most = 0

    def show(self, owners: tuple[OwnerReport, ...]) -> None:
        """Show these owners, those without bytes left out."""
        order = {name: place for place, name in enumerate(OWNERS)}
        self._known = True
        self.owners = tuple(sorted((o for o in owners if o.bytes), key=lambda o: order[o.owner]))
        self._total = sum(owner.bytes for owner in self.owners)
        self._most = max((owner.bytes for owner in self.owners), default=0)
        self.changed(0)

    def empty(self) -> str:
        """Why there are no owners."""
        return "The image has no files." if self._known else self.EMPTY

    @property
    def count(self) -> int:
        """How many owners have bytes."""
        return len(self.owners)

    def row(self, index: int, width: int) -> Content:
        """Mark, name, bar, bytes, share, dead."""
        owner = self.owners[index]
        mark, style = glyph(owner.owner)
        dead = f"{size(owner.dead_bytes)} hidden" if owner.dead_bytes else ""
        any_dead = any(other.dead_bytes for other in self.owners)
        figures = [right(size(owner.bytes), 9), right(percent(owner.bytes, self._total), 7)]
        if any_dead:
            figures.append(right(dead, 13))
        if 14 + sum(len(figure) + 1 for figure in figures) > width:
            # The bar on top shows the shares too; dead bytes are told nowhere else.
            del figures[1]
        tail = "".join(f" {figure}" for figure in figures)
        bar = max(0, width - 14 - len(tail))
        return Content.assemble(
            (mark, style),
            f" {owner.owner:<12}",
            (scaled(owner.bytes, self._most, bar), style),
            tail,
        )
