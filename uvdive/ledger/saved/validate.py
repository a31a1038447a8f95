"""Is a report that came from outside safe to index and to walk?"""

from __future__ import annotations

import operator
from array import array
from itertools import islice

from uvdive.image.table import NONE, Cause, Change, FileTable, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport


def check(report: ImageReport) -> None:
    """Check every index of a report's columns, layers and owners.

    Raises:
        ValueError: something points out of its table, or a path would never end.
    """
    table, layers = report.files, len(report.layers)
    _same_length(table, "entry_", table.entries)
    _same_length(table, "inode_", table.inodes)
    _check_nodes(table)
    _within("entry_node", table.entry_node, 0, len(table.names))
    _within("entry_kind", table.entry_kind, 0, len(Kind))
    _within("entry_cause", table.entry_cause, 0, len(Cause))
    _within("entry_change", table.entry_change, 0, len(Change))
    _within("entry_link", table.entry_link, NONE, len(table.links))
    _within("attributed", table.attributed, 0, table.entries)
    if len(table.attributed) != len(table.xattrs) or not all(
        map(operator.lt, table.attributed, islice(table.attributed, 1, None))
    ):
        raise ValueError("the columns of extended attributes don't agree")
    _within("entry_inode", table.entry_inode, NONE, table.inodes)
    for name, column, end in (
        ("entry_layer", table.entry_layer, layers),
        ("inode_entry", table.inode_entry, table.entries),
    ):
        if not all(map(operator.le, column, islice(column, 1, None))):
            raise ValueError("the entries are not in the order of their layers")
        _within(name, column[-1:], 0, end)
    _within("inode_cause", table.inode_cause, 0, len(Cause))
    if not len(report.inode_owner) == len(report.inode_component) == table.inodes:
        raise ValueError("the owners' columns have other lengths than the inodes'")
    _within("inode_owner", report.inode_owner, 0, len(OWNERS))
    _within("inode_component", report.inode_component, NONE, len(report.components))
    if [layer.index for layer in report.layers] != list(range(layers)):
        raise ValueError("the layers are not in order")
    _within("layer of waste", [waste.layer for waste in report.waste], 0, layers)
    _within("killer of waste", [waste.killed_by for waste in report.waste], 0, layers)
    _known_owners(report)


def _same_length(table: FileTable, prefix: str, length: int) -> None:
    for name in FileTable.__slots__:
        if name.startswith(prefix) and len(getattr(table, name)) != length:
            raise ValueError(f"column {name} has another length than its neighbours")


def _check_nodes(table: FileTable) -> None:
    nodes = len(table.names)
    if not nodes or len(table.node_parent) != nodes or table.node_parent[0] != NONE:
        raise ValueError("the columns of nodes don't agree")
    # A parent that comes before its child: no path can run in a circle.
    below = table.node_parent[1:]
    if min(below, default=0) < 0 or not all(map(operator.lt, below, range(1, nodes))):
        raise ValueError("a node's parent comes after it")
    if b"/" in b"".join(table.names):
        raise ValueError("a name holds a slash")


def _within(name: str, values: array[int] | list[int], low: int, end: int) -> None:
    if isinstance(values, array) and values.typecode == "B":
        if values.tobytes().translate(None, bytes(range(low, end))):
            raise ValueError(f"{name} points out of its table")
        return
    unsigned = isinstance(values, array) and values.typecode.isupper()
    # A million numbers are looked at once where they can't be below zero.
    lowest = 0 if unsigned else min(values, default=low)
    if values and not low <= lowest <= max(values) < end:
        raise ValueError(f"{name} points out of its table")


def _known_owners(report: ImageReport) -> None:
    names = [owner.owner for owner in report.owners]
    named = {*names, *(part.owner for part in report.components), *(dead.owner for dead in report.waste)}
    named.update(*(layer.owners for layer in report.layers))
    if len(set(names)) != len(names) or named - set(names) or named - set(OWNERS):
        raise ValueError("the owners are not the ones that uvdive knows")
