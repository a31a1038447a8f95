"""Whose a module is that was imported, or a library that was mapped: by the files of the image."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve
from uvdive.image.table import NONE
from uvdive.ledger.report import Component, Environment, ImageReport

Whose = Literal["distribution", "python", "app", "namespace", "unknown"]

_DEEPEST = 20
"""Of so many parts of a module's name at most its file is looked for."""

_SUFFIXES = (b".py", b".so", b".pyc")
_SITES = (b"site-packages", b"dist-packages")
_STANDARD = sys.stdlib_module_names
"""Those of the Python that runs this: built-in modules have no file; others are looked for, too."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose something is; ``environment`` and ``name`` are a distribution's."""

    whose: Whose
    environment: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Site:
    """A folder that modules are imported from, as a node of the image's files."""

    node: int
    environment: Environment | None = None


@dataclass(slots=True)
class Modules:
    """The folders of an image that its Pythons import from."""

    report: ImageReport
    _files: dict[int, dict[bytes, int]] = field(default_factory=dict)
    _sites: list[_Site] = field(init=False)
    _standard: list[_Site] = field(init=False)
    _own: list[_Site] = field(init=False)

    def __post_init__(self) -> None:
        found = list(self._installed())
        self._sites = [site for site, _ in found]
        self._standard = [_Site(above) for _, above in found]
        config, roots = self.report.config, (root for each in self.report.environments for root in each.roots)
        searched = config.environ.get("PYTHONPATH", "").split(":")
        folders = [*roots, *searched, config.working_dir or "/", *(_src(config.working_dir))]
        nodes = (resolve(self.report.files, raw(folder)).node for folder in folders if folder[:1] == "/")
        self._own = [_Site(node) for node in nodes if node is not None]

    def of_module(self, name: str) -> Place:
        """Whose a module is: the standard library's before a distribution's, as ``sys.path`` has them.

        A module without a file of its own (made by its package's code) is its package's.
        """
        parts = tuple(raw(part) for part in name.split("."))[:_DEEPEST]
        if name.partition(".")[0] in _STANDARD or self._has(self._standard, parts[:1]):
            return Place("python")
        for depth in range(len(parts), 0, -1):
            for site in self._sites:
                if (file := self._file(site.node, parts[:depth])) is not None:
                    return self._owner(site.environment, file, name.partition(".")[0])
        if self._has(self._own, parts[:1]):
            return Place("app")
        folders = any(self._folder(site.node, parts) is not None for site in self._sites)
        return Place("namespace" if folders else "unknown")

    def of_library(self, path: str) -> Place:
        """Whose a mapped library is: a distribution's, or unknown (the system's, Python's, the app's)."""
        node = resolve(self.report.files, raw(path)).node
        component = None if node is None else self._component(node)
        if component is None:
            return Place("unknown")
        for environment in self.report.environments:
            if environment.path == component.path and _held(environment, component, ""):
                return Place("distribution", environment.path, component.name)
        for site in self._sites:
            if site.environment is not None and (name := _held(site.environment, component, "")):
                return Place("distribution", site.environment.path, name)
        return Place("unknown")

    def _installed(self) -> Iterator[tuple[_Site, int]]:
        """Each ``site-packages`` with the folder above it, which is the standard library's or a venv's."""
        table = self.report.files
        for environment in self.report.environments:
            for lib in ("lib", "lib64", "local/lib"):
                top = table.find(raw(f"{environment.path.rstrip('/')}/{lib}"))
                for name, node in () if top is None else table.below(top).items():
                    if name.startswith((b"python", b"pypy")) and table.leads_to_live(node):
                        for site in (table.find_below(node, each) for each in _SITES):
                            if site is not None:
                                yield _Site(site, environment), node

    def _has(self, sites: list[_Site], parts: tuple[bytes, ...]) -> bool:
        return any(self._file(site.node, parts) is not None for site in sites)

    def _file(self, node: int, parts: tuple[bytes, ...]) -> int | None:
        """The file that a module is, below a folder: its own, or its package's ``__init__``."""
        folder = self._folder(node, parts[:-1])
        if folder is None:
            return None
        package = self.report.files.find_below(folder, parts[-1])
        if package is not None and (found := self._stems(package).get(b"__init__")) is not None:
            return found
        return self._stems(folder).get(parts[-1])

    def _folder(self, node: int, parts: tuple[bytes, ...]) -> int | None:
        for part in parts:
            below = self.report.files.find_below(node, part)
            if below is None or not self.report.files.has_children(below):
                return None
            node = below
        return node

    def _stems(self, folder: int) -> dict[bytes, int]:
        """The live modules that are files in a folder, by their names."""
        known = self._files.get(folder)
        if known is None:
            table, known = self.report.files, {}
            for name, node in table.below(folder).items():
                if name.endswith(_SUFFIXES) and table.visible(node) is not None:
                    known.setdefault(name.partition(b".")[0], node)
            self._files[folder] = known
        return known

    def _component(self, node: int) -> Component | None:
        entry = self.report.files.visible(node)
        inode = NONE if entry is None else self.report.files.entry_inode[entry]
        number = NONE if inode == NONE else self.report.inode_component[inode]
        return None if number == NONE else self.report.components[number]

    def _owner(self, environment: Environment | None, file: int, top: str) -> Place:
        """The distribution of a file in a site: by the ledger, else the only one that names its top."""
        assert environment is not None
        component = self._component(file)
        name = "" if component is None else _held(environment, component, top)
        if not name:
            naming = {each.name for each in environment.distributions if top in each.modules}
            name = naming.pop() if len(naming) == 1 else ""
        return Place("distribution", environment.path, name) if name else Place("unknown")


def _src(folder: str | None) -> tuple[str, ...]:
    return () if folder is None else (f"{folder.rstrip('/')}/src",)


def _held(environment: Environment, component: Component, top: str) -> str:
    """The distribution of an environment that a component of the ledger is; empty where it is none's.

    An OS package may bring several: then the one that names the module.
    """
    found = [
        each
        for each in environment.distributions
        if each.os_package == component.name or (each.os_package is None and each.name == component.name)
    ]
    naming = [each for each in found if top in each.modules]
    return (naming or found)[0].name if found else ""
