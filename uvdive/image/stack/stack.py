"""Lay layers over each other, bottom up, and account for every inode.

Rules: https://github.com/opencontainers/image-spec/blob/main/layer.md and
``docs/numbers.md`` ("Inodes", "Causes of death"). In each layer all whiteouts act
first, on the state that the layers below left (`alive.py`); then come the entries in
tar order.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import compress, repeat

from uvdive.image.layer_index import HARD_LINK, LayerIndex
from uvdive.image.stack.alive import Living
from uvdive.image.stack.content_places import Content, Sources
from uvdive.image.stack.shown import Rows
from uvdive.image.table import ALIVE, NONE, Cause, Change, FileTable, Kind

SameContent = Callable[[Content, Content], bool]
"""Are two files of equal size equal?"""

# Plain numbers: comparing with an enum's member costs a call.
_FILE, _DIRECTORY, _SYMLINK = int(Kind.FILE), int(Kind.DIRECTORY), int(Kind.SYMLINK)

_MOVED = ("mode", "uid", "gid", "mtime")
"""Columns that nobody asks an index for once its layer lies in the stack."""

_IS_FILE = bytes(kind == _FILE for kind in range(256))
_IS_LINK = bytes(kind == HARD_LINK for kind in range(256))


class _Stack(Living):
    """The state while layers are applied: what is alive, and how a layer's entries change it."""

    def __init__(self, same_content: SameContent) -> None:
        super().__init__()
        self.same_content = same_content
        self.nodes = array("I")  # of the layer's entries
        self.before = array("i")  # the entry that each entry's node got before it
        self.sources = Sources()
        self.rows = Rows(LayerIndex())  # of the layer, of which those before `row` have their nodes
        self.first = self.row = 0  # the layer's first entry, and the row that is next
        self.last = False  # is it that index's last layer?
        self.linked = 0  # up to this row hard links have what they name
        self.warnings: list[str] = []

    def entries(self, index: LayerIndex) -> None:
        rows = self.rows = Rows(index)
        self.row = self.linked = 0
        self.forget()
        self.nodes = array("I", bytes(4 * len(rows.names)))
        first = self.first = self.columns(rows)
        parents: list[int | None] = [None] * len(index.folders)
        for start, end in rows.runs():
            self.row = start
            number = rows.folders[start]
            parent = parents[number]
            if parent is None:
                parent = parents[number] = self.folder(index.folders[number])
            if self.births(rows, start, end, parent, first + start):
                continue
            self.links()
            for row in range(start, end):
                self.row = self.linked = row + 1
                parent = parents[number]
                if parent is None:
                    parent = parents[number] = self.folder(index.folders[number])
                name, kind = rows.names[row], rows.kinds[row]
                node = self.node(parent, name) if name else 0
                if kind != _DIRECTORY and self.is_folder(node):
                    self.clear(node, Cause.SHADOWED)
                    # The tar may go on below it, as a folder again.
                    parents = [None] * len(index.folders)
                self.place(rows, row, node, first + row)
        self.row = len(rows.names)
        self.links()
        self.table.entry_node.extend(self.nodes)

    def births(self, rows: Rows, start: int, end: int, parent: int, entry: int) -> bool:
        """Make nodes of a run of entries in one folder at once, if all of the names are new there."""
        if parent in self.gone:
            return False
        if end - start == 1:
            return self.birth(rows, start, parent, entry)
        names = rows.names[start:end]
        distinct = {*names}
        known = self.below(parent)
        if len(distinct) < len(names) or b"" in distinct or (known and not distinct.isdisjoint(known)):
            return False
        first = len(self.table.names)
        new = range(first, first + len(names))
        if known:
            known.update(zip(names, new, strict=True))
        else:
            self.fresh[parent] = new
        table = self.table
        table.names += names
        table.node_parent.extend(repeat(parent, len(names)))
        self.nodes[start:end] = array("I", new)
        entries = array("i", range(entry, entry + len(names)))
        self.shown += entries
        self.newest += entries
        return True

    def birth(self, rows: Rows, row: int, parent: int, entry: int) -> bool:
        """The same of one entry: a folder's own stands alone before what is in it."""
        table, name = self.table, rows.names[row]
        known = self.into(parent)
        if not name or name in known:
            return False
        self.nodes[row] = known[name] = len(table.names)
        table.names.append(name)
        table.node_parent.append(parent)
        self.shown.append(entry)
        self.newest.append(entry)
        return True

    def columns(self, rows: Rows) -> int:
        """Add rows for all of the layer's entries, as far as they can be told now; the first one."""
        table, index = self.table, rows.index
        first, count_ = table.entries, len(rows.names)
        for name in (*_MOVED, "size"):
            getattr(table, f"entry_{name}").extend(rows.column(getattr(index, name)))
            if self.last and name in _MOVED:
                del getattr(index, name)[:]
        table.entry_kind.frombytes(rows.kinds)
        table.entry_layer.extend(array("H", [self.layer]) * count_)
        table.entry_death.extend(array("H", [ALIVE]) * count_)
        table.entry_cause.frombytes(bytes(count_))
        table.entry_change.frombytes(bytes(count_))
        self.before.extend(array("i", [NONE]) * count_)
        table.entry_inode.extend(array("i", [NONE]) * count_)
        table.entry_link.extend(array("i", [NONE]) * count_)
        self.files(rows, first)
        if index.xattrs:
            for row, place in enumerate(rows.places):
                if place in index.xattrs:
                    table.attributed.append(first + row)
                    table.xattrs.append(index.xattrs[place])
        if _SYMLINK in rows.kinds:
            for row, kind in enumerate(rows.kinds):
                if kind == _SYMLINK:
                    table.entry_link[first + row] = len(table.links)
                    table.links.append(index.targets[index.target[rows.places[row]]])
        return first

    def files(self, rows: Rows, first: int) -> None:
        """An inode for each of the layer's regular files."""
        table = self.table
        self.sources.starts.append(table.inodes)
        if _FILE not in rows.kinds:
            return
        is_file = rows.kinds.translate(_IS_FILE)
        made = table.inodes
        table.entry_inode[first:] = _numbers(is_file, made)
        table.inode_entry.extend(compress(range(first, first + len(is_file)), is_file))
        self.sources.places.extend(compress(rows.places, is_file))
        fresh = table.inodes - made
        table.inode_death.extend(array("H", [ALIVE]) * fresh)
        table.inode_cause.frombytes(bytes(fresh))
        self.names_left.extend(array("I", [1]) * fresh)

    def place(self, rows: Rows, row: int, node: int, entry: int) -> None:
        """Make one entry of the layer, whose row is there, visible at its node."""
        table = self.table
        if rows.kinds[row] == HARD_LINK:
            self.link(rows, row, entry)
        self.nodes[row] = node
        before = self.shown[node]
        if before != NONE:
            self.end(node, self.cause(before, entry))
        last = self.before[entry] = self.newest[node]
        if last != NONE:
            table.entry_change[entry] = self.change(last)
        self.newest[node] = self.shown[node] = entry

    def inode(self, entry: int, place: int) -> int:
        """A new inode, whose content is that of the layer's entry at ``place``."""
        table = self.table
        table.inode_entry.append(entry)
        table.inode_death.append(ALIVE)
        table.inode_cause.append(0)
        self.names_left.append(1)
        self.sources.places.append(place)
        return len(self.names_left) - 1

    def end(self, node: int, cause: Cause) -> None:
        # Nothing may end while a link that stands before has not got what it names.
        self.links()
        super().end(node, cause)

    def links(self) -> None:
        """Give the hard links among the rows so far what they name.

        While nodes are only made nothing ends, so they find now what they would have found each
        in its turn: what came behind one is not there for it.
        """
        rows, start, end = self.rows, self.linked, self.row
        if start >= end:
            return
        self.linked = end
        if not rows.has_links:
            return
        table, first = self.table, self.first
        kinds, sizes, inodes = table.entry_kind, table.entry_size, table.entry_inode
        targets, numbers = rows.index.targets, rows.index.target
        found: dict[bytes, dict[bytes, int]] = {}
        for row in compress(range(start, end), rows.kinds[start:end].translate(_IS_LINK)):
            folder, _, name = targets[numbers[rows.places[row]]].rpartition(b"/")
            below = found.get(folder)
            if below is None:
                node = self.lookup(folder)
                below = found[folder] = (None if node is None else self.below(node)) or {}
            node, entry = below.get(name), first + row
            target = NONE if node is None else self.shown[node]
            if first <= target < entry and kinds[target] == _FILE:
                # The usual one: a file of the same layer.
                kinds[entry], sizes[entry] = _FILE, sizes[target]
                inode = inodes[entry] = inodes[target]
                self.names_left[inode] += 1
            else:
                self.link(rows, row, entry)

    def link(self, rows: Rows, row: int, entry: int) -> None:
        """Give a hard link's row what it names at this point of the tar."""
        table, place = self.table, rows.places[row]
        path = rows.index.targets[rows.index.target[place]]
        node = self.lookup(path)
        target = NONE if node is None else self.shown[node]
        # What is made with the link in one go and comes behind it is not there yet.
        if target == NONE or target >= entry or table.entry_kind[target] == _DIRECTORY:
            # Not lost: it becomes an empty file, so that the name stays visible.
            self.warn(f"a hard link names {path!r}, which is not there: read as an empty file")
            table.entry_kind[entry], table.entry_inode[entry] = _FILE, self.inode(entry, place)
            return
        if table.entry_layer[target] != self.layer:
            self.warn(f"a hard link names {path!r} of a lower layer, which engines refuse")
        table.entry_kind[entry] = table.entry_kind[target]
        table.entry_size[entry] = table.entry_size[target]
        table.entry_link[entry] = table.entry_link[target]
        inode = table.entry_inode[entry] = table.entry_inode[target]
        if inode != NONE:
            # Counted before an old name ends: they may be one and the same inode.
            self.names_left[inode] += 1

    def warn(self, text: str) -> None:
        self.warnings.append(f"layer {self.layer}: {text}")

    def cause(self, before: int, entry: int) -> Cause:
        """Why the entry ``before`` ends when ``entry`` takes its place."""
        table = self.table
        kind, inode, size = table.entry_kind[entry], table.entry_inode[entry], table.entry_size[entry]
        if table.entry_kind[before] != kind:
            return Cause.SHADOWED
        if kind != Kind.FILE:
            return Cause.NONE if kind == Kind.DIRECTORY else Cause.OVERWRITTEN
        mine = table.entry_inode[before]
        if mine == inode:
            return Cause.REWRITTEN
        if table.entry_size[before] != size:
            return Cause.OVERWRITTEN
        same = size == 0 or self.same_content(self.sources[mine], self.sources[inode])
        return Cause.REWRITTEN if same else Cause.OVERWRITTEN

    def change(self, last: int) -> Change:
        """What an entry does to a path whose entry before it was ``last``."""
        table = self.table
        if table.entry_layer[last] == self.layer:
            return Change(table.entry_change[last])
        return Change.MODIFIED if table.entry_death[last] >= self.layer else Change.ADDED


def _numbers(is_file: bytes, number: int) -> array[int]:
    """A number for each file, counted on from ``number``; NONE for what is no file."""
    numbers = array("i", [NONE]) * len(is_file)
    start = is_file.find(1)
    while start >= 0:
        end = is_file.find(0, start)
        end = len(is_file) if end < 0 else end
        numbers[start:end] = array("i", range(number, number + end - start))
        number += end - start
        start = is_file.find(1, end)
    return numbers


def stack(layers: Sequence[LayerIndex], same_content: SameContent) -> tuple[FileTable, Sources, list[str]]:
    """Apply the layers bottom up. Modes, owners and times are moved: the indexes have them no more.

    Returns:
        The columns; for each inode where its content is; and warnings in words.
    """
    state = _Stack(same_content)
    last = {id(index): number for number, index in enumerate(layers)}
    for number, index in enumerate(layers):
        state.layer, state.last = number, last[id(index)] == number
        state.whiteouts(index)
        state.entries(index)
        state.warnings.extend(f"layer {number}: {text}" for text in index.warnings)
    state.table.take_lookups(state.newest, state.before)
    return state.table, state.sources, state.warnings
