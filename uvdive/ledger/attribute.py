"""Give every inode its one owner and component (``spec/ledger.md``, "Owners")."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uvdive.image.table import NONE, FileTable, Kind
from uvdive.ledger.caches import add_caches
from uvdive.ledger.claims import Claims
from uvdive.ledger.components import ComponentTable
from uvdive.ledger.conda import claim_conda
from uvdive.ledger.contents import Contents
from uvdive.ledger.interpreters import Interpreter, find_interpreters
from uvdive.ledger.oskinds import HEADERS, is_python, package_kind
from uvdive.ledger.ospackages import find_packages
from uvdive.ledger.pythons import PythonPlace, Pythons, find_places, find_venvs
from uvdive.ledger.regions import Regions
from uvdive.ledger.system import LayerOrigin, SystemFiles
from uvdive.ledger.uvfiles import add_uv, is_program, is_state, state_number

__all__ = ["Attribution", "LayerOrigin", "PythonPlace", "attribute"]
_STATE_NAMES = (b"env", b"env.fish", b"uv-receipt.json")


@dataclass(frozen=True, slots=True)
class Attribution:
    """The owners of all bytes.

    ``entry_component`` has a component for each entry (NONE for what is no regular
    file), ``inode_component`` for each inode. ``warnings`` name databases that could
    not be read.
    """

    components: ComponentTable
    entry_component: array[int]
    inode_component: array[int]
    places: tuple[PythonPlace, ...]
    warnings: tuple[str, ...]


class _Attributor:
    def __init__(self, contents: Contents, layers: Sequence[LayerOrigin], environ: Mapping[str, str]) -> None:
        self.table: FileTable = contents.table
        self.layers = layers
        self.components = ComponentTable()
        self.warnings: list[str] = []
        packages = find_packages(contents, self._package)
        self.warnings += packages.warnings
        self.python_claims = Claims(self.table)
        regions = Regions(self.table, self.components)
        add_uv(regions, environ, [layer.instruction for layer in layers])
        add_caches(regions, environ)
        self.pythons, interpreters = self._pythons(contents, regions, packages.claims)
        self.region = regions.spread()
        self.bytecode = {interpreter.library: interpreter.bytecode for interpreter in interpreters}
        owners = self.components.keys
        self.beats_claims = {n for n in regions.roots.values() if owners[n][0] in ("uv", "uv-cache")}
        self.system = SystemFiles(self.table, self.components, packages, layers)

    def _package(self, name: str, version: str, section: str) -> int:
        """The component of an OS package; Python's own belong to Python."""
        kind = package_kind(name, section)
        if is_python(name):
            return self.components.number(
                "python", "headers" if kind == HEADERS else "package", name, version
            )
        return self.components.number("os-packages", kind, name, version)

    def _pythons(
        self, contents: Contents, regions: Regions, os_claims: Claims
    ) -> tuple[Pythons, tuple[Interpreter, ...]]:
        claim_conda(contents, regions, self.python_claims, self.warnings)
        venvs = find_venvs(regions)
        interpreters = find_interpreters(contents, regions, (self.python_claims, os_claims))
        found = venvs, interpreters
        return find_places(contents, regions, self.python_claims, os_claims, found), interpreters

    def component(self, entry: int) -> int:
        """The component of one name of a regular file, at the layer that wrote it."""
        table = self.table
        node, layer = table.entry_node[entry], table.entry_layer[entry]
        name = table.names[node]
        if name[:2] == b"uv" or name in _STATE_NAMES:
            if is_program(table, entry):
                path = table.path(node).decode("utf-8", "replace")
                return self.components.number("uv", "binary", name.decode(), path=path)
            if is_state(table, node):
                return state_number(self.components)
        region = self.region[node]
        if region not in self.beats_claims:
            claimed = self.python_claims.get(node, layer)
            if claimed is not None:
                return claimed
        if region == NONE:
            return self.system.component(node, layer)
        return self._in_region(region, node, layer)

    def _in_region(self, region: int, node: int, layer: int) -> int:
        """A file of a region that no distribution claims."""
        bytecode = self.bytecode.get(region)
        if bytecode is not None:
            return bytecode if self.table.names[node].endswith(b".pyc") else region
        owners = self.pythons.site_owners.get(region)
        if owners is None:
            return region
        package = self.system.claimed(node, layer)
        if package is not None:
            return self._python_package(package)
        if owners.layer == layer:
            pyc = self.table.names[node].endswith(b".pyc")
            return self.bytecode[owners.bundled] if pyc else owners.bundled
        return owners.unclaimed

    def _python_package(self, package: int) -> int:
        """An OS package's module in a site-packages belongs to Python, whatever the package's name."""
        owner, _, name, version, _ = self.components.keys[package]
        return package if owner == "python" else self.components.number("python", "package", name, version)


def attribute(contents: Contents, layers: Sequence[LayerOrigin], environ: Mapping[str, str]) -> Attribution:
    """Attribute every name, and every inode to the first owner that any of its names has.

    Args:
        contents: the columns, with the databases' contents.
        layers: each layer's origin, bottom first.
        environ: the image's variables, some of which name caches.
    """
    work = _Attributor(contents, layers, environ)
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
    return Attribution(
        work.components, by_entry, by_inode, work.pythons.places, tuple(dict.fromkeys(work.warnings))
    )
