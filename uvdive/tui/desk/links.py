"""The other names of a file, or of the files of a folder: hard links, which are counted once."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvdive.ledger.view.tree import TreeView, names_of_links

if TYPE_CHECKING:
    from uvdive.session.desk import Held

MOST = 8
"""So many paths are named at most."""


@dataclass(frozen=True, slots=True)
class Linked:
    """How many bytes have other names, and where those are: paths of files, or of a folder that holds them.

    ``more`` are so many that are not among ``paths``.
    """

    total: int
    paths: tuple[bytes, ...]
    more: int = 0


def linked_elsewhere(held: Held, view: TreeView, node: int) -> Linked | None:
    """What of a file or folder has names outside of it, in the same view; None where nothing has."""
    links = _links(held, view)
    if not links:
        return None
    total, outside = 0, list[int]()
    for inode, nodes in links.items():
        others = [other for other in nodes if not _is_below(view, other, node)]
        if len(others) < len(nodes) and others:
            total += view.table.inode_size(inode)
            outside += others
    if not outside:
        return None
    paths = sorted({view.table.path(other) for other in outside})
    folder = len(paths) > 1 and posixpath.commonpath(paths)
    # One folder that holds all of the names says more than a few of them, unless it holds this one too.
    if folder and not _is_below(view, node, view.table.find(folder) or 0):
        return Linked(total, (folder,))
    return Linked(total, tuple(paths[:MOST]), max(0, len(paths) - MOST))


def _links(held: Held, view: TreeView) -> dict[int, list[int]]:
    """The links of a view; they are kept with the screens' other answers, as finding them takes long."""
    key = ("links", view.layer, view.mode, view.first)
    known = held.memo.get(key)
    if known is None:
        for other in [other for other in held.memo if isinstance(other, tuple) and other[0] == "links"]:
            del held.memo[other]
        known = held.memo[key] = names_of_links(view)
    found: dict[int, list[int]] = known
    return found


def _is_below(view: TreeView, node: int, folder: int) -> bool:
    parents = view.table.node_parent
    while node > folder:
        node = parents[node]
    return node == folder
