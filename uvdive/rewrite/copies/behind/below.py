"""What lies below each folder: to be copied, to be left behind, or there without a copy."""

from __future__ import annotations

from array import array

from uvdive.image.table import Kind
from uvdive.rewrite.copies.behind.already_there import Provided
from uvdive.rewrite.copies.behind.exclusions import Exclusions
from uvdive.rewrite.evidence.files.image_files import Files

_KEEP, _LEAVE, _THERE = range(3)


class Below:
    """Counts paths below folders; each is looked at once, whatever the drafts leave out."""

    def __init__(self, files: Files, provided: Provided, exclusions: Exclusions) -> None:
        self._files, self._provided, self._exclusions = files, provided, exclusions
        nothing = array("i", [0]) * len(files.table.names)
        self._counts = nothing[:], nothing[:], nothing[:]
        self._summed = bytearray(len(files.table.names))
        self._moved: dict[frozenset[int], dict[int, list[int]]] = {}

    def of(self, node: int, leave_out: frozenset[int]) -> tuple[bool, bool, bool]:
        """Does the subtree hold something to copy, something to leave behind, something that is there?

        ``leave_out`` are files and links that stay behind, too.
        """
        if not self._summed[node]:
            self._sum(node)
        keep, leave, there = (counts[node] for counts in self._counts)
        if leave_out:
            of_keep, of_there = self._moved_by(leave_out).get(node, (0, 0))
            keep, leave, there = keep - of_keep, leave + of_keep + of_there, there - of_there
        return keep > 0, leave > 0, there > 0

    def _sum(self, top: int) -> None:
        """Add every path below ``top`` to all folders above it, up to there."""
        summed, parents = self._summed, self._files.table.node_parent
        nodes = array("i", self._files.walk(top))
        for node in reversed(nodes):  # what is below a folder comes before it
            if node == top or summed[parents[node]]:
                continue
            parent = parents[node]
            if self._files.kind(node) == Kind.DIRECTORY:
                for counts in self._counts:
                    counts[parent] += counts[node]
                self._counts[_THERE][parent] += self._provided.has(node)
                self._counts[_KEEP][parent] += self._provided.is_named(node)
            else:
                self._counts[self._kind_of(node)][parent] += 1
        for node in nodes:
            summed[node] = 1

    def _kind_of(self, node: int) -> int:
        """What becomes of a file or link."""
        if self._exclusions.excludes(node):
            return _LEAVE
        return _THERE if self._provided.has(node) else _KEEP

    def _moved_by(self, leave_out: frozenset[int]) -> dict[int, list[int]]:
        """By folder: how many paths below it, to be copied and there, are left behind for these alone."""
        moved = self._moved.get(leave_out)
        if moved is None:
            moved = self._moved[leave_out] = {}
            for node in leave_out:
                if self._files.is_folder(node) or (kind := self._kind_of(node)) == _LEAVE:
                    continue
                folder = self._files.table.node_parent[node]
                # As a walk goes: it ends where a folder is no more than a part of a path.
                while folder > 0 and self._files.entry(folder) is not None:
                    moved.setdefault(folder, [0, 0])[kind == _THERE] += 1
                    folder = self._files.table.node_parent[folder]
        return moved
