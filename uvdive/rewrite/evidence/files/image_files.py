"""The final state of an image's files, for questions that the planner asks."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import compress
from typing import Any, TypeVar, cast

from uvdive.base.paths import raw
from uvdive.base.secrets.files import ENDS, LAST, NAMES, STARTS, is_secret_file
from uvdive.image.resolve import resolve
from uvdive.image.table import ALIVE, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import ImageReport

T = TypeVar("T")

_KINDS = tuple(Kind)
_CODE = (b".py", b".pyc")
_LARGE = 1000
"""Nodes: walks over as many are kept, as several drafts go through the same folders."""


class Files:
    """A view on a report's files as they are in the running image.

    Nodes and entries are those of FileTable; ``base_layers`` is how many of the
    lowest layers came with FROM.
    """

    def __init__(self, report: ImageReport, base_layers: int) -> None:
        self.report, self.table, self.base_layers = report, report.files, base_layers
        self._paths: dict[int, str] = {0: "/"}
        self._inodes: dict[int, frozenset[int]] = {}
        self._walked: dict[int, array[int]] = {}
        self._owners: dict[int, frozenset[tuple[int, int]]] = {}
        self._code: dict[int, dict[tuple[str, int], int]] = {}
        self._once: dict[Hashable, Any] = {}
        table = report.files
        nothing = array("i", [-1]) * len(table.names)
        # The entry that is seen at each node in the end, and in the base alone.
        self._final, self._base = nothing[:], nothing[:]
        self._touched = bytearray(len(table.names))
        # By folder: the entry that gave it the owner and mode that it has since.
        self._shaped: dict[int, int] = {}
        for entry in range(table.entries):
            node, layer, death = table.entry_node[entry], table.entry_layer[entry], table.entry_death[entry]
            if death == ALIVE:
                self._final[node] = entry
            if layer < base_layers <= death:
                self._base[node] = entry
            if layer >= base_layers and table.entry_kind[entry] == Kind.DIRECTORY:
                self._shape(node, entry)
            while layer >= base_layers and node >= 0 and not self._touched[node]:
                self._touched[node] = 1
                node = table.node_parent[node]

    def _shape(self, node: int, entry: int) -> None:
        """Note a folder's entry, unless it only says again what the one before said."""
        table, before = self.table, self._shaped.get(node, self._base[node])
        same = (
            before >= 0
            and table.entry_kind[before] == Kind.DIRECTORY
            and self._mode(before) == self._mode(entry)
        )
        if not same:
            self._shaped[node] = entry

    @cached_property
    def secret_files(self) -> tuple[int, ...]:
        """The nodes of all files that usually hold secrets."""
        names = self.table.names
        known = {name.encode() for name in NAMES | LAST}
        starts, ends = STARTS.encode(), tuple(end.encode() for end in ENDS)
        return tuple(
            node
            for node, name in enumerate(names)
            if (name in known or name.startswith(starts) or name.endswith(ends))
            and self.entry(node) is not None
            and not self.is_folder(node)
            and is_secret_file(self.path(node))
        )

    def entry(self, node: int) -> int | None:
        """The entry that is seen at a node, or None."""
        return self._final[node] if self._final[node] >= 0 else None

    def touched(self, node: int) -> bool:
        """Did any layer above the base write the node or something below it?"""
        return bool(self._touched[node])

    def at(self, path: str) -> int | None:
        """The node of a path that exists in the end; symlinks are not followed."""
        node = self.table.find(raw(path))
        return node if node is not None and (node == 0 or self.entry(node) is not None) else None

    def follow(self, path: str) -> int | None:
        """The node that a path leads to; links on the way are followed, ``/bin`` to ``/usr/bin`` too."""
        found = resolve(self.table, raw(path)).node
        return found if found is not None and (found == 0 or self.entry(found) is not None) else None

    def inode_at(self, path: str) -> int | None:
        """The inode of the file that a path leads to; None where there is no regular file."""
        node = self.follow(path)
        entry = None if node is None else self.entry(node)
        inode = -1 if entry is None else self.table.entry_inode[entry]
        return inode if inode >= 0 else None

    def path(self, node: int) -> str:
        """The node's path as text; bytes that are not UTF-8 survive a round trip."""
        known = self._paths.get(node)
        if known is None:
            name = self.table.names[node].decode("utf-8", "surrogateescape")
            known = f"{self.path(self.table.node_parent[node]).rstrip('/')}/{name}"
            self._paths[node] = known
        return known

    def children(self, node: int) -> list[int]:
        """The nodes below that exist in the end, sorted by name."""
        living = [child for child in self.table.children(node) if self.entry(child) is not None]
        return sorted(living, key=lambda child: self.table.names[child])

    def walk(self, node: int) -> Iterator[int]:
        """The node and everything below it that exists in the end."""
        known = self._walked.get(node)
        if known is None:
            known = array("i", self._below(node))
            if len(known) > _LARGE:
                self._walked[node] = known
        return iter(known)

    def _below(self, node: int) -> Iterator[int]:
        runs, final, pending = self.table.runs(), self._final, [node]
        while pending:
            current = pending.pop()
            yield current
            for run in runs.get(current, ()):
                pending.extend([child for child in run if final[child] >= 0])

    def kind(self, node: int) -> Kind:
        """What the node is in the end; the root is a directory."""
        entry = self.entry(node)
        return Kind.DIRECTORY if entry is None else _KINDS[self.table.entry_kind[entry]]

    def is_folder(self, node: int) -> bool:
        """Is the node a directory in the end?"""
        return self.kind(node) == Kind.DIRECTORY

    def layer(self, node: int) -> int:
        """The layer that wrote what is seen at the node; of a folder, that gave it its owner and mode.

        A layer holds the folders above whatever it changed, as they were.
        """
        entry = self.entry(node)
        if entry is not None and self.table.entry_kind[entry] == Kind.DIRECTORY:
            entry = self._shaped.get(node, self._base[node] if self._base[node] >= 0 else entry)
        return 0 if entry is None else self.table.entry_layer[entry]

    def in_base(self, node: int) -> bool:
        """Did the base have this path?"""
        return node == 0 or self._base[node] >= 0

    def base_holds(self, owner: str) -> bool:
        """Did a file of this owner come with the base?"""
        number = OWNERS.index(owner)
        table, owners = self.table, self.report.inode_owner
        return any(
            owners[inode] == number and table.inode_layer(inode) < self.base_layers
            for inode in range(table.inodes)
        )

    def link(self, node: int) -> str:
        """A symlink's target, as written; empty for everything else."""
        entry = self.entry(node)
        if entry is None or self.table.entry_link[entry] < 0:
            return ""
        return self.table.links[self.table.entry_link[entry]].decode("utf-8", "surrogateescape")

    def owner(self, node: int) -> str | None:
        """The owner of a regular file; None for everything else."""
        entry = self.entry(node)
        inode = -1 if entry is None else self.table.entry_inode[entry]
        return None if inode < 0 else OWNERS[self.report.inode_owner[inode]]

    def component(self, node: int) -> int:
        """The index of a regular file's component in the report; -1 for none."""
        entry = self.entry(node)
        inode = -1 if entry is None else self.table.entry_inode[entry]
        return -1 if inode < 0 else self.report.inode_component[inode]

    def suffix(self, node: int) -> str:
        """The suffix of a node's name, with the dot; empty where there is none."""
        _, dot, suffix = self.table.names[node].rpartition(b".")
        return (dot + suffix).decode("utf-8", "replace") if dot else ""

    def size(self, node: int) -> int:
        """The size of a regular file in bytes, 0 for everything else."""
        entry = self.entry(node)
        return 0 if entry is None else self.table.entry_size[entry]

    def base_mode(self, node: int) -> tuple[int, int, int]:
        """As ``mode``, but what the base says."""
        return self._mode(self._base[node] if self._base[node] >= 0 else None)

    def modes(self, node: int) -> Iterator[tuple[int, tuple[int, int, int]]]:
        """Every layer that wrote the node, with the mode that it gave it."""
        for entry in self.table.entries_of(node):
            yield self.table.entry_layer[entry], self._mode(entry)

    def deleted(self) -> Iterator[tuple[int, int]]:
        """The base's files and links that are gone in the end: node, and the layer that removed it."""
        table = self.table
        for entry in range(table.entries):
            node, death = table.entry_node[entry], table.entry_death[entry]
            is_file = table.entry_kind[entry] != Kind.DIRECTORY
            if (
                is_file
                and table.entry_layer[entry] < self.base_layers <= death < ALIVE
                and self.entry(node) is None
            ):
                yield node, death

    def mode(self, node: int) -> tuple[int, int, int]:
        """Permission bits, uid and gid; the root's are 0755 and 0:0."""
        return self._mode(self.entry(node))

    def _mode(self, entry: int | None) -> tuple[int, int, int]:
        if entry is None:
            return 0o755, 0, 0
        table = self.table
        return table.entry_mode[entry] & 0o7777, table.entry_uid[entry], table.entry_gid[entry]

    def owners_below(self, top: int) -> frozenset[tuple[int, int]]:
        """The uids and gids of what is at and below a node; kept as ``inodes_below`` is."""
        known = self._owners.get(top)
        if known is None:
            entries, table = self._entries_below(top), self.table
            uids, gids = (map(column.__getitem__, entries) for column in (table.entry_uid, table.entry_gid))
            bare = {(0, 0)} if self._final[top] < 0 else set()
            known = self._owners[top] = frozenset(bare.union(zip(uids, gids, strict=True)))
        return known

    def _entries_below(self, top: int) -> list[int]:
        """The entries that are seen at and below a node."""
        return [entry for entry in map(self._final.__getitem__, self.walk(top)) if entry >= 0]

    def bytes_of_code(self, top: int) -> Mapping[tuple[str, int], int]:
        """The bytes of sources and bytecode at and below a node, by suffix and component; kept, too."""
        known = self._code.get(top)
        if known is None:
            known, names = {}, self.table.names
            for node in self.walk(top):
                if names[node].endswith(_CODE):
                    key = self.suffix(node), self.component(node)
                    known[key] = known.get(key, 0) + self.size(node)
            self._code[top] = known
        return known

    def inodes_below(self, top: int) -> frozenset[int]:
        """The inodes of the files at and below a node; kept, as several drafts ask for the same nodes."""
        known = self._inodes.get(top)
        if known is None:
            inodes = frozenset(map(self.table.entry_inode.__getitem__, self._entries_below(top)))
            known = self._inodes[top] = inodes - {-1}
        return known

    def bytes_by_owner(self, nodes: Iterable[int]) -> dict[str, int]:
        """The bytes of files at and below the nodes, each inode once, by owner; kept, too."""
        asked = frozenset(nodes)
        return self.once(("bytes", asked), lambda: self._bytes_by_owner(asked)).copy()

    def _bytes_by_owner(self, nodes: frozenset[int]) -> dict[str, int]:
        inodes = frozenset[int]().union(*map(self.inodes_below, nodes))
        sizes = [*map(self.table.entry_size.__getitem__, map(self.table.inode_entry.__getitem__, inodes))]
        owners = bytes(map(self.report.inode_owner.__getitem__, inodes))
        return {
            OWNERS[owner]: sum(compress(sizes, map(owner.__eq__, owners))) for owner in dict.fromkeys(owners)
        }

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` makes of these files and of what ``key`` holds, and of nothing else: made once.

        Several drafts ask for the same. Nobody may change what comes back.
        """
        if key not in self._once:
            self._once[key] = make()
        return cast("T", self._once[key])
