"""Whose an entry of the original is: an owner of the ledger's, an OS package."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, Kind
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import Component, ImageReport
from uvdive.verify.compare import is_package


def package_of(report: ImageReport, entry: int) -> Component | None:
    """The OS package that an entry belongs to; None for what no package brought."""
    inode = report.files.entry_inode[entry]
    number = NONE if inode == NONE else report.inode_component[inode]
    component = None if number == NONE else report.components[number]
    return component if component is not None and is_package(component) else None


class Whose:
    """Says of the entries of an image whose they are."""

    def __init__(self, report: ImageReport) -> None:
        self._report, self._files = report, report.files

    def package(self, entry: int) -> Component | None:
        """The OS package that an entry belongs to; None for what no package brought."""
        return package_of(self._report, entry)

    def of_package(self, path: bytes, entry: int) -> str | None:
        """The name of an entry's OS package; a symlink is of the package of what it leads to."""
        if self._files.entry_kind[entry] == Kind.SYMLINK:
            found = self.led_to(path)
            entry = entry if found is None else found
        package = self.package(entry)
        return None if package is None else package.name

    def led_to(self, path: bytes) -> int | None:
        """The entry that a link leads to; None where it leads nowhere."""
        target = resolve(self._files, path).node
        return None if target is None else self._files.visible(target)

    @cached_property
    def _places(self) -> dict[bytes, str]:
        """The folders and files that the ledger gives to one owner as a whole."""
        return {
            raw(component.path): component.owner
            for component in self._report.components
            if component.path and component.kind != "distribution"
        }

    def place(self, path: bytes) -> str | None:
        """The owner of the innermost place around a path; all of uv's cache is one, also a uv in it."""
        found = None
        while path:
            owner = self._places.get(path)
            if owner == "uv-cache":
                return owner
            found = found or owner
            path = path.rpartition(b"/")[0]
        return found

    @cached_property
    def _names(self) -> Counter[int]:
        """How many names each inode has in the image's final state."""
        return Counter(self._files.entry_inode[entry] for entry in self._files.live_entries())

    def owner(self, path: bytes, entry: int) -> str | None:
        """Who owns an entry; None where neither the ledger nor the image's base tells.

        The ledger owns contents. Whatever lies in uv's cache is the cache's by its place,
        and so does a hard link in any owner's place belong there; a symlink belongs to the
        owner of what it leads to, and a folder that a base layer made to the base.
        """
        table, place = self._files, self.place(path)
        inode = table.entry_inode[entry]
        if inode != NONE:
            if place is not None and (place == "uv-cache" or self._names[inode] > 1):
                return place
            return OWNERS[self._report.inode_owner[inode]]
        if place is not None:
            return place
        node = table.entry_node[entry]
        if table.entry_kind[entry] == Kind.SYMLINK:
            found = self.led_to(path)
            if found is not None and found != entry:
                return self.owner(table.path(table.entry_node[found]), found)
        first = table.entry_layer[table.entries_of(node)[0]]
        return "base-os" if self._report.layers[first].base else None
