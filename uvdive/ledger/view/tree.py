"""Sizes, changes and owners of every path, in one view of the layers.

A view is what one layer did (``layer``), the net effect of several (``range``) or the
state after a layer (``upto``).
Everything is computed from the columns of a ``FileTable`` in two passes; a hard
link counts once per inode in every directory (``docs/numbers.md``, "Inodes").
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import compress, repeat
from operator import ge, gt, le, ne
from typing import Literal

from uvdive.image.table import NONE, FileTable, Kind
from uvdive.ledger.owners import OWNERS

Mode = Literal["layer", "upto", "range"]
Sort = Literal["size", "name", "change"]
_FEW = 4
"""So many nodes are added one by one as fast as in a row."""

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
    # The layers' entries stand one after the other.
    begin, end = 0 if mode == "upto" else table.span(view.first)[0], table.span(layer)[1]
    stays = map(gt, table.entry_death[begin:end], repeat(layer))
    _place(view, inode_owner, array("I", compress(range(begin, end), stays)))
    if mode != "upto":
        deaths = table.entry_death
        ends = compress(range(begin), map(le, deaths[:begin], repeat(layer)))
        _place_removed(view, inode_owner, [entry for entry in ends if deaths[entry] >= view.first])
    _sum_up(view)
    return view


def _place(view: TreeView, inode_owner: Sequence[int], entries: array[int]) -> None:
    table = view.table
    inodes = array("i", map(table.entry_inode.__getitem__, entries))
    shown, entry_at, size_at, files, owners = view.shown, view.entry, view.size, view.files, view.owners
    mask = [1 << owner for owner in range(len(OWNERS))]
    # A link to a file of a lower layer costs this one nothing.
    mine = 0 if view.mode == "upto" else bisect_left(table.inode_entry, table.span(view.first)[0])
    nodes = map(table.entry_node.__getitem__, entries)
    sizes = map(table.entry_size.__getitem__, entries)
    for entry, node, inode, size in zip(entries, nodes, inodes, sizes, strict=True):
        entry_at[node] = entry
        shown[node] = 1
        if inode != NONE:
            owners[node] = mask[inode_owner[inode]]
            if inode >= mine:
                size_at[node] = size
                files[node] = 1
    _mark(view, entries)
    _count_links_once(view, _names(table, entries, inodes, mine))


def _mark(view: TreeView, entries: array[int]) -> None:
    """Say of each path what the view's layers did to it."""
    table, sign, nodes = view.table, view.sign, view.table.entry_node
    if view.mode == "range":
        before = _there_before(view)
        for entry in entries:
            node = nodes[entry]
            sign[node] = Sign.CHANGED if before[node] else Sign.ADDED
        return
    added, changed, changes = int(Sign.ADDED), int(Sign.CHANGED), table.entry_change
    for entry in entries[bisect_left(entries, table.span(view.layer)[0]) :]:
        sign[nodes[entry]] = changed if changes[entry] else added


def _names(table: FileTable, entries: array[int], inodes: array[int], mine: int) -> dict[int, list[int]]:
    """The nodes of each inode that has several among the entries, from the inode ``mine`` on."""
    names: dict[int, list[int]] = {}
    if table.entry_kind.count(Kind.FILE) > table.inodes:
        counts = Counter(inodes)
        for entry, inode in zip(entries, inodes, strict=True):
            if inode >= mine and counts[inode] > 1:
                names.setdefault(inode, []).append(table.entry_node[entry])
    return names


def _there_before(view: TreeView) -> bytearray:
    """Mark the nodes that could be seen below the range."""
    table, first = view.table, view.first
    found = bytearray(len(table.node_parent))
    below = table.span(first)[0]
    stays = map(ge, table.entry_death[:below], repeat(first))
    for node in compress(table.entry_node[:below], stays):
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
    """Add every folder's children to it, the last made first: a node is always made after its parent."""
    parents, shown, sign = view.table.node_parent, view.shown, view.sign
    size, removed, files, owners = view.size, view.removed, view.files, view.owners
    count = len(parents)
    ends = [*compress(range(1, count), map(ne, parents, parents[1:])), count]
    for start, end in zip(reversed(ends[:-1]), reversed(ends[1:]), strict=True):
        if end - start > _FEW:
            # Nodes of one folder in a row; those below them come after, and are added already.
            if any(shown[start:end]):
                parent = parents[start]
                shown[parent] = 1
                size[parent] += sum(size[start:end])
                removed[parent] += sum(removed[start:end])
                files[parent] += sum(files[start:end])
                for mask in set(owners[start:end]):
                    owners[parent] |= mask
                if not sign[parent] and any(sign[start:end]):
                    sign[parent] = Sign.CHANGED
            continue
        for node in range(start, end):
            if shown[node]:
                parent = parents[node]
                shown[parent] = 1
                size[parent] += size[node]
                removed[parent] += removed[node]
                files[parent] += files[node]
                owners[parent] |= owners[node]
                if sign[node] and not sign[parent]:
                    sign[parent] = Sign.CHANGED


def narrowed(view: TreeView, bits: bytearray, leaf: int) -> TreeView:
    """The view with the sums of those paths alone that have one of the bits ``leaf`` in ``bits``.

    Every path with bits has a parent with some. As in the whole view each inode counts once in every
    folder, so a folder is as large as what is shown below it.
    """
    table, count = view.table, len(bits)
    kinds, parents = table.entry_kind, table.node_parent
    size, removed, files = array("q", [0]) * count, array("q", [0]) * count, array("l", [0]) * count
    nodes = list(compress(range(count), bits))
    for node in nodes:
        if bits[node] & leaf and (entry := view.entry[node]) != NONE and kinds[entry] != Kind.DIRECTORY:
            size[node], removed[node], files[node] = view.size[node], view.removed[node], view.files[node]
    found = replace(view, size=size, removed=removed, files=files)
    _count_links_once(found, names_of_links(found))
    for node in reversed(nodes):
        if node:
            size[parents[node]] += size[node]
            removed[parents[node]] += removed[node]
            files[parents[node]] += files[node]
    return found


def names_of_links(view: TreeView) -> dict[int, list[int]]:
    """The nodes of each file that the view counts under several names."""
    table, inodes = view.table, view.table.entry_inode
    names: dict[int, list[int]] = {}
    if table.entry_kind.count(Kind.FILE) > table.inodes:
        kinds = table.entry_kind
        for node, entry in enumerate(view.entry):
            if view.files[node] and entry != NONE and kinds[entry] == Kind.FILE:
                names.setdefault(inodes[entry], []).append(node)
    return {inode: nodes for inode, nodes in names.items() if len(nodes) > 1}


def counted_once(view: TreeView, node: int) -> int:
    """Bytes that the paths right below a folder have in common: so much less is it than their sum."""
    shown = view.shown
    return sum(view.size[child] for child in view.table.children(node) if shown[child]) - view.size[node]


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
