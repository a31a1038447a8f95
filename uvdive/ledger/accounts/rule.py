"""The rule for one name: whose it is, at the layer that wrote it (``docs/numbers.md``, "Owners")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from uvdive.distro.kinds import HEADERS, is_python, package_kind
from uvdive.image.table import NONE, FileTable
from uvdive.ledger import caches
from uvdive.ledger.marks.claims import Claims
from uvdive.ledger.marks.components import ComponentTable
from uvdive.ledger.marks.handed_down import Inherited
from uvdive.ledger.marks.kept_contents import KeptContents
from uvdive.ledger.marks.name_search import Marks
from uvdive.ledger.marks.regions import Regions
from uvdive.ledger.python import interpreters, places, uv_files
from uvdive.ledger.python.conda import claim_conda
from uvdive.ledger.python.interpreters import Interpreter, find_interpreters
from uvdive.ledger.python.places import Pythons, find_places, find_venvs
from uvdive.ledger.python.uv_files import is_program, is_state, state_number
from uvdive.ledger.python.uv_tools import find_tools
from uvdive.ledger.system.package_databases import find_packages
from uvdive.ledger.system.system_files import LayerOrigin, SystemFiles

STATE_NAMES = (b"env", b"env.fish", b"uv-receipt.json")
"""What uv's installer leaves, beside names that begin with ``UV``."""

UV, BYTECODE = b"uv", b".pyc"
"""How names of uv's own files begin, and how those of bytecode end."""

MARKS = Marks(
    (*STATE_NAMES, *uv_files.MARKS, *caches.MARKS, *places.MARKS, *interpreters.MARKS),
    (UV, *uv_files.STARTS, *interpreters.STARTS),
    (BYTECODE, *places.INFO),
)
"""The names that are looked for."""


class Rule:
    """Everything that tells whose a name is; ``regions`` are by node, ``claims`` by node and layer."""

    def __init__(
        self, contents: KeptContents, layers: Sequence[LayerOrigin], environ: Mapping[str, str]
    ) -> None:
        self.table: FileTable = contents.table
        self.layers = layers
        self.components = ComponentTable()
        self.warnings: list[str] = []
        self.names = contents.names
        packages = find_packages(contents, self._package)
        self.warnings += packages.warnings
        self.python_claims = Claims(self.table)
        regions = Regions(self.table, self.components, contents.names)
        uv_files.add_uv(regions, environ, [layer.instruction for layer in layers])
        caches.add_caches(regions, environ)
        self.pythons, interpreters = self._pythons(contents, regions, packages.claims)
        self.regions = Inherited(self.table, regions.roots, NONE)
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
        self, contents: KeptContents, regions: Regions, os_claims: Claims
    ) -> tuple[Pythons, tuple[Interpreter, ...]]:
        claim_conda(contents, regions, self.python_claims, self.warnings)
        venvs = find_venvs(regions)
        interpreters = find_interpreters(contents, regions, (self.python_claims, os_claims))
        found = venvs, interpreters
        pythons = find_places(contents, regions, self.python_claims, os_claims, found)
        pythons.places += tuple(find_tools(regions))
        return pythons, interpreters

    def component(self, entry: int) -> int:
        """The component of one name of a regular file, at the layer that wrote it."""
        table = self.table
        node, layer = table.entry_node[entry], table.entry_layer[entry]
        name = table.names[node]
        if name[:2] == b"uv" or name in STATE_NAMES:
            if is_program(table, entry):
                path = table.path(node).decode("utf-8", "replace")
                return self.components.number("uv", "binary", name.decode(), path=path)
            if is_state(table, node):
                return state_number(self.components)
        region = self.regions.of(node)
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
            return self.python_package(package)
        if owners.layer == layer:
            pyc = self.table.names[node].endswith(b".pyc")
            return self.bytecode[owners.bundled] if pyc else owners.bundled
        return owners.unclaimed

    def python_package(self, package: int) -> int:
        """An OS package's module in a site-packages belongs to Python, whatever the package's name."""
        owner, _, name, version, _ = self.components.keys[package]
        return package if owner == "python" else self.components.number("python", "package", name, version)
