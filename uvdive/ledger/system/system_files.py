"""Owners of what is neither uv's nor Python's nor a cache: the base, OS packages, the app, the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.distro.places import RECORDS
from uvdive.dockerfile.keywords import KEYWORDS
from uvdive.image.table import FileTable
from uvdive.ledger.marks.components import ComponentTable, text
from uvdive.ledger.marks.handed_down import Inherited
from uvdive.ledger.system.package_databases import DATABASES, OsPackages

_STATE, _TEMPORARY, _SYSTEM, _DATABASE, _OWN = 1, 2, 3, 4, 5
# Later ones reach into earlier ones.
_FOLDERS: tuple[tuple[int, tuple[bytes, ...]], ...] = (
    # Folders that package scripts write to, in a layer that changed the package database.
    (_SYSTEM, (b"/usr", b"/var", b"/lib", b"/lib64", b"/lib32", b"/boot")),
    # What is there to be run may as well have been downloaded.
    (
        _OWN,
        (b"/usr/local", b"/usr/src", b"/usr/bin", b"/usr/sbin", b"/bin", b"/sbin", b"/var/www", b"/var/task"),
    ),
    (
        _STATE,
        (
            b"/etc",
            *map(str.encode, RECORDS),
            b"/var/log",
            b"/var/cache/debconf",
            b"/var/cache/ldconfig",
            b"/var/backups",
            b"/usr/share/mime",
            b"/usr/share/info",
            b"/usr/share/ca-certificates",
            b"/usr/local/share/ca-certificates",
            b"/run/systemd",
        ),
    ),
    (_TEMPORARY, (b"/tmp", b"/var/tmp", b"/run", b"/var/run")),
    (_DATABASE, DATABASES),
)
# Instructions that make no layer; one that has one stands for several that were squashed.
_WRITE_NOTHING = frozenset(KEYWORDS) - {"ADD", "COPY", "FROM", "RUN", "WORKDIR"} | {""}


@dataclass(frozen=True, slots=True)
class LayerOrigin:
    """What the attribution knows of a layer: is it the base's, and its instruction's text."""

    base: bool
    instruction: str

    @property
    def _keyword(self) -> str:
        return self.instruction.partition(" ")[0].upper()

    @property
    def copied(self) -> bool:
        """Did a COPY or ADD make it?"""
        return self._keyword in ("COPY", "ADD")

    @property
    def known(self) -> bool:
        """Does the instruction say what wrote the files? A squashed layer's (podman: ``CMD``) does not."""
        return self._keyword not in _WRITE_NOTHING


class SystemFiles:
    """Finds the component of a file by its path, its layer, and what OS packages claim."""

    def __init__(
        self,
        table: FileTable,
        components: ComponentTable,
        packages: OsPackages,
        layers: Sequence[LayerOrigin],
    ) -> None:
        self._table = table
        self._components = components
        self.claims = packages.claims
        self._layers = layers
        self._with_database = packages.layers
        self.places = Inherited(table, self._marks(), 0)
        self._of_base: dict[int, int] = {}
        self._instructions: dict[int, int] = {}

    def _marks(self) -> dict[int, int]:
        """The kinds of the folders that have one of their own."""
        marks: dict[int, int] = {}
        for kind, paths in _FOLDERS:
            for path in paths:
                node = self._table.find(path)
                if node is not None:
                    marks[node] = kind
        return marks

    def claimed(self, node: int, layer: int) -> int | None:
        """The OS package whose file this is; bytecode is its source's."""
        claim = self.claims.get(node, layer)
        if claim is not None:
            return claim
        source = self.source(node) if self._table.names[node].endswith(b".pyc") else None
        return None if source is None else self.claims.get(source, layer)

    def source(self, node: int) -> int | None:
        """The module beside which a ``.pyc`` lies, or beside whose ``__pycache__``."""
        table = self._table
        folder = table.node_parent[node]
        if table.names[folder] == b"__pycache__":
            folder = table.node_parent[folder]
        return table.find_below(folder, table.names[node].partition(b".")[0] + b".py")

    def component(self, node: int, layer: int) -> int:
        """The component of the file that ``layer`` wrote at a node."""
        claim = self.claimed(node, layer)
        if claim is not None:
            return self.of_package(claim, layer)
        known = self.unclaimed(self.places.of(node), layer)
        if known is not None:
            return known
        if self.places.of(node) == _TEMPORARY and not self._layers[layer].copied:
            return self._components.number("other", "path", self._top(node))
        return self._components.number("app", "path", self._top(node))

    def of_package(self, claim: int, layer: int) -> int:
        """The component of a file that an OS package claims."""
        if not self._layers[layer].base:
            return claim
        mine = self._of_base.get(claim)
        if mine is None:
            owner, _, name, version, _ = self._components.keys[claim]
            mine = (
                claim if owner == "python" else self._components.number("base-os", "package", name, version)
            )
            self._of_base[claim] = mine
        return mine

    def unclaimed(self, place: int, layer: int) -> int | None:
        """The component of what nobody claims in folders of a kind; None where it goes by the path.

        Temporary files of a RUN do, and all of a layer of which no history tells who wrote it.
        """
        origin, number = self._layers[layer], self._components.number
        if origin.base:
            if place in (_STATE, _DATABASE):
                return number("base-os", "state", "package databases and system files")
            return number("base-os", "files", "of no package")
        if self._is_state(place, layer, origin):
            return number("os-packages", "state", "package databases and system files")
        if place == _SYSTEM and layer in self._with_database:
            return number("os-packages", "state", "made by package scripts")
        if (place == _TEMPORARY and not origin.copied) or not origin.known:
            return None
        mine = self._instructions.get(layer)
        if mine is None:
            mine = self._instructions[layer] = number("app", "instruction", origin.instruction)
        return mine

    def _is_state(self, place: int, layer: int, origin: LayerOrigin) -> bool:
        """Is it the system's own record? What a COPY puts in /etc is the user's own."""
        own = not origin.copied or layer in self._with_database
        return place == _DATABASE or (place == _STATE and own)

    def _top(self, node: int) -> str:
        return text(b"/".join(self._table.path(node).split(b"/")[:3]))
