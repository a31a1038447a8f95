"""Tables that can be filtered and sorted, as plain data: no widget and no Textual in here."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
MOST = 1_000
"""So many rows are listed at most; nobody reads on, and a filter finds the rest."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column ``width`` cells wide; 0 for what is left. ``narrow``: is it there where room is scarce?

    ``tail``: what does not fit of bytes is cut in front, as the end of a path says most. ``order`` names
    the order that a click on the title takes, by default the one called like the column.
    """

    title: str
    width: int
    right: bool = False
    narrow: bool = True
    tail: bool = False
    order: str = ""


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """How the items of one kind are listed.

    ``orders`` are names of orders with the value to sort by, the first is the one to
    begin with; ``cells`` gives an item's text for each column (markup free, but not
    yet escaped), ``text`` what a filter looks into, ``bytes`` what it weighs. ``room`` is how many
    cells the column for what is left should have, before others are left out for it.
    """

    columns: tuple[Column, ...]
    orders: tuple[tuple[str, Callable[[T], Any]], ...]
    cells: Callable[[T], Sequence[bytes | str]]
    text: Callable[[T], str]
    bytes: Callable[[T], int]
    room: int = 20

    def order_of(self, column: Column) -> int | None:
        """The place of the order that belongs to a column; None for a column without one."""
        wanted = column.order or column.title
        return next((place for place, (name, _) in enumerate(self.orders) if name == wanted), None)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The rows to show, and how many items fit the filter with how many bytes.

    ``listed`` are the rows that there are, shown or not, where these are not just the items.
    """

    rows: tuple[T, ...]
    count: int
    bytes: int
    listed: int | None = None

    @property
    def more(self) -> int:
        """How many rows are not shown."""
        return (self.count if self.listed is None else self.listed) - len(self.rows)


def sought(table: Table[T], item: T, needle: str) -> bool:
    """Does an item contain all words of ``needle``?"""
    text = table.text(item).lower()
    return all(word in text for word in needle.lower().split())


def arrange(table: Table[T], items: Sequence[T], needle: str, order: int) -> Page[T]:
    """The first rows of what contains all words of ``needle``, in an order."""
    fits = [item for item in items if sought(table, item, needle)]
    rows = heapq.nsmallest(MOST, fits, key=table.orders[order][1])
    return Page(tuple(rows), len(fits), sum(table.bytes(item) for item in fits))
