"""Find the files that a database names: merged /usr both ways, symlinked folders, dots in paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from uvdive.image.resolve import resolve
from uvdive.image.table import FileTable
from uvdive.image.tar.header import clean

_MERGED = re.compile(rb"^/(?:lib(?:32|64|x32)?|bin|sbin)(?:/|$)")
_UNMERGED = re.compile(rb"^/usr(/(?:lib(?:32|64|x32)?|bin|sbin)(?:/|$))")


MOUNT_POINTS = frozenset(
    {b"/etc/hosts", b"/etc/hostname", b"/etc/resolv.conf", b"/run/.containerenv", b"/.dockerenv"}
)
"""What an engine lays into each of its containers; buildah leaves the empty files in the layer of a RUN."""


def normal(path: bytes) -> bytes:
    """The absolute path without ``.``, ``..`` and doubled slashes."""
    return b"/" + clean(path)


class Paths:
    """Tells the paths of many nodes; each folder's only once."""

    def __init__(self, table: FileTable) -> None:
        self._table = table
        self._folders: dict[int, bytes] = {}

    def of(self, node: int) -> bytes:
        """The node's absolute path; ``/`` for node 0."""
        if not node:
            return b"/"
        parent = self._table.node_parent[node]
        folder = self._folders.get(parent)
        if folder is None:
            folder = self._folders[parent] = self._table.path(parent).rstrip(b"/")
        return b"%b/%b" % (folder, self._table.names[node])


class PathFinder:
    """Looks many paths up; each folder only once."""

    def __init__(self, table: FileTable) -> None:
        self._table = table
        self._folders: dict[bytes, tuple[Mapping[bytes, int], ...]] = {}
        self._runs = table.runs()

    def files(self, path: bytes) -> list[int]:
        """The nodes that an absolute path may mean, in any layer; no folders."""
        folder, _, name = path.rpartition(b"/")
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = tuple(map(self._table.below, self._candidates(folder)))
        found = [node for below in known if (node := below.get(name)) is not None]
        return [node for node in found if node not in self._runs]

    def _candidates(self, folder: bytes) -> Iterator[int]:
        table, seen = self._table, set[int]()
        spellings = [folder]
        if _MERGED.match(folder):
            spellings.append(b"/usr" + folder)
        elif unmerged := _UNMERGED.match(folder):
            spellings.append(folder[unmerged.start(1) :])
        for spelling in spellings:
            node = table.find(spelling)
            if node is not None and table.children(node) and node not in seen:
                seen.add(node)
                yield node
        if not seen and folder:
            node = resolve(table, folder).node
            if node is not None and table.children(node):
                yield node
