"""Every file of every layer in columns: the one structure that all views are computed from.

Three kinds of rows, each in arrays of its own:

- a **node** is a path: a parent node and a name. Node 0 is ``/``.
- an **entry** is one appearance of a path in one layer. It is visible from its
  ``layer`` on until its ``death`` layer, so the state after layer *i* is the set
  of entries with ``layer <= i < death``. Entries stand in the order of their layers.
- an **inode** is the content of a regular file, with one or more entries as its
  names (hard links). Its bytes are counted once (``docs/numbers.md``, "Inodes").
  Inodes stand in the order of the entries that created them.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain, compress, count, islice, repeat
from operator import ne

ALIVE = 0xFFFF
"""The death layer of what survives in the final state."""

NONE = -1

_MANY = 4096


class Kind(IntEnum):
    """What an entry is."""

    FILE = 0
    DIRECTORY = 1
    SYMLINK = 2
    CHAR_DEVICE = 3
    BLOCK_DEVICE = 4
    FIFO = 5


class Cause(IntEnum):
    """Why an entry or inode died (``docs/numbers.md``, "Causes of death")."""

    NONE = 0
    OVERWRITTEN = 1
    REWRITTEN = 2
    DELETED = 3
    SHADOWED = 4


class Change(IntEnum):
    """What an entry did to its path, compared with the state below its layer."""

    ADDED = 0
    MODIFIED = 1


@dataclass(slots=True)
class FileTable:
    """The columns. Built once by ``stack``; read-only from then on.

    ``names`` are raw bytes without slashes. ``entry_size`` is the inode's size in
    bytes for regular files, else 0. ``entry_link`` indexes ``links`` (a symlink's
    target) or is NONE. ``inode_entry`` is the entry that created the inode. ``attributed``
    are the few entries that have extended attributes, in order, and ``xattrs`` these: a
    line ``name=value`` for each, the value in hexadecimal digits.
    """

    node_parent: array[int] = field(default_factory=lambda: array("i", [NONE]))
    names: list[bytes] = field(default_factory=lambda: [b""])
    entry_node: array[int] = field(default_factory=lambda: array("I"))
    entry_layer: array[int] = field(default_factory=lambda: array("H"))
    entry_kind: array[int] = field(default_factory=lambda: array("B"))
    entry_mode: array[int] = field(default_factory=lambda: array("H"))
    entry_uid: array[int] = field(default_factory=lambda: array("I"))
    entry_gid: array[int] = field(default_factory=lambda: array("I"))
    entry_mtime: array[int] = field(default_factory=lambda: array("q"))
    entry_size: array[int] = field(default_factory=lambda: array("Q"))
    entry_link: array[int] = field(default_factory=lambda: array("i"))
    entry_inode: array[int] = field(default_factory=lambda: array("i"))
    entry_death: array[int] = field(default_factory=lambda: array("H"))
    entry_cause: array[int] = field(default_factory=lambda: array("B"))
    entry_change: array[int] = field(default_factory=lambda: array("B"))
    inode_entry: array[int] = field(default_factory=lambda: array("I"))
    inode_death: array[int] = field(default_factory=lambda: array("H"))
    inode_cause: array[int] = field(default_factory=lambda: array("B"))
    links: list[bytes] = field(default_factory=list)
    attributed: array[int] = field(default_factory=lambda: array("I"))
    xattrs: list[bytes] = field(default_factory=list)
    _newest: array[int] | None = field(default=None, compare=False, repr=False)
    _before: array[int] | None = field(default=None, compare=False, repr=False)
    _folders: dict[int, list[range]] | None = field(default=None, compare=False, repr=False)
    _by_name: dict[int, dict[bytes, int]] = field(default_factory=dict, compare=False, repr=False)
    _leads: dict[tuple[int, int], bool] = field(default_factory=dict, compare=False, repr=False)

    def __getstate__(self) -> list[object]:
        # The lookup tables are rebuilt on demand: they would double a pickle.
        return [getattr(self, name) for name in COLUMNS]

    def __setstate__(self, state: list[object]) -> None:
        for name, value in zip(COLUMNS, state, strict=True):
            setattr(self, name, value)
        self.forget_lookups()

    @property
    def entries(self) -> int:
        """How many entries there are in all layers."""
        return len(self.entry_node)

    @property
    def inodes(self) -> int:
        """How many regular files there are, each inode once."""
        return len(self.inode_entry)

    def span(self, layer: int) -> tuple[int, int]:
        """The layer's first entry, and the one after its last: a layer's entries stand together."""
        return bisect_left(self.entry_layer, layer), bisect_left(self.entry_layer, layer + 1)

    def inode_size(self, inode: int) -> int:
        """The inode's size in bytes."""
        return self.entry_size[self.inode_entry[inode]]

    def inode_layer(self, inode: int) -> int:
        """The layer that wrote the inode."""
        return self.entry_layer[self.inode_entry[inode]]

    def inode_live(self, inode: int) -> bool:
        """Does one of its names survive in the final state?"""
        return self.inode_death[inode] == ALIVE

    def attributes(self, entry: int) -> bytes:
        """An entry's extended attributes; a hard link's may stand beside the first name alone."""
        found = self._attributes(entry)
        inode = self.entry_inode[entry]
        return found if found or inode == NONE else self._attributes(self.inode_entry[inode])

    def _attributes(self, entry: int) -> bytes:
        place = bisect_left(self.attributed, entry)
        there = place < len(self.attributed) and self.attributed[place] == entry
        return self.xattrs[place] if there else b""

    def path(self, node: int) -> bytes:
        """The node's absolute path; ``/`` for node 0."""
        parts = []
        while node > 0:
            parts.append(self.names[node])
            node = self.node_parent[node]
        return b"/" + b"/".join(reversed(parts))

    def forget_lookups(self) -> None:
        """Build what answers questions anew: for whoever still changes the columns."""
        self._newest = self._before = self._folders = None
        self._by_name, self._leads = {}, {}

    def take_lookups(self, newest: array[int], before: array[int]) -> None:
        """Take the answers of ``entries_of``: each node's last entry, and the one before each entry."""
        self._newest, self._before = newest, before

    def runs(self) -> Mapping[int, list[range]]:
        """For each folder the nodes directly below it, in runs that were made one after the other."""
        folders = self._folders
        if folders is None:
            folders = {}
            parents = self.node_parent
            ends = compress(count(1), map(ne, parents, islice(parents, 1, None)))
            start = 0
            for end in chain(ends, (len(parents),)):
                folders.setdefault(parents[start], []).append(range(start, end))
                start = end
            # Only now: several threads of the app may ask.
            self._folders = folders
        return folders

    def folders(self) -> Collection[int]:
        """Every node that has others below it, in no order."""
        return self.runs().keys() - {NONE}

    def children(self, node: int) -> Collection[int]:
        """The nodes directly below ``node``, from every layer, in no order."""
        runs = self.runs().get(node, ())
        return runs[0] if len(runs) == 1 else list(chain.from_iterable(runs))

    def has_children(self, node: int) -> bool:
        """Is anything directly below the node, in any layer?"""
        return node in self.runs()

    def find_below(self, node: int, name: bytes) -> int | None:
        """The node called ``name`` directly below ``node``, or None."""
        known = self._by_name.get(node)
        return (self.below(node) if known is None else known).get(name)

    def below(self, node: int) -> Mapping[bytes, int]:
        """The nodes directly below ``node`` by their names."""
        below = self._by_name.get(node)
        if below is None:
            names = self.names
            below = {names[child]: child for run in self.runs().get(node, ()) for child in run}
            if below:
                self._by_name[node] = below
        return below

    def leads_to_live(self, node: int, layer: int = ALIVE - 1) -> bool:
        """Is anything below the node visible, though it may have no entry of its own?"""
        known = self._leads.get((node, layer))
        if known is None:
            # Remembered: each path through a folder of a hundred thousand dead files asks.
            known = self._leads[node, layer] = self._looked_below(node, layer)
        return known

    def _looked_below(self, node: int, layer: int) -> bool:
        runs = self.runs()
        stack = [chain.from_iterable(runs.get(node, ()))]
        while stack:
            # One child at a time: the first is enough, and a folder may have a million.
            below = next(stack[-1], None)
            if below is None:
                stack.pop()
            elif self.visible(below, layer) is not None:
                return True
            else:
                stack.append(chain.from_iterable(runs.get(below, ())))
        return False

    def _appearances(self) -> tuple[array[int], array[int]]:
        """The newest entry of each node, and the one before each entry at the same node."""
        newest, before = self._newest, self._before
        if newest is None or before is None:
            newest, before = array("i", [NONE]) * len(self.names), array("i")
            for entry, node in enumerate(self.entry_node):
                before.append(newest[node])
                newest[node] = entry
            self._newest, self._before = newest, before
        return newest, before

    def entries_of(self, node: int) -> list[int]:
        """Every entry of the node, oldest first."""
        newest, before = self._appearances()
        found, entry = [], newest[node]
        while entry != NONE:
            found.append(entry)
            entry = before[entry]
        found.reverse()
        return found

    def find(self, path: bytes) -> int | None:
        """The node of an absolute path, without following symlinks; None if no layer has it."""
        node = 0
        for name in path.split(b"/"):
            if name:
                below = self.find_below(node, name)
                if below is None:
                    return None
                node = below
        return node

    def visible(self, node: int, layer: int = ALIVE - 1) -> int | None:
        """The node's entry in the state after ``layer`` (default: the final state), or None."""
        newest, before = self._appearances()
        entry = newest[node]
        while entry != NONE and self.entry_layer[entry] > layer:
            entry = before[entry]
        return entry if entry != NONE and self.entry_death[entry] > layer else None

    def last_of(self, nodes: Iterable[int]) -> Iterator[int]:
        """The entries of some nodes that are visible in the final state."""
        newest, deaths = self._appearances()[0], self.entry_death
        return (e for e in map(newest.__getitem__, nodes) if e != NONE and deaths[e] == ALIVE)

    def live_entries(self, layer: int = ALIVE - 1) -> Iterator[int]:
        """Every entry that is visible in the state after ``layer``."""
        births, deaths = self.entry_layer, self.entry_death
        return (e for e in range(len(births)) if births[e] <= layer < deaths[e])


def ended(deaths: array[int]) -> Iterator[int]:
    """The places in a column of death layers that hold one: of what does not survive.

    Whatever lives and dies stands together, so most of a column is passed over whole.
    """
    alive = array("H", [ALIVE]) * _MANY
    for start in range(0, len(deaths), _MANY):
        part = deaths[start : start + _MANY]
        if part != alive[: len(part)]:
            yield from compress(count(start), map(ne, part, repeat(ALIVE)))


COLUMNS = tuple(name for name in FileTable.__slots__ if not name.startswith("_"))
