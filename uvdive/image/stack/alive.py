"""What is alive while layers are applied, and how it ends: by whiteouts, or by what takes its place.

Rules: https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts and
``docs/numbers.md`` ("Causes of death").
"""

from __future__ import annotations

from array import array

from uvdive.image.layer_index import OPAQUE, WHITEOUT, LayerIndex
from uvdive.image.table import NONE, Cause, FileTable, Kind

_DIRECTORY = int(Kind.DIRECTORY)
"""A plain number: comparing with an enum's member costs a call."""


class Living:
    """The tree of names as the layers up to ``layer`` left it.

    ``below`` gives, for a folder, the nodes that are alive or lead to something
    alive; names that are gone wait in ``gone`` for a layer that brings them back.
    So a whiteout costs only what it removes. Nobody looks into most folders once they
    are filled: of such a one only the ``fresh`` nodes are known, which were made in one go.
    """

    def __init__(self) -> None:
        self.table = FileTable()
        self.fresh: dict[int, range] = {}
        self._below: dict[int, dict[bytes, int]] = {}
        self.gone: dict[int, dict[bytes, int]] = {}
        self.shown = array("i", [NONE])  # the visible entry of each node
        self.newest = array("i", [NONE])  # the last entry that each node got
        self.names_left = array("I")  # live names of each inode
        self.layer = 0
        self._found: dict[bytes, int] = {}  # folders that were looked up
        self._folders: dict[bytes, int] = {}  # those that entries needed: nothing shadows them

    def below(self, folder: int) -> dict[bytes, int] | None:
        """The nodes in a folder by their names; None where there were never any."""
        nodes = self.fresh.pop(folder, None)
        if nodes is not None:
            self._below[folder] = dict(zip(self.table.names[nodes.start : nodes.stop], nodes, strict=True))
        return self._below.get(folder)

    def into(self, folder: int) -> dict[bytes, int]:
        """The same, to put more in."""
        below = self.below(folder)
        if below is None:
            below = self._below[folder] = {}
        return below

    def node(self, parent: int, name: bytes) -> int:
        """The live child of that name; made, or brought back, if there is none."""
        children = self.into(parent)
        child = children.get(name)
        if child is None:
            child = self.gone[parent].pop(name, None) if parent in self.gone else None
            if child is None:
                child = len(self.table.names)
                self.table.names.append(name)
                self.table.node_parent.append(parent)
                self.shown.append(NONE)
                self.newest.append(NONE)
            children[name] = child
        return child

    def lookup(self, path: bytes) -> int | None:
        """The live node of a clean path, or None."""
        folder, _, name = path.rpartition(b"/")
        node: int | None = self._found.get(folder) if folder else 0
        if node is None:
            node = self._walked(folder)
            if node is None:
                return None
            self._found[folder] = node
        if not name:
            return node
        below = self.below(node)
        return None if below is None else below.get(name)

    def _walked(self, path: bytes) -> int | None:
        node = 0
        for name in path.split(b"/"):
            below = self.below(node)
            child = None if below is None else below.get(name)
            if child is None:
                return None
            node = child
        return node

    def folder(self, path: bytes) -> int:
        """The node of a folder that an entry needs; what is no folder there is shadowed."""
        above, _, name = path.rpartition(b"/")
        node: int | None = self._folders.get(above) if above else 0
        parts = [name] if path else []
        if node is None:
            node, parts = 0, path.split(b"/")
        for part in parts:
            node = self.node(node, part)
            entry = self.shown[node]
            if entry != NONE and self.table.entry_kind[entry] != _DIRECTORY:
                self.end(node, Cause.SHADOWED)
        self._folders[path] = node
        return node

    def forget(self) -> None:
        """Look paths up anew: folders may be gone, or be folders no more."""
        self._found.clear()
        self._folders.clear()

    def is_folder(self, node: int) -> bool:
        """Is the node a folder now, with an entry of its own or without?"""
        entry = self.shown[node]
        if node in self.fresh or self._below.get(node):
            return True
        return entry != NONE and self.table.entry_kind[entry] == _DIRECTORY

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
        self.forget()
        stack = [node]
        while stack:
            parent = stack.pop()
            children = self.below(parent)
            if children:
                del self._below[parent]
                self.gone.setdefault(parent, {}).update(children)
                for child in children.values():
                    self.end(child, cause)
                stack.extend(children.values())

    def whiteouts(self, index: LayerIndex) -> None:
        """Apply all of a layer's whiteouts to what the layers below it left."""
        if not index.removes():
            return
        for place, kind in enumerate(index.kind):
            if kind < WHITEOUT:
                continue
            parent = self.lookup(index.folders[index.folder[place]])
            if parent is None:
                continue
            if kind == OPAQUE:
                self.clear(parent, Cause.DELETED)
            else:
                self.remove(parent, index.names[place])

    def remove(self, parent: int, name: bytes) -> None:
        """The name in a folder ends in this layer, and everything below it."""
        below = self.below(parent)
        node = None if below is None else below.pop(name, None)
        if node is not None:
            self.forget()
            self.gone.setdefault(parent, {})[name] = node
            self.end(node, Cause.DELETED)
            self.clear(node, Cause.DELETED)
