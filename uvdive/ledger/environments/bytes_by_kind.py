"""What a distribution's bytes are: tests, native libraries, bytecode, code, data."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import compress, count

from uvdive.image.table import ALIVE, NONE, FileTable
from uvdive.ledger.accounts.attribute import Attribution

_NATIVE = re.compile(rb"\.so(?:\.[\d.]+)?$|\.(?:a|o|dylib|pyd|dll)$")
_CODE = (b".py", b".pyi", b".pyx", b".pxd", b".pth")
_TESTS = frozenset({b"test", b"tests"})
_SITES = frozenset({b"site-packages", b"dist-packages"})
_PROGRAM = 65_536
"""An executable without a suffix that is larger, in bytes, is no script."""


@dataclass(slots=True)
class Parts:
    """Live bytes by kind; each inode counts once, under the first kind that fits."""

    tests: int = 0
    native: int = 0
    bytecode: int = 0
    code: int = 0
    data: int = 0
    files: int = 0

    @property
    def bytes(self) -> int:
        """All of them."""
        return self.tests + self.native + self.bytecode + self.code + self.data

    def add(self, kind: str, size: int, files: int = 1) -> None:
        """Count inodes of ``size`` bytes together."""
        setattr(self, kind, getattr(self, kind) + size)
        self.files += files


def _told_by(name: bytes) -> str:
    """The kind that a file's name alone tells; empty where it does not."""
    # No name that ends so ends as a native library's, too.
    if name.endswith(b".pyc"):
        return "bytecode"
    if name.endswith(_CODE):
        return "code"
    return "native" if _NATIVE.search(name) else ""


class _Kinds:
    """The kind of a file by its path, its size and its mode."""

    def __init__(self, table: FileTable) -> None:
        self._table = table
        self._folders: dict[int, bool] = {NONE: False, 0: False}
        self._names: dict[bytes, str] = {}

    def of(self, entry: int) -> str:
        table = self._table
        node = table.entry_node[entry]
        folder, name = table.node_parent[node], table.names[node]
        in_tests = self._folders.get(folder)
        if self._in_tests(folder) if in_tests is None else in_tests:
            return "tests"
        kind = self._names.get(name)
        if kind is None:
            kind = self._names[name] = _told_by(name)
        if kind:
            return kind
        if table.entry_mode[entry] & 0o111:
            large = table.entry_size[entry] >= _PROGRAM and b"." not in name
            return "native" if large else "code"
        return "data"

    def _in_tests(self, folder: int) -> bool:
        """Is the folder inside one of tests, below its ``site-packages``?"""
        table, chain = self._table, []
        while folder not in self._folders:
            chain.append(folder)
            folder = table.node_parent[folder]
        inside = self._folders[folder]
        for node in reversed(chain):
            name = table.names[node]
            inside = name not in _SITES and (inside or name in _TESTS)
            self._folders[node] = inside
        return inside


def parts_of(table: FileTable, attribution: Attribution, components: Collection[int]) -> Mapping[int, Parts]:
    """The parts of each of the components, by their live inodes."""
    found = {number: Parts() for number in components}
    kinds, counted = _Kinds(table), dict[tuple[int, str], list[int]]()
    of_inode, entries, deaths = attribution.inode_component, table.inode_entry, table.inode_death
    for inode in compress(count(), map(found.__contains__, of_inode)):
        if deaths[inode] == ALIVE:
            entry = entries[inode]
            counted.setdefault((of_inode[inode], kinds.of(entry)), []).append(entry)
    for (number, kind), mine in counted.items():
        found[number].add(kind, sum(map(table.entry_size.__getitem__, mine)), len(mine))
    return found


def parts_of_files(table: FileTable, nodes: Iterable[int]) -> Parts:
    """The parts of the live regular files at some nodes."""
    parts, kinds = Parts(), _Kinds(table)
    entries = (table.visible(node) for node in nodes)
    inodes = {table.entry_inode[entry] for entry in entries if entry is not None} - {NONE}
    for entry in (table.inode_entry[inode] for inode in sorted(inodes)):
        parts.add(kinds.of(entry), table.entry_size[entry])
    return parts
