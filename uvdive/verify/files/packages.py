"""OS packages that are gone: each must be named by a decision, or come along with one that is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, Kind
from uvdive.ledger.reading.contents import Contents, UnreadableError
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import closure, installed_packages
from uvdive.rewrite.plan import Allowances, Decision
from uvdive.verify.compare import packages
from uvdive.verify.files.managers import ACCOUNT_TOOLS, names_account

Read = Callable[[bytes], bytes | None]
_LIMIT = 16 << 20
INFO = b"/var/lib/dpkg/info"
_SCRIPTS = (b".preinst", b".postinst")
_SYSUSERS = b"/usr/lib/sysusers.d"


def packages_of(report: ImageReport, contents: Contents | None) -> Packages:
    """The packages of an image, with what its own databases say of them where they can be read."""

    def read(path: bytes) -> bytes | None:
        node = resolve(report.files, path).node
        entry = None if node is None else report.files.visible(node)
        if contents is None or entry is None or report.files.entry_kind[entry] != Kind.FILE:
            return None
        try:
            with contents.open(entry) as file:
                return file.read(_LIMIT)
        except UnreadableError:
            return None

    return Packages(report, read)


def nothing(path: bytes) -> None:
    """A ``Read`` of an image whose contents are nowhere."""


@dataclass
class Packages:
    """What the package databases of an image say; ``read`` reads a file of it."""

    report: ImageReport
    read: Read

    def gone(
        self, after: ImageReport, allowed: Allowances, decisions: Iterable[Decision] | None
    ) -> tuple[str, ...]:
        """The packages that an instruction of the original installed and that nothing explains the loss of.

        A plan explains one by announcing it and by a decision that names it, or one that it
        depends on; ``decisions`` is None where there is no plan to ask.
        """
        there = packages(after)
        lost = {
            component.name
            for component in self.report.components
            if component.owner == "os-packages" and component.version is not None
        } - there.keys()
        announced = lost & set(allowed.packages)
        if decisions is not None and announced:
            texts = [f"{each.id} {each.summary} {each.reason}" for each in decisions]
            named = [name for name in announced if any(_names(text, name) for text in texts)]
            known = installed_packages(self.read)
            # Without a database nobody can tell what came along.
            announced &= closure(known, named, recommends=True) if known else announced
        return tuple(sorted(lost - announced))

    @cached_property
    def _folders(self) -> dict[bytes, frozenset[str]]:
        """The folders that dpkg's lists name, each with the packages that have it."""
        table = self.report.files
        info = resolve(table, INFO).node
        found: dict[bytes, set[str]] = {}
        for node in () if info is None else table.children(info):
            name = table.names[node]
            if name.endswith(b".list") and (data := self.read(INFO + b"/" + name)) is not None:
                package = name.removesuffix(b".list").partition(b":")[0].decode("utf-8", "replace")
                for path in self._listed_folders(data):
                    found.setdefault(path, set()).add(package)
        return {path: frozenset(names) for path, names in found.items()}

    @cached_property
    def _account_makers(self) -> dict[bytes, str | None]:
        """What makes packages' accounts, dpkg's scripts and sysusers.d(5), each text with its package."""
        table = self.report.files
        found: dict[bytes, str | None] = {}
        for folder, ends in ((INFO, _SCRIPTS), (_SYSUSERS, (b".conf",))):
            node = resolve(table, folder).node
            for child in () if node is None else table.children(node):
                name = table.names[child]
                data = self.read(folder + b"/" + name) if name.endswith(ends) else None
                if data is None:
                    continue
                if folder == _SYSUSERS:
                    found[data] = self._package_of(child)
                elif any(tool in data for tool in ACCOUNT_TOOLS):
                    found[data] = posixpath.splitext(name)[0].partition(b":")[0].decode("utf-8", "replace")
        return found

    def _package_of(self, node: int) -> str | None:
        table = self.report.files
        entry = table.visible(node)
        inode = NONE if entry is None else table.entry_inode[entry]
        number = NONE if inode == NONE else self.report.inode_component[inode]
        return None if number == NONE else self.report.components[number].name

    def makers(self, account: bytes) -> frozenset[str]:
        """The packages whose scripts name an account."""
        return frozenset(
            package
            for text, package in self._account_makers.items()
            if package and account in text and names_account(text, account)
        )

    def _listed_folders(self, data: bytes) -> Iterator[bytes]:
        table = self.report.files
        for path in data.split(b"\n"):
            node = table.find(path) if path.startswith((b"/etc/", b"/var/")) else None
            entry = None if node is None else table.visible(node)
            if entry is not None and table.entry_kind[entry] == Kind.DIRECTORY:
                yield path

    def has_folder(self, path: bytes, lost: frozenset[str]) -> bool:
        """Is a path a folder that only packages of ``lost`` have?"""
        return path in self._folders and self._folders[path] <= lost

    def made_by(self, path: bytes, lost: frozenset[str]) -> bool:
        """Does a path lie in a folder that only packages of ``lost`` have, whose scripts made it then?"""
        while path:
            path = path.rpartition(b"/")[0]
            if path in self._folders:
                return self._folders[path] <= lost
        return False


def _names(text: str, package: str) -> bool:
    return re.search(rf"(?<![\w.+-]){re.escape(package)}(?![\w+-]|\.\w)", text) is not None or (
        f"package-{package}" in text.split()[:1]
    )
