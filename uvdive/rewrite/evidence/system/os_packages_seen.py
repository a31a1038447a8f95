"""The OS packages of an image as its files show them: since which layer, with which programs and files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from uvdive.distro.places import DPKG
from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, Kind
from uvdive.ledger.marks.paths import Paths
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.reading.contents import Contents, UnreadableError
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import Installed, installed_packages
from uvdive.ledger.whose import is_os_package
from uvdive.rewrite.evidence.system.package_books import (
    STATES,
    WORLD,
    asked_anew,
    asked_for,
    listed_by_apk,
    scripted,
    scripted_by_tmpfiles,
)

# What packages' scripts make links in: update-alternatives, update-rc.d.
_LINKED = (b"/etc/alternatives/", *(b"/etc/rc%c.d/" % level for level in b"0123456S"))
_PYTHON = OWNERS.index("python")
_BINS = tuple(f"{top}/{name}/".encode() for top in ("", "/usr") for name in ("bin", "sbin", "games"))
_PLAIN = re.compile(rb"(?:/usr(?:/local)?)?/lib(?:32|64)?/(?:[\w-]+-linux-(?:gnu|musl)\w*/)?[^/]+")
_MOST = 64 << 20


class OsPackagesSeen:
    """Answers by package and by file; each is worked out once, when it is first asked for.

    ``added`` packages are those that no base brought.
    """

    def __init__(self, report: ImageReport, contents: Contents) -> None:
        self.report, self.table, self._contents = report, report.files, contents
        self.base_layers = [layer.base or layer.index == 0 for layer in report.layers]

    def read(self, entry: int, most: int) -> bytes:
        """The first bytes of a file, ``most`` at most; none where its contents are not at hand."""
        try:
            with self._contents.open(entry) as file:
                return file.read(most)
        except UnreadableError:
            return b""

    def of_entry(self, entry: int) -> str | None:
        """The package that an entry's file belongs to."""
        inode = self.table.entry_inode[entry]
        return None if inode == NONE else self._of_inode(inode)

    @cached_property
    def _by_component(self) -> Mapping[int, str]:
        parts = enumerate(self.report.components)
        return {number: part.name for number, part in parts if is_os_package(part)}

    def _of_inode(self, inode: int) -> str | None:
        return self._by_component.get(self.report.inode_component[inode])

    @cached_property
    def installed(self) -> Mapping[str, Installed]:
        """The packages by name."""
        return installed_packages(self._small)

    @cached_property
    def added(self) -> frozenset[str]:
        """The names of the packages that came after the base's layers."""
        return frozenset(name for name in self.installed if not self._is_base(name))

    @cached_property
    def first_layer(self) -> dict[str, int]:
        """The lowest layer that holds something of each package."""
        found: dict[str, int] = {}
        for inode in range(self.table.inodes):
            name = self._of_inode(inode)
            if name is not None:
                layer = self.table.inode_layer(inode)
                found[name] = min(found.get(name, layer), layer)
        for name in self.installed.keys() - found.keys():  # without files, or with Python's alone
            nodes = (resolve(self.table, path).node for path in self._lists(name))
            entries = [self.table.visible(node) for node in nodes if node is not None]
            layers = [self.table.entry_layer[entry] for entry in entries if entry is not None]
            if layers:
                found[name] = min(layers)
        return found

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The bytes of each package's live files, by name."""
        sizes: dict[str, int] = {}
        for inode in range(self.table.inodes):
            name = self._of_inode(inode)
            if name is not None and self.table.inode_live(inode):
                sizes[name] = sizes.get(name, 0) + self.table.inode_size(inode)
        return sizes

    @cached_property
    def programs(self) -> dict[str, str]:
        """Names of programs on the usual PATH -> packages; links (alternatives) are followed."""
        found: dict[str, str] = {}
        paths = Paths(self.table)
        for entry in self.table.live_entries():
            path = paths.of(self.table.entry_node[entry])
            package = self._behind(path) if path.startswith(_BINS) else None
            if package is not None:
                found.setdefault(path.rpartition(b"/")[2].decode("utf-8", "replace"), package)
        return found

    @cached_property
    def listed(self) -> dict[int, set[str]]:
        """By dpkg's lists and the links of update-alternatives: the added packages of each node."""
        found: dict[int, set[str]] = {}
        for package in self.added:
            for source in self._lists(package):
                for path in (self._small(source) or b"").split(b"\n"):
                    node = self._counted_elsewhere(path)
                    if node is not None:
                        found.setdefault(node, set()).add(package)
        for path, package in listed_by_apk(self._small):
            node = self._counted_elsewhere(path) if package in self.added else None
            if node is not None:
                found.setdefault(node, set()).add(package)
        for node, package in self._alternatives():
            if package in self.added:
                found.setdefault(node, set()).add(package)
        return found

    @cached_property
    def asked_for(self) -> frozenset[str]:
        """The packages that somebody named to apt or apk; the others came because these need them."""
        return asked_for(self._small, self.installed)

    @cached_property
    def asked_anew(self) -> dict[int, frozenset[str]]:
        """By layer: the packages that somebody named there and that were there before."""
        return asked_anew(self._versions(WORLD), self._versions(STATES))

    def _versions(self, path: bytes) -> list[tuple[int, bytes]]:
        """Every version of a file with its layer, bottom first; none where only the last can be read."""
        node = self.table.find(path) if self._contents.holds_replaced else None
        entries = self.table.entries_of(node) if node is not None else ()
        files = (entry for entry in entries if self.table.entry_kind[entry] == Kind.FILE)
        return [(self.table.entry_layer[entry], self.read(entry, _MOST)) for entry in files]

    @cached_property
    def scripted(self) -> frozenset[str]:
        """The paths that scripts and tmpfiles.d of the added packages name, and so may have made."""
        return scripted(self._small, self.added, self._architecture) | scripted_by_tmpfiles(self._tmpfiles())

    def listed_paths(self) -> dict[str, frozenset[str]]:
        """As ``listed``, by path."""
        return {
            self.table.path(node).decode("utf-8", "surrogateescape"): frozenset(names)
            for node, names in self.listed.items()
        }

    def libraries(self, packages: frozenset[str]) -> Iterator[tuple[bytes, str, bool]]:
        """The file names of these packages' libraries, each with its package, and is it a plugin?

        Plugins lie in a folder of their own, where only the program that has them looks.
        """
        for entry in self.table.live_entries():
            name = self.table.names[self.table.entry_node[entry]]
            if name.startswith(b"lib") and b".so" in name:
                path = self.table.path(self.table.entry_node[entry])
                package = self._behind(path)
                if package is not None and package in packages:
                    yield name, package, _PLAIN.fullmatch(path) is None

    def _is_base(self, package: str) -> bool:
        return self.base_layers[self.first_layer.get(package, 0)]

    def _small(self, path: bytes) -> bytes | None:
        node = resolve(self.table, path).node
        entry = None if node is None else self.table.visible(node)
        if entry is None or self.table.entry_kind[entry] != Kind.FILE:
            return None
        return self.read(entry, _MOST)

    def _lists(self, package: str) -> Iterator[bytes]:
        """The paths of dpkg's lists of a package's files."""
        for stem in (package, f"{package}:{self._architecture}"):
            yield f"{DPKG}/info/{stem}.list".encode()

    def _tmpfiles(self) -> Iterator[bytes]:
        """What the added packages tell systemd-tmpfiles(8) to make, which their scripts call."""
        folder = resolve(self.table, b"/usr/lib/tmpfiles.d").node
        for node in self.table.children(folder) if folder is not None else ():
            entry = self.table.visible(node)
            if entry is not None and self.of_entry(entry) in self.added:
                yield self.read(entry, _MOST)

    @property
    def _architecture(self) -> str:
        return self.report.image.platform.rpartition("/")[2]

    def _behind(self, path: bytes) -> str | None:
        """The package of the file that a path leads to."""
        node = resolve(self.table, path).node
        entry = None if node is None else self.table.visible(node)
        return None if entry is None else self.of_entry(entry)

    def _counted_elsewhere(self, path: bytes) -> int | None:
        """The node of a listed path that the base lacks and the ledger gives to nobody or to Python."""
        folder, _, name = path.rpartition(b"/")
        parent = resolve(self.table, folder).node if folder else 0
        node = None if parent is None or not name else self.table.find_below(parent, name)
        entry = None if node is None else self.table.visible(node)
        if node is None or entry is None or self._in_base(node):
            return None
        if self.table.entry_kind[entry] != Kind.FILE:
            return node
        inode = self.table.entry_inode[entry]
        of_python = self.report.inode_owner[inode] == _PYTHON and self._of_inode(inode) is None
        return node if of_python else None

    def _in_base(self, node: int) -> bool:
        """Did the base have it, as it has /usr, which every package lists?"""
        return self.base_layers[self.table.entry_layer[self.table.entries_of(node)[0]]]

    def _alternatives(self) -> Iterator[tuple[int, str]]:
        symlink = int(Kind.SYMLINK)
        for entry in self.table.live_entries():
            if self.table.entry_kind[entry] != symlink:
                continue
            path = self.table.path(self.table.entry_node[entry])
            link = self.table.links[self.table.entry_link[entry]]
            if link.startswith(b"/etc/alternatives/") or path.startswith(_LINKED):
                package = self._behind(path)
                if package is not None:
                    yield self.table.entry_node[entry], package
