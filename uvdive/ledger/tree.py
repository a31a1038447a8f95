"""Sizes, changes and owners of every path, in one view of the layers.

A view is what one layer did (``layer``), the net effect of several (``range``) or the
state after a layer (``upto``).
Everything is computed from the columns of a ``FileTable`` in two passes; a hard
link counts once per inode in every directory (``spec/ledger.md``, "Inodes").
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from uvdive.image.table import NONE, Change, FileTable

Mode = Literal["layer", "upto", "range"]
Sort = Literal["size", "name", "change"]
SORTS: tuple[Sort, ...] = ("size", "name", "change")


class Sign(IntEnum):
    """What the view's layer did to a path; a directory is CHANGED if anything below is."""

    NONE = 0
    ADDED = 1
    CHANGED = 2
    REMOVED = 3


@dataclass(frozen=True, slots=True)
class TreeView:
    """One value for each node of the table; sizes in bytes, directories summed up.

    The layers from ``first`` to ``layer`` are what the view is about; in the mode
    ``upto``, whose signs are those of ``layer``, both are the same.

    ``entry`` is the entry to show, or NONE for a directory that only the paths
    below it imply. ``removed`` are bytes that the layer made dead by removing the
    path. ``files`` counts inodes. ``owners`` has bit *i* set for ``OWNERS[i]``.
    """

    table: FileTable
    layer: int
    mode: Mode
    first: int
    entry: array[int]
    shown: bytearray
    sign: bytearray
    size: array[int]
    removed: array[int]
    files: array[int]
    owners: array[int]


def build_view(
    table: FileTable, inode_owner: Sequence[int], layer: int, mode: Mode, first: int | None = None
) -> TreeView:
    """Aggregate the table for one layer, for a range of them, or for the state after one.

    Args:
        table: the columns; a parent's node number is below its children's.
        inode_owner: an index into ``OWNERS`` for each inode.
        layer: the layer's index, bottom first.
        mode: ``layer`` for what that layer wrote and removed, ``range`` for what the
            layers from ``first`` to ``layer`` did in the end (what one of them wrote
            and a later one removed is nothing), ``upto`` for all that can be seen after it.
        first: where the range begins.
    """
    count = len(table.node_parent)
    view = TreeView(
        table=table,
        layer=layer,
        mode=mode,
        first=first if mode == "range" and first is not None else layer,
        entry=array("i", [NONE]) * count,
        shown=bytearray(count),
        sign=bytearray(count),
        size=array("q", [0]) * count,
        removed=array("q", [0]) * count,
        files=array("l", [0]) * count,
        owners=array("H", [0]) * count,
    )
    begin = 0 if mode == "upto" else view.first
    births, deaths = table.entry_layer, table.entry_death
    _place(
        view,
        inode_owner,
        [e for e, (b, d) in enumerate(zip(births, deaths, strict=True)) if begin <= b <= layer < d],
    )
    if mode != "upto":
        gone = [e for e, (b, d) in enumerate(zip(births, deaths, strict=True)) if b < begin <= d <= layer]
        _place_removed(view, inode_owner, gone)
    _sum_up(view)
    return view


def _place(view: TreeView, inode_owner: Sequence[int], entries: list[int]) -> None:
    table, layer = view.table, view.layer
    nodes, inodes, sizes = table.entry_node, table.entry_inode, table.entry_size
    first_name = array("i", [NONE]) * table.inodes
    names: dict[int, list[int]] = {}
    before = _there_before(view) if view.mode == "range" else None
    for entry in entries:
        node, inode = nodes[entry], inodes[entry]
        view.entry[node] = entry
        view.shown[node] = 1
        if before is not None:
            view.sign[node] = Sign.CHANGED if before[node] else Sign.ADDED
        elif table.entry_layer[entry] == layer:
            added = table.entry_change[entry] == Change.ADDED
            view.sign[node] = Sign.ADDED if added else Sign.CHANGED
        if inode == NONE:
            continue
        view.owners[node] = 1 << inode_owner[inode]
        # A link to a file of a lower layer costs this one nothing.
        if view.mode != "upto" and table.inode_layer(inode) < view.first:
            continue
        view.size[node] = sizes[entry]
        view.files[node] = 1
        if first_name[inode] == NONE:
            first_name[inode] = node
        else:
            names.setdefault(inode, [first_name[inode]]).append(node)
    _count_links_once(view, names)


def _there_before(view: TreeView) -> bytearray:
    """Mark the nodes that could be seen below the range."""
    table, first = view.table, view.first
    found = bytearray(len(table.node_parent))
    for node, birth, death in zip(table.entry_node, table.entry_layer, table.entry_death, strict=True):
        if birth < first <= death:
            found[node] = 1
    return found


