"""The history of a path: what each layer did at and below it, and what it came to.

An inode counts once however many names it has below the path (``docs/numbers.md``, "Inodes").
At ``/`` the sums are those of the ledger: what a layer wrote, hid and changed.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from uvdive.image.table import ALIVE, NONE, FileTable, Kind
from uvdive.ledger.view.tree import Sign


@dataclass(slots=True)
class _Sum:
    written: int = 0
    hidden: int = 0
    grown: int = 0
    files: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    touched: bool = False


@dataclass(frozen=True, slots=True)
class LayerHistory:
    """What one layer did at and below a path. Sizes in bytes.

    ``written`` are the contents that the layer wrote, ``hidden`` what of them a layer made dead.
    ``added``, ``changed`` and ``removed`` count paths, folders left out. ``size`` and ``files``
    are what can be seen there after the layer.
    """

    layer: int
    written: int
    hidden: int
    added: int
    changed: int
    removed: int
    size: int
    files: int


@dataclass(frozen=True, slots=True)
class PathChange:
    """What a layer did to one path: ``bytes`` are those written, or those that it took away.

    ``sign`` is a ``Sign``, ``kind`` a ``Kind``; ``entry`` is what the layer wrote, or what it removed.
    """

    node: int
    entry: int
    sign: int
    kind: int
    bytes: int


def nodes_below(table: FileTable, node: int) -> Iterator[int]:
    """The node and all below it, from every layer, a parent before its children."""
    todo = [node]
    while todo:
        here = todo.pop()
        yield here
        todo.extend(table.children(here))


def history_of(table: FileTable, node: int, layers: int) -> tuple[LayerHistory, ...]:
    """What each layer that touched the path did, the first one first; of an image of so many layers."""
    sums = [_Sum() for _ in range(layers)]
    inodes: dict[int, list[tuple[int, int]]] = {}
    for here in nodes_below(table, node):
        entries = table.entries_of(here)
        _count(table, entries, sums)
        for entry in entries:
            inode = table.entry_inode[entry]
            if inode != NONE:
                inodes.setdefault(inode, []).append((table.entry_layer[entry], table.entry_death[entry]))
    for inode, spans in inodes.items():
        _weigh(table, inode, spans, sums)
    return tuple(_told(sums))


def _count(table: FileTable, entries: list[int], sums: list[_Sum]) -> None:
    """Count what the layers did to one path."""
    births = {table.entry_layer[entry]: entry for entry in entries if _lasts(table, entry)}
    for entry in entries:
        layer, death = table.entry_layer[entry], table.entry_death[entry]
        sums[layer].touched = True
        if table.entry_kind[entry] != Kind.DIRECTORY and _lasts(table, entry):
            if table.entry_change[entry]:
                sums[layer].changed += 1
            else:
                sums[layer].added += 1
        if death in (ALIVE, layer):
            continue
        sums[death].touched = True
        anew = births.get(death)
        written_anew = (
            anew is not None and table.entry_change[anew] and table.entry_kind[anew] != Kind.DIRECTORY
        )
        if table.entry_kind[entry] != Kind.DIRECTORY and not written_anew:
            sums[death].removed += 1


def _lasts(table: FileTable, entry: int) -> bool:
    """Is it still there at the end of its own layer?"""
    return table.entry_death[entry] != table.entry_layer[entry]


def _weigh(table: FileTable, inode: int, spans: list[tuple[int, int]], sums: list[_Sum]) -> None:
    """Add an inode's bytes: where it was written, and for as long as it could be seen."""
    size, birth = table.inode_size(inode), table.inode_layer(inode)
    if any(layer == birth for layer, _ in spans):
        sums[birth].written += size
        if not table.inode_live(inode):
            sums[birth].hidden += size
    for begin, end in _joined(spans):
        sums[begin].grown += size
        sums[begin].files += 1
        if end < len(sums):
            sums[end].grown -= size
            sums[end].files -= 1


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The times without overlaps; what ends where another begins goes on."""
    if len(spans) == 1:
        yield spans[0]
        return
    begin, end = NONE, NONE
    for first, last in sorted(spans):
        if begin == NONE:
            begin, end = first, last
        elif first <= end:
            end = max(end, last)
        else:
            yield begin, end
            begin, end = first, last
    yield begin, end


def _told(sums: list[_Sum]) -> Iterator[LayerHistory]:
    size = files = 0
    for layer, done in enumerate(sums):
        size += done.grown
        files += done.files
        if done.touched:
            yield LayerHistory(
                layer, done.written, done.hidden, done.added, done.changed, done.removed, size, files
            )


def changes_below(table: FileTable, node: int, layer: int, most: int) -> tuple[list[PathChange], int]:
    """The largest changes of one layer at and below a path, and how many there are in all.

    Folders are left out, as in the counts of ``history_of``.
    """
    found = []
    for here in nodes_below(table, node):
        change = _change(table, here, layer)
        if change is not None:
            found.append(change)
    return heapq.nsmallest(most, found, key=lambda one: (-one.bytes, table.path(one.node))), len(found)


def _change(table: FileTable, node: int, layer: int) -> PathChange | None:
    """What a layer did to a path; None where it did nothing, or where that is a folder."""
    gone: int | None = None
    for entry in table.entries_of(node):
        kind = table.entry_kind[entry]
        if table.entry_layer[entry] == layer and _lasts(table, entry) and kind != Kind.DIRECTORY:
            inode = table.entry_inode[entry]
            mine = inode != NONE and table.inode_layer(inode) == layer
            sign = Sign.CHANGED if table.entry_change[entry] else Sign.ADDED
            return PathChange(node, entry, sign, kind, table.inode_size(inode) if mine else 0)
        if table.entry_death[entry] == layer and _lasts(table, entry) and kind != Kind.DIRECTORY:
            gone = entry
    if gone is None:
        return None
    inode = table.entry_inode[gone]
    size = table.inode_size(inode) if inode != NONE else 0
    return PathChange(node, gone, Sign.REMOVED, table.entry_kind[gone], size)
