"""Owners of what is neither uv's nor Python's nor a cache: the base, OS packages, the app, the rest."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.dockerfile.stages import KEYWORDS
from uvdive.image.table import FileTable
from uvdive.ledger.components import ComponentTable, text
from uvdive.ledger.ospackages import DATABASES, OsPackages

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
            b"/var/lib/apt",
            b"/var/lib/pam",
            b"/var/lib/systemd",
            b"/var/lib/dbus",
            b"/var/lib/ucf",
            b"/var/lib/dnf",
            b"/var/lib/yum",
            b"/var/lib/alternatives",
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
        self._claims = packages.claims
        self._layers = layers
        self._with_database = packages.layers
        self._places = self._mark()
        self._of_base: dict[int, int] = {}
        self._unclaimed: dict[int, int] = {}
        self._instructions: dict[int, int] = {}

    def _mark(self) -> array[int]:
        """For each node the kind of folder that it is in, or 0."""
        table, marks = self._table, dict[int, int]()
        for kind, paths in _FOLDERS:
            for path in paths:
                node = table.find(path)
                if node is not None:
                    marks[node] = kind
        parents = table.node_parent
        places = array("B", bytes(len(parents)))
        for node in range(1, len(parents)):
            places[node] = marks.get(node) or places[parents[node]]
        return places

    def claimed(self, node: int, layer: int) -> int | None:
        """The OS package whose file this is; bytecode is its source's."""
        claim = self._claims.get(node, layer)
        if claim is not None:
            return claim
        table = self._table
        name = table.names[node]
        if not name.endswith(b".pyc"):
            return None
        folder = table.node_parent[node]
        if table.names[folder] == b"__pycache__":
            folder = table.node_parent[folder]
        source = table.find_below(folder, name.partition(b".")[0] + b".py")
        return None if source is None else self._claims.get(source, layer)

    def component(self, node: int, layer: int) -> int:
        """The component of the file that ``layer`` wrote at a node."""
        claim, origin = self.claimed(node, layer), self._layers[layer]
        if claim is not None:
            return self._base(claim, self._places[node]) if origin.base else claim
        # What nobody claims is, but for a few, told by its layer and the kind of its folder.
        key = layer << 8 | self._places[node]
        known = self._unclaimed.get(key)
        if known is None:
            known = self._nobody_s(node, layer, origin)
            if origin.base or (self._places[node] != _TEMPORARY and origin.known):
                self._unclaimed[key] = known
        return known

    def _nobody_s(self, node: int, layer: int, origin: LayerOrigin) -> int:
        """The component of a file that no OS package claims."""
        if origin.base:
            return self._base(None, self._places[node])
        if self._is_state(node, layer, origin):
            return self._components.number("os-packages", "state", "package databases and system files")
        if self._places[node] == _SYSTEM and layer in self._with_database:
            return self._components.number("os-packages", "state", "made by package scripts")
        if self._places[node] == _TEMPORARY and not origin.copied:
            return self._components.number("other", "path", self._top(node))
        return self._app(node, layer)

    def _is_state(self, node: int, layer: int, origin: LayerOrigin) -> bool:
        """Is it the system's own record? What a COPY puts in /etc is the user's own."""
        place = self._places[node]
        own = not origin.copied or layer in self._with_database
        return place == _DATABASE or (place == _STATE and own)

    def _app(self, node: int, layer: int) -> int:
        """The user's own: by instruction, or by path where no history tells which one it was."""
        origin = self._layers[layer]
        if not origin.known:
            return self._components.number("app", "path", self._top(node))
        number = self._instructions.get(layer)
        if number is None:
            number = self._components.number("app", "instruction", origin.instruction)
            self._instructions[layer] = number
        return number

    def _base(self, claim: int | None, place: int) -> int:
        """A file of the base's layers, and the OS package that claims it."""
        number, keys = self._components.number, self._components.keys
        if claim is None:
            if place in (_STATE, _DATABASE):
                return number("base-os", "state", "package databases and system files")
            return number("base-os", "files", "of no package")
        mine = self._of_base.get(claim)
        if mine is None:
            owner, _, name, version, _ = keys[claim]
            mine = claim if owner == "python" else number("base-os", "package", name, version)
            self._of_base[claim] = mine
        return mine

    def _top(self, node: int) -> str:
        return text(b"/".join(self._table.path(node).split(b"/")[:3]))
