"""Find the files that a database names: merged /usr both ways, symlinked folders, dots in paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import filterfalse, repeat

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


def by_folder(paths: Iterable[bytes]) -> Mapping[bytes, list[bytes]]:
    """The names by their folders: ``/`` for the root's, nothing for those without a folder."""
    found: dict[bytes, list[bytes]] = {}
    last: bytes | None = None
    names: list[bytes] = []
    for above, slash, name in map(bytes.rpartition, paths, repeat(b"/")):
        folder = above or slash
        if folder != last:
            names, last = found.setdefault(folder, []), folder
        names.append(name)
    return found


class PathFinder:
    """Looks many paths up; each folder only once."""

    def __init__(self, table: FileTable) -> None:
        self._table = table
        self._folders: dict[bytes, tuple[Mapping[bytes, int], ...]] = {}
        self._runs = table.runs()

    def files(self, paths: Iterable[bytes]) -> list[int]:
        """The nodes that some absolute paths may mean, in any layer, folder by folder; no folders."""
        found: list[int] = []
        for folder, names in by_folder(paths).items():
            known = self._folders.get(folder)
            if known is None:
                known = self._folders[folder] = tuple(map(self._table.below, self._candidates(folder)))
            for below in known:
                found += filter(None, map(below.get, names))
        return [*filterfalse(self._runs.__contains__, found)]

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