def _count_links_once(view: TreeView, names: dict[int, list[int]]) -> None:
    """Take an inode's further names out again where their paths meet."""
    meeting: dict[tuple[int, int], int] = {}
    for inode, nodes in names.items():
        size = view.table.inode_size(inode)
        if len(nodes) == 2:
            pair = (view.table.node_parent[nodes[0]], view.table.node_parent[nodes[1]])
            node = meeting.get(pair)
            if node is None:
                node = meeting[pair] = _meet(view.table, pair[0], set(_ancestors(view.table, pair[1])))
            view.size[node] -= size
            view.files[node] -= 1
            continue
        seen = set(_ancestors(view.table, nodes[0]))
        for name in nodes[1:]:
            node = _meet(view.table, name, seen)
            seen.update(_ancestors(view.table, name))
            view.size[node] -= size
            view.files[node] -= 1


def _ancestors(table: FileTable, node: int) -> list[int]:
    found = [node]
    while node > 0:
        node = table.node_parent[node]
        found.append(node)
    return found


def _meet(table: FileTable, node: int, seen: set[int]) -> int:
    while node not in seen:
        node = table.node_parent[node]
    return node


def _place_removed(view: TreeView, inode_owner: Sequence[int], entries: list[int]) -> None:
    table = view.table
    counted: set[int] = set()
    for entry in entries:
        node, inode = table.entry_node[entry], table.entry_inode[entry]
        if view.entry[node] != NONE:
            # Written anew: a change, not a removal.
            continue
        view.entry[node] = entry
        view.shown[node] = 1
        view.sign[node] = Sign.REMOVED
        if inode == NONE:
            continue
        view.owners[node] = 1 << inode_owner[inode]
        if view.first <= table.inode_death[inode] <= view.layer and inode not in counted:
            counted.add(inode)
            view.removed[node] = table.entry_size[entry]


def _sum_up(view: TreeView) -> None:
    parents, shown, sign = view.table.node_parent, view.shown, view.sign
    size, removed, files, owners = view.size, view.removed, view.files, view.owners
    for node in range(len(parents) - 1, 0, -1):
        if not shown[node]:
            continue
        parent = parents[node]
        shown[parent] = 1
        size[parent] += size[node]
        removed[parent] += removed[node]
        files[parent] += files[node]
        owners[parent] |= owners[node]
        if sign[node] and not sign[parent]:
            sign[parent] = Sign.CHANGED


def owner_of(view: TreeView, node: int) -> int | None:
    """The index of the one owner of everything at and below ``node``; None if there are several."""
    mask = view.owners[node]
    return mask.bit_length() - 1 if mask and not mask & (mask - 1) else None


def children(
    view: TreeView, node: int, sort: Sort, limit: int, hits: bytearray | None = None
) -> tuple[list[int], int]:
    """The first ``limit`` shown nodes below ``node`` in order, and how many there are in all."""
    shown = view.shown
    below = [child for child in view.table.children(node) if shown[child] and (hits is None or hits[child])]
    return heapq.nsmallest(limit, below, key=_key(view, sort)), len(below)


def rank(view: TreeView, node: int, sort: Sort, hits: bytearray | None = None) -> int:
    """How many shown nodes of its folder stand before ``node`` in order."""
    key, shown = _key(view, sort), view.shown
    own = key(node)
    return sum(
        shown[child] and (hits is None or hits[child]) and key(child) < own
        for child in view.table.children(view.table.node_parent[node])
    )


def _key(view: TreeView, sort: Sort) -> Callable[[int], tuple[int, bytes] | tuple[int, int, bytes]]:
    names = view.table.names

    def weight(node: int) -> int:
        return -(view.size[node] or view.removed[node])

    if sort == "name":
        return lambda node: (0, names[node])
    if sort == "change":
        # Changed first, and among them what was removed: it is what people look for.
        return lambda node: (-view.sign[node], weight(node), names[node])
    return lambda node: (weight(node), names[node])


def owners_below(
    view: TreeView, inode_owner: Sequence[int], node: int, most: int = 20_000
) -> dict[int, int] | None:
    """Bytes by owner index at and below ``node``, each inode once; None for more than ``most`` paths."""
    table, seen, total, todo, steps = view.table, set[int](), dict[int, int](), [node], 0
    while todo:
        here = todo.pop()
        steps += 1
        if steps > most:
            return None
        entry = view.entry[here]
        inode = table.entry_inode[entry] if entry != NONE else NONE
        if inode != NONE and view.files[here] and inode not in seen:
            seen.add(inode)
            owner = inode_owner[inode]
            total[owner] = total.get(owner, 0) + table.inode_size(inode)
        todo.extend(child for child in table.children(here) if view.shown[child])
    return total
