"""Waste in groups, by the layer that hid it or by folder: no widget and no Textual in here."""

from __future__ import annotations

import heapq
import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from uvdive.ledger.report import ImageReport, Waste
from uvdive.session.desk import Held
from uvdive.tui.desk.listing import MOST, Page, arrange, sought
from uvdive.tui.desk.tables import BY_FOLDER, BY_LAYER, WASTE, WasteGroup

Key = tuple[int | None, bytes | None]
"""A group's layer and folder, of which one is None."""

MANY = 20
"""From so many files on a list begins in groups, by layer and closed."""

_HALF = 2
"""A folder with more than one part of so many of all bytes is divided once more."""


def key_of(row: Waste | WasteGroup) -> Key | None:
    """What tells a group from the others; None for a file."""
    return (row.layer, row.folder) if isinstance(row, WasteGroup) else None


def arrange_waste(
    held: Held, needle: str, order: int | None, opened: Collection[Key]
) -> tuple[Page[Waste | WasteGroup], int, int, int]:
    """A page of the waste, and of which order it is.

    Args:
        held: what is held.
        needle: words that all have to be in a row; with some, all groups are open.
        order: the place of the order; None for the one to begin with.
        opened: the groups that are open.

    Returns:
        The page, how many files there are in all, how many bytes, and the place of the order.
    """
    report = held.report
    waste, names = report.waste, [name for name, _ in WASTE.orders]
    if order is None:
        order = names.index(BY_LAYER) if len(waste) >= MANY else 0
    count, total = len(waste), sum(item.bytes for item in waste)
    if names[order] not in {BY_LAYER, BY_FOLDER}:
        plain = arrange(WASTE, waste, needle, order)
        return Page(plain.rows, plain.count, plain.bytes), count, total, order
    fits = [item for item in waste if sought(WASTE, item, needle)]
    groups = by_layer(report, fits) if names[order] == BY_LAYER else by_folder(fits)
    rows = list(_rows(groups, None if needle else opened))
    listed = sum(1 + len(items) * bool(needle or key_of(group) in opened) for group, items in groups)
    return Page(tuple(rows), len(fits), sum(item.bytes for item in fits), listed), count, total, order


Grouped = Sequence[tuple[WasteGroup, Sequence[Waste]]]
"""Groups, the largest first, each with its files."""


def _rows(groups: Grouped, opened: Collection[Key] | None) -> Iterator[Waste | WasteGroup]:
    left = MOST
    for group, items in groups[:MOST]:
        is_open = opened is None or key_of(group) in opened
        yield replace(group, lead="▼ " if is_open else "▶ ")
        left -= 1
        if is_open:
            shown = heapq.nsmallest(max(0, left), items, key=lambda item: (-item.bytes, item.path))
            yield from shown
            left -= len(shown)


def by_layer(report: ImageReport, waste: Iterable[Waste]) -> Grouped:
    """By the layer that hid it."""
    found: dict[int, list[Waste]] = defaultdict(list)
    for item in waste:
        found[item.killed_by].append(item)
    made = []
    for number, items in found.items():
        layer = report.layers[number]
        words = " ".join((layer.instruction or layer.created_by).split())
        made.append((_group(items, layer=number, line=layer.line, words=words), items))
    return _sorted(made)


def by_folder(waste: Iterable[Waste]) -> Grouped:
    """By folder: those of the root, and where one has most of the bytes, those below it, too."""
    found: dict[bytes, list[Waste]] = {b"/": list(waste)}
    total = sum(item.bytes for item in found[b"/"])
    todo = [b"/"]
    while todo:
        folder = todo.pop()
        below = _below(folder, found[folder])
        if list(below) == [folder]:
            continue
        del found[folder]
        found |= below
        heavy = (
            name for name, items in below.items() if sum(item.bytes for item in items) * _HALF > total > 0
        )
        todo += [name for name in heavy if name != folder]
    return _sorted([(_group(items, folder=name), items) for name, items in found.items()])


def _below(folder: bytes, waste: Sequence[Waste]) -> Mapping[bytes, list[Waste]]:
    """Its waste by the folder in it, ``folder`` itself for files right there.

    A folder that has nothing but one other stands for that one.
    """
    found: dict[bytes, list[Waste]] = defaultdict(list)
    start = len(folder.rstrip(b"/")) + 1
    for item in waste:
        end = item.path.find(b"/", start)
        found[folder if end < 0 else item.path[:end]].append(item)
    return {_only(items) if name != folder else name: items for name, items in found.items()}


def _only(waste: Iterable[Waste]) -> bytes:
    """The deepest folder that has all of it."""
    return posixpath.commonpath({posixpath.dirname(item.path) for item in waste})


def _group(
    items: Sequence[Waste],
    *,
    layer: int | None = None,
    folder: bytes | None = None,
    line: int | None = None,
    words: str = "",
) -> WasteGroup:
    return WasteGroup(layer, folder, sum(item.bytes for item in items), len(items), line, words)


def _sorted(groups: list[tuple[WasteGroup, list[Waste]]]) -> Grouped:
    return sorted(groups, key=lambda each: (-each[0].bytes, each[0].layer or 0, each[0].folder or b""))
