"""What the app needs of the operating system: libraries by ELF headers, libraries and programs by name.

The section "System libraries" of the rules. Nothing is executed. What is found
only ever keeps or adds a package; finding nothing never drops one by itself.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from uvdive.base.progress import Note, OnEvent, ignore
from uvdive.distro.kinds import only_builds
from uvdive.distro.needs import wanted_by
from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.reading.contents import Contents, Place, UnreadableError
from uvdive.ledger.reading.linker import Linker
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import Installed, installed_packages
from uvdive.ledger.whose import is_apps, os_package
from uvdive.uv.cache import in_default_cache

How = Literal["links", "loads", "runs"]

# What packages' scripts make links in: update-alternatives, update-rc.d.
_LINKED = (b"/etc/alternatives/", *(b"/etc/rc%c.d/" % level for level in b"0123456S"))
_PYTHON = OWNERS.index("python")
_BINS = tuple(f"{top}/{name}/" for top in ("", "/usr") for name in ("bin", "sbin", "games"))
_TEXTS = (b".py", b".sh", b".bash", b".toml", b".yml", b".yaml", b".ini", b".cfg", b".conf", b".json")
_MOST = 1 << 20
_LEAST_ELF = 64
_CALLS = re.compile(rb"subprocess|Popen|os\.system|which\(|os\.exec|create_subprocess|spawn")
_LOADS = re.compile(rb"ctypes|dlopen|cdll|find_library|ffi\b", re.IGNORECASE)
_LITERAL = re.compile(rb"""["']([\w.+/-]{2,80})(?=["'\s])""")
_WORD = re.compile(rb"[\w.+-]{2,80}")


@dataclass(frozen=True, slots=True)
class Need:
    """``by`` (a path, a distribution, an instruction) needs ``thing`` of an OS package.

    ``links`` is told by an ELF header. ``loads`` and ``runs`` are told by a name in a
    text, or by the tables; ``sure`` is false for a mere name in the environment's code.
    """

    package: str
    thing: str
    by: str
    how: How
    sure: bool = True


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """``packages`` are installed in the end; ``first_layer`` is the index of each one's lowest layer.

    ``bytes`` are of live files; ``programs`` maps names of programs to packages;
    ``listed`` are what only added packages brought and the ledger counts elsewhere, with these:
    folders, symlinks, and the files of Debian's Python.
    """

    packages: Mapping[str, Installed]
    first_layer: Mapping[str, int]
    bytes: Mapping[str, int]
    needs: tuple[Need, ...]
    programs: Mapping[str, str]
    listed: Mapping[str, frozenset[str]]


def read_system(report: ImageReport, place: Place, *, on_event: OnEvent = ignore) -> SystemFacts:
    """Read the package database, the ELF headers and the texts of the app; for the worker process.

    Raises:
        EngineError: the engine went away.
    """
    on_event(Note("Looking for what the app needs of the system"))
    with Contents(report.files, place) as contents:
        return _Reader(report, contents).facts()


class _Reader:
    def __init__(self, report: ImageReport, contents: Contents) -> None:
        self.report, self.table, self.contents = report, report.files, contents

    def facts(self) -> SystemFacts:
        packages = self._installed
        added = {name for name in packages if not self._is_base(name)}
        needs: dict[tuple[str, str, How], Need] = {}
        if added:
            for need in itertools.chain(self._linked(), self._by_table(packages), self._named(added)):
                known = needs.setdefault((need.package, need.thing, need.how), need)
                if need.sure and not known.sure:
                    needs[need.package, need.thing, need.how] = need
        sizes: dict[str, int] = {}
        for inode in range(self.table.inodes):
            name = self._package_of_inode(inode)
            if name is not None and self.table.inode_live(inode):
                sizes[name] = sizes.get(name, 0) + self.table.inode_size(inode)
        return SystemFacts(
            packages,
            self._first_layer,
            sizes,
            tuple(needs.values()),
            self._programs,
            {self._name(node): frozenset(names) for node, names in self._listed.items()},
        )

    def _small(self, path: bytes) -> bytes | None:
        node = resolve(self.table, path).node
        entry = None if node is None else self.table.visible(node)
        if entry is None or self.table.entry_kind[entry] != Kind.FILE:
            return None
        return self._read(entry, 64 << 20)

    def _read(self, entry: int, most: int = _MOST) -> bytes:
        try:
            with self.contents.open(entry) as file:
                return file.read(most)
        except UnreadableError:
            return b""

    def _package_of_inode(self, inode: int) -> str | None:
        return os_package(self.report, inode)

    def _package(self, entry: int) -> str | None:
        inode = self.table.entry_inode[entry]
        return None if inode == NONE else self._package_of_inode(inode)

    @cached_property
    def _installed(self) -> Mapping[str, Installed]:
        return installed_packages(self._small)

    def _name(self, node: int) -> str:
        return self.table.path(node).decode("utf-8", "surrogateescape")

    def _lists(self, package: str) -> Iterator[bytes]:
        """The paths of dpkg's lists of a package's files."""
        for stem in (package, f"{package}:{self._architecture}"):
            yield f"/var/lib/dpkg/info/{stem}.list".encode()

    @cached_property
    def _listed(self) -> dict[int, set[str]]:
        """By dpkg's lists and the links of update-alternatives: the added packages of each node."""
        added = {name for name in self._installed if not self._is_base(name)}
        found: dict[int, set[str]] = {}
        for package in added:
            for source in self._lists(package):
                for path in (self._small(source) or b"").split(b"\n"):
                    folder, _, name = path.rpartition(b"/")
                    parent = resolve(self.table, folder).node if folder else 0
                    node = None if parent is None or not name else self.table.find_below(parent, name)
                    entry = None if node is None else self.table.visible(node)
                    if node is None or entry is None or self._in_base(node):
                        continue
                    if self._counts_elsewhere(entry):
                        found.setdefault(node, set()).add(package)
        for node, package in self._alternatives():
            if package in added:
                found.setdefault(node, set()).add(package)
        return found

    def _in_base(self, node: int) -> bool:
        """Did the base have it, as it has /usr, which every package lists?"""
        return self._base[self.table.entry_layer[self.table.entries_of(node)[0]]]

    def _counts_elsewhere(self, entry: int) -> bool:
        """Is it a folder or link, or a file that the ledger gives to Python instead of its package?"""
        if self.table.entry_kind[entry] != Kind.FILE:
            return True
        inode = self.table.entry_inode[entry]
        return self.report.inode_owner[inode] == _PYTHON and self._package_of_inode(inode) is None

    def _alternatives(self) -> Iterator[tuple[int, str]]:
        for entry in self.table.live_entries():
            if self.table.entry_kind[entry] != Kind.SYMLINK:
                continue
            path = self.table.path(self.table.entry_node[entry])
            link = self.table.links[self.table.entry_link[entry]]
            if not (link.startswith(b"/etc/alternatives/") or path.startswith(_LINKED)):
                continue
            target = resolve(self.table, path).node
            found = None if target is None else self.table.visible(target)
            owner = None if found is None else self._package(found)
            if owner is not None:
                yield self.table.entry_node[entry], owner

    @property
    def _architecture(self) -> str:
        return self.report.image.platform.rpartition("/")[2]

    @cached_property
    def _first_layer(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for inode in range(self.table.inodes):
            name = self._package_of_inode(inode)
            if name is not None:
                layer = self.table.inode_layer(inode)
                found[name] = min(found.get(name, layer), layer)
        for name in self._installed.keys() - found.keys():  # without files, or with Python's alone
            nodes = (resolve(self.table, path).node for path in self._lists(name))
            entries = [self.table.visible(node) for node in nodes if node is not None]
            layers = [self.table.entry_layer[entry] for entry in entries if entry is not None]
            if layers:
                found[name] = min(layers)
        return found

    @cached_property
    def _base(self) -> list[bool]:
        return [layer.base or layer.index == 0 for layer in self.report.layers]

    def _is_base(self, package: str) -> bool:
        return self._base[self._first_layer.get(package, 0)]

    @cached_property
    def _programs(self) -> dict[str, str]:
        """Names of programs on the usual PATH -> packages; links (alternatives) are followed."""
        found: dict[str, str] = {}
        for entry in self.table.live_entries():
            path = self.table.path(self.table.entry_node[entry])
            if not path.startswith(tuple(top.encode() for top in _BINS)):
                continue
            node = resolve(self.table, path).node
            target = None if node is None else self.table.visible(node)
            package = None if target is None else self._package(target)
            if package is not None:
                found.setdefault(path.rpartition(b"/")[2].decode("utf-8", "replace"), package)
        return found

    def _judged(self) -> Iterator[tuple[int, bytes]]:
        """The live files of the app and its environments that no base brought."""
        table, mine = self.table, is_apps(self.report)
        for entry in table.live_entries():
            inode = table.entry_inode[entry]
            if inode == NONE or self._base[table.entry_layer[entry]]:
                continue
            packaged = table.entry_node[entry] in self._listed or self._package_of_inode(inode) is not None
            if mine(inode) and not packaged:
                path = table.path(table.entry_node[entry])
                if not in_default_cache(path.decode("utf-8", "surrogateescape")):
                    yield entry, path

    def _linked(self) -> Iterator[Need]:
        linker = Linker(self.report, self.contents)
        for entry, path in self._judged():
            size, mode = self.table.entry_size[entry], self.table.entry_mode[entry]
            if size < _LEAST_ELF or (b".so" not in path.rpartition(b"/")[2] and not mode & 0o111):
                continue
            try:
                elf = linker.elf(entry)
            except UnreadableError:
                continue
            for name in elf.needed if elf else ():
                found = linker.find(elf, path, name) if elf else None
                package = None if found is None else self._package(found)
                if package is not None:
                    yield Need(package, name, path.decode("utf-8", "replace"), "links")

    def _by_table(self, packages: Iterable[str]) -> Iterator[Need]:
        for environment in self.report.environments:
            for distribution in environment.distributions:
                name = re.sub(r"[-_.]+", "-", distribution.name).lower()
                for package in packages:
                    how = wanted_by(name, package)
                    if how is not None:
                        yield Need(package, package, distribution.name, how)  # type: ignore[arg-type]

    def _named(self, added: set[str]) -> Iterator[Need]:
        """Programs and libraries of added packages that the app's or the environment's code names."""
        programs = {name.encode(): package for name, package in self._programs.items() if package in added}
        libraries = dict(self._libraries(added))
        if not programs and not libraries:
            return
        installed = (OWNERS.index("venv"), OWNERS.index("uv"))
        python = OWNERS.index("python")
        for entry, path in self._judged():
            owner = self.report.inode_owner[self.table.entry_inode[entry]]
            in_venv = owner in installed
            if owner == python or not self._is_text(entry, path, in_venv=in_venv):
                continue
            data = self._read(entry)
            by = path.decode("utf-8", "replace")
            literals = {match.rpartition(b"/")[2] for match in _LITERAL.findall(data)}
            if _LOADS.search(data):
                for name in literals & libraries.keys():
                    yield Need(libraries[name], name.decode(), by, "loads", sure=not in_venv)
            # Code names programs in quotes; a script or a setting may say it plainly.
            said = literals if path.endswith(b".py") else set(_WORD.findall(data))
            if in_venv and not _CALLS.search(data):
                continue
            for name in said & programs.keys():
                yield Need(programs[name], name.decode(), by, "runs", sure=not in_venv)

    def _is_text(self, entry: int, path: bytes, *, in_venv: bool) -> bool:
        if self.table.entry_size[entry] > _MOST or b"/test" in path:
            return False
        if in_venv:
            return path.endswith(b".py")
        name = path.rpartition(b"/")[2]
        return name.endswith(_TEXTS) or b"." not in name

    def _libraries(self, added: set[str]) -> Iterator[tuple[bytes, str]]:
        """``libx.so.1``, ``libx.so``, ``libx`` and ``x`` of the added packages' libraries."""
        for entry in self.table.live_entries():
            name = self.table.names[self.table.entry_node[entry]]
            if not name.startswith(b"lib") or b".so" not in name:
                continue
            node = resolve(self.table, self.table.path(self.table.entry_node[entry])).node
            target = None if node is None else self.table.visible(node)
            package = None if target is None else self._package(target)
            if package is not None and package in added and not only_builds(package):
                stem = name.partition(b".so")[0]
                for spelling in (name, stem + b".so", stem, stem[3:]):
                    if len(spelling) > 1:
                        yield spelling, package
