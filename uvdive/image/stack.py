"""Lay layers over each other, bottom up, and account for every inode.

Rules: OCI image-spec "layer.md" and ``spec/ledger.md`` ("Inodes", "Causes of
death"). In each layer all whiteouts act first, on the state that the layers below
left; then come the entries in tar order.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import compress

from uvdive.image.layer import HARD_LINK, OPAQUE, WHITEOUT, LayerIndex
from uvdive.image.table import ALIVE, NONE, Cause, Change, FileTable, Kind

Content = tuple[int, int]
"""Names a file's content: the layer, and the entry's place in its LayerIndex."""

SameContent = Callable[[Content, Content], bool]
"""Are two files of equal size equal?"""


# Plain numbers: comparing with an enum's member costs a call.
_FILE, _DIRECTORY, _SYMLINK = int(Kind.FILE), int(Kind.DIRECTORY), int(Kind.SYMLINK)


class _Stack:
    """The state while layers are applied.

    ``below`` holds, for each folder, the nodes that are alive or lead to something
    alive; names that are gone wait in ``gone`` for a layer that brings them back.
    So a whiteout costs only what it removes.
    """

    def __init__(self, same_content: SameContent) -> None:
        self.table = FileTable()
        self.same_content = same_content
        self.below: list[dict[bytes, int] | None] = [{}]
        self.gone: dict[tuple[int, bytes], int] = {}
        self.shown = [NONE]  # the visible entry of each node
        self.newest = [NONE]  # the last entry that each node got
        self.names_left: list[int] = []  # live names of each inode
        self.source: list[Content] = []  # where each inode's content is
        self.layer = 0
        self.warnings: list[str] = []

    def node(self, parent: int, name: bytes) -> int:
        """The live child of that name; made, or brought back, if there is none."""
        children = self.below[parent]
        if children is None:
            children = self.below[parent] = {}
        child = children.get(name)
        if child is None:
            child = self.gone.pop((parent, name), None) if self.gone else None
            if child is None:
                child = len(self.table.names)
                self.table.names.append(name)
                self.table.node_parent.append(parent)
                self.below.append(None)
                self.shown.append(NONE)
                self.newest.append(NONE)
            children[name] = child
        return child

    def lookup(self, path: bytes) -> int | None:
        """The live node of a clean path, or None."""
        node = 0
        for name in path.split(b"/") if path else ():
            child = (self.below[node] or {}).get(name)
            if child is None:
                return None
            node = child
        return node

    def folder(self, path: bytes) -> int:
        """The node of a folder that an entry needs; what is no folder there is shadowed."""
        node = 0
        for name in path.split(b"/") if path else ():
            node = self.node(node, name)
            entry = self.shown[node]
            if entry != NONE and self.table.entry_kind[entry] != Kind.DIRECTORY:
                self.end(node, Cause.SHADOWED)
        return node

    def end(self, node: int, cause: Cause) -> None:
        """The node's visible entry ends in this layer."""
        entry = self.shown[node]
        if entry == NONE:
            return
        self.shown[node] = NONE
        table = self.table
        table.entry_death[entry] = self.layer
        table.entry_cause[entry] = cause
        inode = table.entry_inode[entry]
        if inode != NONE:
            self.names_left[inode] -= 1
            if not self.names_left[inode]:
                table.inode_death[inode] = self.layer
                table.inode_cause[inode] = cause

    def clear(self, node: int, cause: Cause) -> None:
        """Everything below the node ends in this layer."""
        stack = [node]
        while stack:
            parent = stack.pop()
            children = self.below[parent]
            if children:
                self.below[parent] = None
                for name, child in children.items():
                    self.gone[parent, name] = child
                    self.end(child, cause)
                    stack.append(child)

    def whiteouts(self, index: LayerIndex) -> None:
        for place, kind in enumerate(index.kind):
            if kind < WHITEOUT:
                continue
            parent = self.lookup(index.folders[index.folder[place]])
            if parent is None:
                continue
            if kind == OPAQUE:
                self.clear(parent, Cause.DELETED)
            elif self.below[parent]:
                self.remove(parent, index.names[place])

    def remove(self, parent: int, name: bytes) -> None:
        children = self.below[parent]
        node = children.pop(name, None) if children else None
        if node is not None:
            self.gone[parent, name] = node
            self.end(node, Cause.DELETED)
            self.clear(node, Cause.DELETED)

    def entries(self, index: LayerIndex) -> None:
        shown = [kind < WHITEOUT for kind in index.kind]
        entry = self.columns(index, shown)
        folders: list[int | None] = [None] * len(index.folders)
        for place, kind in enumerate(index.kind):
            if not shown[place]:
                continue
            number = index.folder[place]
            parent = folders[number]
            if parent is None:
                parent = self.folder(index.folders[number])
                folders[number] = parent
            name = index.names[place]
            node = self.node(parent, name) if name else 0
            if kind != _DIRECTORY and self.is_folder(node):
                self.clear(node, Cause.SHADOWED)
                # The tar may go on below it, as a folder again.
                folders = [None] * len(index.folders)
            self.place(index, place, kind, node, entry)
            entry += 1

    def columns(self, index: LayerIndex, shown: list[bool]) -> int:
        """Add rows for all of the layer's entries, as far as the index has them; the first one."""
        table, first = self.table, len(self.table.entry_node)
        count = sum(shown)
        for name in ("mode", "uid", "gid", "mtime", "size", "kind"):
            column: array[int] = getattr(index, name)
            whole = count == len(column)
            getattr(table, f"entry_{name}").extend(column if whole else compress(column, shown))
        table.entry_node.extend(array("I", bytes(4 * count)))
        table.entry_layer.extend(array("H", [self.layer]) * count)
        table.entry_inode.extend(array("i", [NONE]) * count)
        table.entry_link.extend(array("i", [NONE]) * count)
        table.entry_death.extend(array("H", [ALIVE]) * count)
        table.entry_cause.extend(array("B", bytes(count)))
        table.entry_change.extend(array("B", bytes(count)))
        return first

    def is_folder(self, node: int) -> bool:
        """Is the node a folder now, with an entry of its own or without?"""
        entry = self.shown[node]
        return bool(self.below[node]) or (entry != NONE and self.table.entry_kind[entry] == Kind.DIRECTORY)

    def place(self, index: LayerIndex, place: int, kind: int, node: int, entry: int) -> None:
        """Make one entry of the layer, whose row is there, visible at its node."""
        table = self.table
        inode, link = NONE, index.target[place]
        if kind == _FILE:
            inode = self.inode(entry, place)
        elif kind == HARD_LINK:
            kind, inode, size, link = self.linked(index, place, entry)
            table.entry_kind[entry], table.entry_size[entry] = kind, size
        table.entry_node[entry] = node
        if inode != NONE:
            table.entry_inode[entry] = inode
            # Counted before the old name ends: they may be one and the same inode.
            self.names_left[inode] += 1
        elif kind == _SYMLINK and link != NONE:
            table.entry_link[entry] = len(table.links)
            table.links.append(index.targets[link])
        before = self.shown[node]
        if before != NONE:
            self.end(node, self.cause(before, kind, inode, table.entry_size[entry]))
        last = self.newest[node]
        if last != NONE:
            table.entry_change[entry] = self.change(last)
        self.newest[node] = self.shown[node] = entry

    def inode(self, entry: int, place: int) -> int:
        """A new inode, whose content is that of the layer's entry at ``place``."""
        table = self.table
        table.inode_entry.append(entry)
        table.inode_death.append(ALIVE)
        table.inode_cause.append(0)
        self.names_left.append(0)
        self.source.append((self.layer, place))
        return len(self.names_left) - 1

    def linked(self, index: LayerIndex, place: int, row: int) -> tuple[int, int, int, int]:
        """Kind, inode, size and link of what a hard link names at this point of the tar."""
        table = self.table
        path = index.targets[index.target[place]]
        target = self.lookup(path)
        entry = NONE if target is None else self.shown[target]
        if entry == NONE or table.entry_kind[entry] == Kind.DIRECTORY:
            # Not lost: it becomes an empty file, so that the name stays visible.
            self.warn(f"a hard link names {path!r}, which is not there: read as an empty file")
            return _FILE, self.inode(row, place), 0, NONE
        if table.entry_layer[entry] != self.layer:
            self.warn(f"a hard link names {path!r} of a lower layer, which engines refuse")
        kind = table.entry_kind[entry]
        if kind == Kind.SYMLINK:
            index.targets.append(table.links[table.entry_link[entry]])
            return kind, NONE, 0, len(index.targets) - 1
        return kind, table.entry_inode[entry], table.entry_size[entry], NONE

    def warn(self, text: str) -> None:
        self.warnings.append(f"layer {self.layer}: {text}")

    def cause(self, before: int, kind: int, inode: int, size: int) -> Cause:
        """Why the entry ``before`` ends when one of that kind and inode takes its place."""
        table = self.table
        old = table.entry_kind[before]
        if old != kind:
            return Cause.SHADOWED
        if kind != Kind.FILE:
            return Cause.NONE if kind == Kind.DIRECTORY else Cause.OVERWRITTEN
        mine = table.entry_inode[before]
        if mine == inode:
            return Cause.REWRITTEN
        if table.entry_size[before] != size:
            return Cause.OVERWRITTEN
        same = size == 0 or self.same_content(self.source[mine], self.source[inode])
        return Cause.REWRITTEN if same else Cause.OVERWRITTEN

    def change(self, last: int) -> Change:
        """What an entry does to a path whose entry before it was ``last``."""
        table = self.table
        if table.entry_layer[last] == self.layer:
            return Change(table.entry_change[last])
        return Change.MODIFIED if table.entry_death[last] >= self.layer else Change.ADDED


def stack(
    layers: Sequence[LayerIndex], same_content: SameContent
) -> tuple[FileTable, list[Content], list[str]]:
    """Apply the layers bottom up.

    Returns:
        The columns; for each inode where its content is; and warnings in words.
    """
    state = _Stack(same_content)
    for number, index in enumerate(layers):
        state.layer = number
        state.whiteouts(index)
        state.entries(index)
        state.warnings.extend(f"layer {number}: {text}" for text in index.warnings)
    return state.table, state.source, state.warnings
