"""Give every inode its one owner and component (``spec/ledger.md``, "Owners")."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.image.table import NONE, FileTable, Kind
from uvdive.ledger.claims import Claims
from uvdive.ledger.components import ComponentTable, text
from uvdive.ledger.contents import Contents
from uvdive.ledger.ospackages import claim_apk, claim_dpkg
from uvdive.ledger.pythons import (
    Installed,
    Interpreter,
    claim_distributions,
    find_interpreters,
    find_venvs,
    site_packages,
)
from uvdive.ledger.regions import Regions, add_caches

_UV_NAMES = (b"uv", b"uvx", b"uvw")
_UV_MIN = 100_000
"""A file called uv that is smaller, in bytes, is somebody's shim and no uv."""
_UV_FILES = re.compile(rb"^/tmp/uv-[0-9a-f]+\.lock$|/uv/uv-receipt\.json$")
_OS_STATE = (
    b"/etc",
    b"/var/lib/dpkg",
    b"/var/lib/apt",
    b"/var/lib/pam",
    b"/var/lib/systemd",
    b"/var/log",
    b"/var/cache/debconf",
    b"/var/cache/ldconfig",
    b"/lib/apk",
    b"/usr/share/mime",
    b"/usr/share/info",
)
_IS_STATE, _IS_TEMPORARY = 1, 2
_TEMPORARY = (b"/tmp", b"/var/tmp", b"/run")


@dataclass(frozen=True, slots=True)
class PythonPlace:
    """An environment or interpreter with what is installed in it."""

    root: int
    kind: str
    interpreter: Interpreter | None
    installed: tuple[Installed, ...]


@dataclass(frozen=True, slots=True)
class Attribution:
    """The owners of all bytes.

    ``entry_component`` has a component for each entry (NONE for what is no regular
    file), ``inode_component`` for each inode.
    """

    components: ComponentTable
    entry_component: array[int]
    inode_component: array[int]
    places: tuple[PythonPlace, ...]


@dataclass(frozen=True, slots=True)
class LayerOrigin:
    """What the attribution knows of a layer: is it the base's, and its instruction's text."""

    base: bool
    instruction: str


class _Attributor:
    def __init__(self, contents: Contents, layers: Sequence[LayerOrigin], cache_dir: str | None) -> None:
        self.contents = contents
        self.table: FileTable = contents.table
        self.layers = layers
        self.components = ComponentTable()
        self.python_claims = Claims(self.table)
        self.os_claims = Claims(self.table)
        self.regions = Regions(self.table, self.components)
        add_caches(self.regions, cache_dir)
        self.places = self._pythons()
        self.region = self.regions.spread()
        self.state = self._state_folders()
        self._base_packages: dict[int, int] = {}
        for claim in (claim_dpkg, claim_apk):
            claim(contents, self.os_claims, self._package)

    def _package(self, name: str, version: str) -> int:
        return self.components.number("os-packages", "package", name, version)

    def _pythons(self) -> tuple[PythonPlace, ...]:
        table = self.table
        interpreters = find_interpreters(self.regions)
        places = [(root, "venv", None) for root in find_venvs(self.regions)] + [
            (root, "managed" if interpreter.managed else "system", interpreter)
            for interpreter in interpreters
            if (root := table.find(interpreter.prefix)) is not None
        ]
        found = []
        for root, kind, interpreter in places:
            installed: list[Installed] = []
            for site in site_packages(table, root):
                installed += claim_distributions(
                    self.contents, self.python_claims, self.components, site, table.path(root), interpreter
                )
            found.append(PythonPlace(root, kind, interpreter, tuple(installed)))
        return tuple(found)

    def _state_folders(self) -> array[int]:
        """For each node whether it is in a folder of OS state, in a temporary one, or neither (0)."""
        marks: dict[int, int] = {}
        for number, paths in ((_IS_STATE, _OS_STATE), (_IS_TEMPORARY, _TEMPORARY)):
            for path in paths:
                node = self.table.find(path)
                if node is not None:
                    marks[node] = number
        parents = self.table.node_parent
        state = array("B", bytes(len(parents)))
        for node in range(1, len(parents)):
            state[node] = marks.get(node) or state[parents[node]]
        return state

    def component(self, entry: int) -> int:
        """The component of one name of a regular file, at the layer that wrote it."""
        table, number = self.table, self.components.number
        node, layer = table.entry_node[entry], table.entry_layer[entry]
        name = table.names[node]
        if name in _UV_NAMES and table.entry_mode[entry] & 0o111 and table.entry_size[entry] >= _UV_MIN:
            return number("uv", "binary", text(name), path=text(table.path(node)))
        if name.startswith(b"uv-") and _UV_FILES.search(table.path(node)):
            return number("uv", "state", "lock files and receipts")
        claimed = self.python_claims.get(node, layer)
        region = self.region[node]
        if claimed is not None and (region == NONE or not self._beats_venv(region)):
            return claimed
        return region if region != NONE else self._system(node, layer)

    def _beats_venv(self, region: int) -> bool:
        return self.components.keys[region][0] in ("uv", "uv-cache")

    def _system(self, node: int, layer: int) -> int:
        """What is neither uv's nor Python's nor a cache."""
        number, origin = self.components.number, self.layers[layer]
        claimed = self.os_claims.get(node, layer)
        if origin.base:
            return self._of_base(claimed)
        if claimed is not None:
            return claimed
        keyword = origin.instruction.partition(" ")[0].upper()
        copied = keyword in ("COPY", "ADD")
        if self.state[node] == _IS_STATE and not copied:
            return number("os-packages", "state", "package databases and system files")
        if (self.state[node] == _IS_TEMPORARY and not copied) or not keyword:
            return number("other", "path", _top(self.table.path(node)))
        return number("app", "instruction", origin.instruction)

    def _of_base(self, claimed: int | None) -> int:
        """A file of the base's layers, and the OS package that claims it."""
        number = self.components.number
        if claimed is None:
            return number("base-os", "files", "of no package")
        if claimed not in self._base_packages:
            _, kind, name, version, _ = self.components.keys[claimed]
            self._base_packages[claimed] = number("base-os", kind, name, version)
        return self._base_packages[claimed]


def _top(path: bytes) -> str:
    return text(b"/".join(path.split(b"/")[:3]))


def attribute(contents: Contents, layers: Sequence[LayerOrigin], cache_dir: str | None) -> Attribution:
    """Attribute every name, and every inode to the first owner that any of its names has.

    Args:
        contents: the columns, with the databases' contents.
        layers: each layer's origin, bottom first.
        cache_dir: uv's cache folder where the image's config names one.
    """
    work = _Attributor(contents, layers, cache_dir)
    table, owners = work.table, work.components.owners
    by_entry = array("i", bytes(4 * table.entries))
    by_inode = array("i", [NONE]) * table.inodes
    for entry, kind in enumerate(table.entry_kind):
        if kind != Kind.FILE:
            by_entry[entry] = NONE
            continue
        mine = by_entry[entry] = work.component(entry)
        inode = table.entry_inode[entry]
        other = by_inode[inode]
        if other == NONE or owners[mine] < owners[other]:
            by_inode[inode] = mine
    return Attribution(work.components, by_entry, by_inode, work.places)
