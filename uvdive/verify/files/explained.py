"""Which of the files that the new image lacks or changes are explained, and by what (R46)."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from uvdive.image.resolve import resolve
from uvdive.image.table import NONE, Kind
from uvdive.ledger.marks.paths import MOUNT_POINTS
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import Component, ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.verify.compare import is_package, packages
from uvdive.verify.files.expected import READ_ACCOUNTS
from uvdive.verify.files.managers import is_book, may_be_remade
from uvdive.verify.files.new_base import NewBase
from uvdive.verify.files.packages import Packages

SYSTEM = ("base-os", "os-packages", "python")
"""Owners whose files come with a base image, and change with it."""

ACCOUNTS = frozenset(
    path + end
    for path in (
        b"/etc/passwd",
        b"/etc/group",
        b"/etc/shadow",
        b"/etc/gshadow",
        b"/etc/subuid",
        b"/etc/subgid",
    )
    for end in (b"", b"-")
)

_BACKUPS = (b"/var/lib/dpkg/status-old", b"/var/lib/dpkg/diversions-old", b"/var/cache/debconf/")
"""What dpkg and debconf keep of the state before; the ledger counts it as a cache."""

_CONTENT = ("size ", "content")
"""How differences of nothing but a file's content begin."""

TEMPORARY = (b"/tmp/", b"/var/tmp/")
"""What no program may expect to find again."""


def _below(path: bytes, prefix: bytes) -> bool:
    prefix = prefix.rstrip(b"/")
    return path == prefix or path.startswith(prefix + b"/")


def package_of(report: ImageReport, entry: int) -> Component | None:
    """The OS package that an entry belongs to; None for what no package brought."""
    inode = report.files.entry_inode[entry]
    number = NONE if inode == NONE else report.inode_component[inode]
    component = None if number == NONE else report.components[number]
    return component if component is not None and is_package(component) else None


