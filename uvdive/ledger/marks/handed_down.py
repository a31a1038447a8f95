"""A number that a folder hands down to all below it, unless an inner folder has its own."""

from __future__ import annotations

from collections.abc import Mapping

from uvdive.image.table import FileTable


class Inherited:
    """The numbers of all nodes, held by folder: an image has far fewer folders than files."""

    def __init__(self, table: FileTable, roots: Mapping[int, int], default: int) -> None:
        self._parents = table.node_parent
        self.roots = roots
        self.folders = {0: roots.get(0, default)}
        """What each folder hands down, itself included."""
        # A node is always made after its parent.
        for folder in sorted(table.folders()):
            if folder > 0:
                own = roots.get(folder)
                self.folders[folder] = self.folders[self._parents[folder]] if own is None else own

    def is_own(self, node: int) -> bool:
        """Has the node a number of its own? Else it has its folder's in ``folders``."""
        return node in self.folders or node in self.roots

    def of(self, node: int) -> int:
        """The number of any node."""
        own = self.roots.get(node)
        if own is None:
            own = self.folders.get(node)
        return self.folders[self._parents[node]] if own is None else own
