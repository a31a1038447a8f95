"""What the history screen asks of the desk: each layer that touched a path, and what it did below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvdive.image.table import NONE, Kind
from uvdive.ledger.view.history import LayerHistory, changes_below, history_of
from uvdive.ledger.view.tree import Sign
from uvdive.tui.desk.file_contents import Version, versions
from uvdive.tui.desk.path_facts import FileFacts, facts_of_entry

if TYPE_CHECKING:
    from uvdive.session.desk import Held

MOST = 1_000
"""So many changed paths are listed at most; nobody reads on."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one layer did to a path, and what the path was before and after.

    ``sign`` is a ``Sign``; ``was`` and ``now`` are None where the path was not there, or only
    paths below it made it. ``version`` is the place of the content that the layer wrote.
    """

    sums: LayerHistory
    sign: int
    was: FileFacts | None
    now: FileFacts | None
    version: int | None


@dataclass(frozen=True, slots=True)
class PathHistory:
    """A path through the layers that touched it, oldest first; ``versions`` are a file's contents."""

    node: int
    path: bytes
    folder: bool
    steps: tuple[Step, ...]
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A path that a layer changed, by its name below the folder; ``owner`` indexes OWNERS, or is NONE."""

    node: int
    name: bytes
    sign: int
    kind: int
    bytes: int
    owner: int


@dataclass(frozen=True, slots=True)
class ChangedPaths:
    """The largest changes of one layer below a folder, and how many there are."""

    layer: int
    paths: tuple[Changed, ...]
    count: int


def path_history(held: Held, node: int) -> PathHistory:
    """The history of a file or folder."""
    report = held.report
    table = report.files
    found = versions(report, node)
    entries = table.entries_of(node)
    folder = not entries or any(table.entry_kind[entry] == Kind.DIRECTORY for entry in entries)
    steps = []
    for sums in history_of(table, node, len(report.layers)):
        layer = sums.layer
        before = table.visible(node, layer - 1) if layer else None
        after = table.visible(node, layer)
        steps.append(
            Step(
                sums,
                _sign(before, after, changed=bool(sums.added or sums.changed or sums.removed)),
                None if before is None else facts_of_entry(report, before),
                None if after is None else facts_of_entry(report, after),
                next(
                    (place for place, one in enumerate(found) if one.entry == after and after != before), None
                ),
            )
        )
    return PathHistory(node, table.path(node), folder, tuple(steps), found)


def _sign(before: int | None, after: int | None, *, changed: bool) -> int:
    if before == after:
        return Sign.CHANGED if changed else Sign.NONE
    if after is None:
        return Sign.REMOVED
    return Sign.ADDED if before is None else Sign.CHANGED


def changed_paths(held: Held, node: int, layer: int) -> ChangedPaths:
    """What a layer did below a folder, the largest first."""
    report, table = held.report, held.report.files
    path = table.path(node)
    cut = len(path) + (path != b"/")
    changes, count = changes_below(table, node, layer, MOST)
    paths = []
    for change in changes:
        inode = table.entry_inode[change.entry]
        owner = report.inode_owner[inode] if inode != NONE else NONE
        name = table.path(change.node)[cut:] or table.names[change.node]
        paths.append(Changed(change.node, name, change.sign, change.kind, change.bytes, owner))
    return ChangedPaths(layer, tuple(paths), count)
