"""What the details pane and the lists ask of the desk about one path; no Textual in here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvdive.image.table import ALIVE, NONE, Cause, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.tree import TreeView, owners_below
from uvdive.tui.desk.file_lines import view_of
from uvdive.tui.desk.links import Linked, linked_elsewhere
from uvdive.tui.desk.places import Place, Span

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport
    from uvdive.session.desk import Held

MOST = 30
"""So many events of a path's history are told at most."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a layer did to a path: ``change`` as ``Change``, or the ``cause`` of its end."""

    layer: int
    change: int = NONE
    cause: int = Cause.NONE


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What an entry says of itself, and its inode; ``component`` indexes the report's, or is NONE.

    ``death`` is the layer that made the inode dead, None for one that lives. ``attributes`` are
    extended ones, a line ``name=value`` for each, the value in hexadecimal digits.
    """

    size: int
    mode: int
    uid: int
    gid: int
    mtime: int
    link: bytes | None
    owner: int | None
    component: int
    death: int | None
    cause: int
    kind: int
    attributes: bytes


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """A path in a view. Sizes in bytes; ``owners`` are indexes of ``OWNERS``, with bytes if that is quick.

    ``first`` is the layer that first wrote below a path which no layer names, ``linked`` what has
    other names elsewhere.
    """

    path: bytes
    kind: int
    sign: int
    bytes: int
    removed: int
    files: int
    owners: tuple[tuple[int, int | None], ...]
    file: FileFacts | None
    history: tuple[Event, ...]
    first: int | None
    linked: Linked | None = None


def facts_of(held: Held, span: Span, node: int) -> NodeFacts:
    """All that is told about a path."""
    report, view = held.report, view_of(held, span)
    table, entry = view.table, view.entry[node]
    kind = Kind.DIRECTORY if entry == NONE else table.entry_kind[entry]
    return NodeFacts(
        path=table.path(node),
        kind=kind,
        sign=view.sign[node],
        bytes=view.size[node],
        removed=view.removed[node],
        files=view.files[node],
        owners=tuple(_owners(report, view, node)) if kind == Kind.DIRECTORY else (),
        file=None if entry == NONE else facts_of_entry(report, entry),
        history=tuple(_history(view, node)),
        first=_first_below(view, node) if not table.entries_of(node) else None,
        linked=linked_elsewhere(held, view, node) if node else None,
    )


def _owners(report: ImageReport, view: TreeView, node: int) -> Iterator[tuple[int, int | None]]:
    found = owners_below(view, report.inode_owner, node)
    if found is not None:
        yield from sorted(
            ((owner, count) for owner, count in found.items() if count), key=lambda item: -item[1]
        )
        return
    yield from ((bit, None) for bit in range(len(OWNERS)) if view.owners[node] >> bit & 1)


def facts_of_entry(report: ImageReport, entry: int) -> FileFacts:
    """What an entry says of itself and of its inode."""
    table = report.files
    inode, link = table.entry_inode[entry], table.entry_link[entry]
    symbolic = table.entry_kind[entry] == Kind.SYMLINK and link != NONE
    death = table.inode_death[inode] if inode != NONE else ALIVE
    return FileFacts(
        table.entry_size[entry],
        table.entry_mode[entry],
        table.entry_uid[entry],
        table.entry_gid[entry],
        table.entry_mtime[entry],
        table.links[link] if symbolic else None,
        report.inode_owner[inode] if inode != NONE else None,
        report.inode_component[inode] if inode != NONE else NONE,
        None if death == ALIVE else death,
        table.inode_cause[inode] if inode != NONE else Cause.NONE,
        table.entry_kind[entry],
        table.attributes(entry),
    )


def _history(view: TreeView, node: int) -> Iterator[Event]:
    table = view.table
    for entry in table.entries_of(node)[:MOST]:
        yield Event(table.entry_layer[entry], change=table.entry_change[entry])
        death, cause = table.entry_death[entry], table.entry_cause[entry]
        if death != ALIVE and cause in (Cause.DELETED, Cause.SHADOWED):
            yield Event(death, cause=cause)


def _first_below(view: TreeView, node: int, most: int = 5_000) -> int | None:
    """The layer that first wrote below a path; None where that takes too long."""
    table, todo, first = view.table, [node], None
    while todo:
        here = todo.pop()
        most -= 1
        if most < 0:
            return None
        for entry in table.entries_of(here)[:1]:
            layer = table.entry_layer[entry]
            first = layer if first is None else min(first, layer)
        todo.extend(table.children(here))
    return first


def path_of(held: Held, node: int) -> bytes:
    """A node's path."""
    return held.report.files.path(node)


@dataclass(frozen=True, slots=True)
class Found:
    """Where something is to be seen, and the layer that it leads to; None where there is none."""

    place: Place | None = None
    layer: int | None = None


def find_waste(held: Held, path: bytes, layer: int) -> Found:
    """A wasted path, in the layer that wrote it."""
    node = held.report.files.find(path)
    return Found(None if node is None else Place(node, Span(layer, "layer")), layer)


def find_paths(held: Held, paths: tuple[bytes, ...]) -> Found:
    """The first of some paths that any layer has."""
    for path in paths:
        place = place_of_path(held.report, path)
        if place is not None:
            entries = held.report.files.entries_of(place.node)
            return Found(place, held.report.files.entry_layer[entries[-1]] if entries else None)
    return Found()


def find_component(held: Held, number: int) -> Found:
    """Where most of a component lies, and the layer that brought its first file.

    That is the folder that holds most of its bytes and nothing else; where it has none, its largest file.
    """
    report, table = held.report, held.report.files
    inodes = [inode for inode, part in enumerate(report.inode_component) if part == number]
    if not inodes:
        return Found()
    below: dict[int, int] = {}
    for inode in inodes:
        node = table.entry_node[table.inode_entry[inode]]
        while node:
            node = table.node_parent[node]
            below[node] = below.get(node, 0) + table.inode_size(inode) + 1
    most = max(inodes, key=table.inode_size)
    own = [folder for folder in below if _is_own(report, folder, number)]
    # The topmost of equal ones: a folder is made before what is in it.
    largest = table.entry_node[table.inode_entry[most]]
    path = table.path(max(own, key=lambda folder: (below[folder], -folder), default=largest))
    return Found(place_of_path(report, path), table.inode_layer(inodes[0]))


def _is_own(report: ImageReport, folder: int, number: int) -> bool:
    """Is all that a folder ever held the component's?"""
    table, todo = report.files, [folder]
    while todo:
        node = todo.pop()
        for entry in table.entries_of(node):
            inode = table.entry_inode[entry]
            if inode != NONE and report.inode_component[inode] != number:
                return False
        todo.extend(table.children(node))
    return True


def place_of_path(report: ImageReport, path: bytes) -> Place | None:
    """A path in the final image, or in the last layer that had it."""
    table = report.files
    node = table.find(path)
    if node is None or not report.layers:
        return None
    entries = table.entries_of(node)
    alive = not entries or any(table.entry_death[entry] == ALIVE for entry in entries)
    if alive:
        return Place(node, Span(len(report.layers) - 1, "upto"))
    return Place(node, Span(table.entry_layer[entries[-1]], "layer"))