class Explanations:
    """Says for a path of the old image why it may be missing or differ in the new one."""

    def __init__(
        self,
        before: ImageReport,
        after: ImageReport,
        allowed: Allowances,
        varying: frozenset[bytes] = frozenset(),
        books: Packages | None = None,
    ) -> None:
        self._before = before
        self._after = after
        self._varying, self._books, self._new_base = varying, books, NewBase(after)
        self._owners = frozenset(allowed.owners)
        self._dropped = frozenset(allowed.packages)
        self._paths = tuple(path.encode("utf-8", "surrogateescape") for path in allowed.paths)

    @cached_property
    def base_changed(self) -> bool:
        """Do the images stand on different bases? Where none is known, their first layers tell."""
        base = [layer.diff_id for layer in self._before.layers if layer.base]
        base = base or [layer.diff_id for layer in self._before.layers[:1]]
        return [layer.diff_id for layer in self._after.layers[: len(base)]] != base

    @cached_property
    def _base(self) -> frozenset[int]:
        """The base's layers of the old image; where none is known, its first."""
        return frozenset(layer.index for layer in self._before.layers if layer.base) or frozenset({0})

    @cached_property
    def _base_name(self) -> str:
        base = self._before.image.base
        return base.name if base is not None and base.name else "its first layer"

    @cached_property
    def same_users(self) -> bool:
        """Has the new image all users of the old one, by name, number and home?"""
        return set(self._before.users) <= set(self._after.users)

    @cached_property
    def _packages(self) -> dict[str, str | None]:
        return packages(self._after)

    def package(self, entry: int) -> Component | None:
        """The OS package that an entry of the old image belongs to."""
        return package_of(self._before, entry)

    def left_with_base(self, entry: int) -> Component | None:
        """The OS package of a missing entry, where the old base had it and the new image has not."""
        package = self.package(entry)
        if package is None or package.name in self._packages:
            return None
        return package if self._in_base(entry) else None

    def of_base(self, package: Component) -> str:
        """A package of the old base in words."""
        return f"{package.name} {package.version} of {self._base_name}"

    def _in_base(self, entry: int) -> bool:
        return self.base_changed and self._before.files.entry_layer[entry] in self._base

    @cached_property
    def _moved(self) -> frozenset[bytes]:
        """The files of environments that name the interpreter, where that is another one now."""
        new = {environment.path: environment for environment in self._after.environments}
        return frozenset(
            f"{old.path}/pyvenv.cfg".encode("utf-8", "surrogateescape")
            for old in self._before.environments
            if old.path in new and new[old.path].interpreter_path != old.interpreter_path
        )

    @cached_property
    def _places(self) -> dict[bytes, str]:
        """The folders and files that the ledger gives to one owner as a whole."""
        return {
            component.path.encode("utf-8", "surrogateescape"): component.owner
            for component in self._before.components
            if component.path and component.kind != "distribution"
        }

    def _place(self, path: bytes) -> str | None:
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
        """How many names each inode of the old image has in its final state."""
        table = self._before.files
        return Counter(table.entry_inode[entry] for entry in table.live_entries())

    def owner(self, path: bytes, entry: int) -> str | None:
        """Who owns an entry of the old image; None where neither the ledger nor its base tells.

        The ledger owns contents. Whatever lies in uv's cache is the cache's by its place,
        and so does a hard link in any owner's place belong there; a symlink belongs to the
        owner of what it leads to, and a folder that a base layer made to the base.
        """
        table, place = self._before.files, self._place(path)
        inode = table.entry_inode[entry]
        if inode != NONE:
            if place is not None and (place == "uv-cache" or self._names[inode] > 1):
                return place
            return OWNERS[self._before.inode_owner[inode]]
        if place is not None:
            return place
        node = table.entry_node[entry]
        if table.entry_kind[entry] == Kind.SYMLINK:
            target = resolve(table, path).node
            found = None if target is None else table.visible(target)
            if found is not None and found != entry:
                return self.owner(table.path(table.entry_node[found]), found)
        first = table.entry_layer[table.entries_of(node)[0]]
        return "base-os" if self._before.layers[first].base else None

    def _announced(self, path: bytes) -> str | None:
        return "announced paths" if any(_below(path, prefix) for prefix in self._paths) else None

    def _other_than_skeleton(self, path: bytes) -> bool:
        """Is it of another size than in the new image's /etc/skel, which useradd(8) copies into a home?"""
        table = self._after.files
        for user in self._before.users:
            home = user.home.encode("utf-8", "surrogateescape").rstrip(b"/")
            if not home or not path.startswith(home + b"/"):
                continue
            nodes = (table.find(each) for each in (path, b"/etc/skel" + path.removeprefix(home)))
            entries = [None if node is None else table.visible(node) for node in nodes]
            sizes = {table.entry_size[each] for each in entries if each is not None}
            if None not in entries and len(sizes) > 1:
                return True
        return False

    def _anyway(self, path: bytes, entry: int, owner: str | None, how: tuple[str, ...] = ()) -> str | None:
        # Two builds of the original write other bytes; no chance gives them another owner or mode.
        if path in self._varying and all(each.startswith((*_CONTENT, "link")) for each in how):
            return "other from build to build of the original"
        if self._bytecode(path):
            return "bytecode"
        if path.startswith(TEMPORARY):
            return "temporary files"
        if path in MOUNT_POINTS and not self._before.files.entry_size[entry]:
            return "mount points of the engine"
        if path.startswith(_BACKUPS):
            return "package databases"
        return self._system(path, entry, owner) if owner in SYSTEM else None

    def _system(self, path: bytes, entry: int, owner: str | None) -> str | None:
        """What an instruction did on top of a base, the old or the new, is not explained by another base."""
        if self._in_base(entry) and not self._new_base.touched(path):
            return f"{owner} of the base {self._base_name}"
        if path in ACCOUNTS and self.same_users:
            return "accounts with the same users"
        if owner == "python":
            return None
        if is_book(path):
            return "package databases"
        package = self.package(entry)
        if package is not None and self._packages.get(package.name, package.version) != package.version:
            return "OS packages of another version"
        return None

    def _bytecode(self, path: bytes) -> bool:
        """Is it bytecode that Python makes again? A .pyc beside no module is a module itself."""
        if b"/__pycache__/" in path or path.endswith(b"/__pycache__"):
            return True
        source = self._before.files.find(path[:-1]) if path.endswith(b".pyc") else None
        return source is not None and self._before.files.visible(source) is not None

    def _of_package(self, path: bytes, entry: int) -> str | None:
        """The OS package of an entry; a symlink is of the package of what it leads to."""
        table = self._before.files
        if table.entry_kind[entry] == Kind.SYMLINK:
            target = resolve(table, path).node
            found = None if target is None else table.visible(target)
            entry = entry if found is None else found
        package = self.package(entry)
        return None if package is None else package.name

    def missing(self, path: bytes, entry: int) -> str | None:
        """Why ``path`` may be missing, in a few words; None where nothing explains it."""
        owner = self.owner(path, entry)
        # A cache mount leaves its empty folder behind; the ledger owns contents alone.
        if path.endswith(b"/.cache/uv") and self._before.files.entry_kind[entry] == Kind.DIRECTORY:
            owner = "uv-cache"
        gone = owner if owner in self._owners else None
        if self._of_package(path, entry) in self._dropped or self._made_by_dropped(path, owner):
            gone = "OS packages that are left out"
        return self._anyway(path, entry, owner) or gone or self._announced(path)

    def _made_by_dropped(self, path: bytes, owner: str | None) -> bool:
        """Is it a folder of packages that are left out, or did their scripts make it in one?"""
        if not self._dropped or self._books is None:
            return False
        return self._books.has_folder(path, self._dropped) or (
            owner in SYSTEM and self._books.made_by(path, self._dropped)
        )

    def changed(self, path: bytes, entry: int, how: tuple[str, ...] = ("content",)) -> str | None:
        """Why ``path`` may differ, in a few words; None where nothing explains it.

        ``how`` are the differences as ``pairs.changes`` gives them, or ``content``.
        """
        if path in READ_ACCOUNTS and not self._in_base(entry):
            return self._announced(path)  # what they hold tells
        content = all(each.startswith(_CONTENT) for each in how)
        if content and may_be_remade(path) and self.owner(path, entry) in SYSTEM:
            return "made anew by packages' scripts"
        announced = None if self._other_than_skeleton(path) else self._announced(path)
        why = self._anyway(path, entry, self.owner(path, entry), how) or announced
        return why or ("the interpreter moved" if path in self._moved else None)
