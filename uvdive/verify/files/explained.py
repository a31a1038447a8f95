"""Which of the files that the new image lacks or changes are explained, and by what (R46)."""

from __future__ import annotations

from functools import cached_property

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve
from uvdive.image.table import Kind
from uvdive.ledger.marks.paths import MOUNT_POINTS
from uvdive.ledger.report import Component, ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.verify.checks import NO_CHANCE, Chance
from uvdive.verify.compare import packages
from uvdive.verify.files.accounts import FIELDS
from uvdive.verify.files.again import InstalledAgain
from uvdive.verify.files.bytecode import Bytecode
from uvdive.verify.files.managers import is_book, may_be_remade
from uvdive.verify.files.new_base import NewBase
from uvdive.verify.files.old_base import OldBase
from uvdive.verify.files.packages import Packages, Read, nothing
from uvdive.verify.files.trimmed import Trimmed
from uvdive.verify.files.whose import Whose
from uvdive.verify.pairs import link_target

SYSTEM = ("base-os", "os-packages", "python")
"""Owners whose files come with a base image, and change with it."""

ACCOUNT_BACKUPS = frozenset(path + b"-" for path in FIELDS)
"""What useradd(8) and the like keep of the state before."""

_BACKUPS = (b"/var/lib/dpkg/status-old", b"/var/lib/dpkg/diversions-old", b"/var/cache/debconf/")
"""What dpkg and debconf keep of the state before; the ledger counts it as a cache."""

_CONTENT = ("size ", "content")
"""How differences of nothing but a file's content begin."""

LOOKED_UP = frozenset(
    (
        *(b"/etc/ssl/certs/ca-certificates.crt", b"/etc/passwd", b"/etc/group"),
        *(b"/etc/nsswitch.conf", b"/etc/services", b"/etc/protocols", b"/usr/lib/locale/locale-archive"),
    )
)
"""What C libraries, OpenSSL and Python look up at these places: another base has it, too, or it is lost."""

_ZONES = b"/usr/share/zoneinfo"
"""The time zones, of which releases have some more and some less."""

TEMPORARY = (b"/tmp/", b"/var/tmp/")
"""What no program may expect to find again."""


def _below(path: bytes, prefix: bytes) -> bool:
    prefix = prefix.rstrip(b"/")
    return path == prefix or path.startswith(prefix + b"/")


class Explanations:
    """Says for a path of the old image why it may be missing or differ in the new one."""

    def __init__(
        self,
        before: ImageReport,
        after: ImageReport,
        allowed: Allowances,
        varying: Chance = NO_CHANCE,
        books: Packages | None = None,
        read: Read = nothing,
    ) -> None:
        self._before = before
        self._after = after
        self._varying, self._books = varying, books
        self._whose, self.old_base, self.new_base = Whose(before), OldBase(before, after), NewBase(after)
        self._bytecode = Bytecode(before, after, self.new_base)
        self._again = InstalledAgain(after, self.new_base, read)
        self._owners = frozenset(allowed.owners)
        self._dropped = frozenset(allowed.packages)
        self._paths = tuple(raw(path) for path in allowed.paths)
        self.trimmed = Trimmed(allowed.trimmed)
        given = (each.split(":", 2) for each in allowed.given)
        self._given = {raw(path): (uid, gid) for uid, gid, path in given}

    @cached_property
    def _packages(self) -> dict[str, str | None]:
        return packages(self._after)

    @cached_property
    def _old_packages(self) -> dict[str, str | None]:
        return packages(self._before)

    def left_with_base(self, entry: int) -> Component | None:
        """The OS package of a missing entry, where the old base had it and the new image has not."""
        package = self._whose.package(entry)
        if package is None or package.name in self._packages or not self.old_base.brought(entry):
            return None
        return package

    @cached_property
    def _moved(self) -> frozenset[bytes]:
        """The files of environments that name the interpreter, where that is another one now."""
        new = {environment.path: environment for environment in self._after.environments}
        return frozenset(
            raw(f"{old.path}/pyvenv.cfg")
            for old in self._before.environments
            if old.path in new and new[old.path].interpreter_path != old.interpreter_path
        )

    def _announced(self, path: bytes, entry: int, *, lost: bool = False) -> str | None:
        told = any(_below(path, prefix) for prefix in self._paths)
        return "announced paths" if told and not self._brought_again(path, entry, lost=lost) else None

    def _skeleton(self, path: bytes) -> list[tuple[int, int]]:
        """The new image's entry of a file in a home, with that in /etc/skel which useradd(8) copies."""
        table, found = self._after.files, []
        for user in self._before.users:
            home = raw(user.home).rstrip(b"/")
            if not home or not path.startswith(home + b"/"):
                continue
            nodes = [table.find(each) for each in (path, b"/etc/skel" + path.removeprefix(home))]
            mine, skeleton = (None if node is None else table.visible(node) for node in nodes)
            if mine is not None and skeleton is not None:
                found.append((mine, skeleton))
        return found

    def _other_than_skeleton(self, path: bytes) -> bool:
        """Is it of another size than in the new image's /etc/skel?"""
        sizes = self._after.files.entry_size
        return any(sizes[mine] != sizes[skeleton] for mine, skeleton in self._skeleton(path))

    def _anyway(
        self, path: bytes, entry: int, owner: str | None, how: tuple[str, ...] = (), *, lost: bool = False
    ) -> str | None:
        # Two builds of the original write other bytes; no chance gives them another owner or mode.
        varying = self._varying.gone if lost else self._varying.other
        if path in varying and all(each.startswith((*_CONTENT, "link")) for each in how):
            return "other from build to build of the original"
        # Python writes files anew; whose a folder is, and who may write there, it leaves.
        folder = self._before.files.entry_kind[entry] == Kind.DIRECTORY
        if self._bytecode.has(path) and not (self._bytecode.missed(path) if lost else folder):
            return "bytecode"
        if path.startswith(TEMPORARY):
            return "temporary files"
        if path in MOUNT_POINTS and not self._before.files.entry_size[entry]:
            return "mount points of the engine"
        if path.startswith(_BACKUPS):
            return "package databases"
        of_system = owner in SYSTEM or (lost and owner == "caches" and self.old_base.brought(entry))
        return self._system(path, entry, owner, lost=lost) if of_system else None

    def _system(self, path: bytes, entry: int, owner: str | None, *, lost: bool) -> str | None:
        """What an instruction did on top of a base, the old or the new, is not explained by another base."""
        if based := self._of_base(path, entry, owner, lost=lost):
            return based
        if path in ACCOUNT_BACKUPS:
            return "backups of accounts"
        if owner == "python":
            return None
        if is_book(path):
            return "package databases"
        package = self._whose.package(entry)
        if package is None or (lost and self._again.brings(path)):
            return None
        other = self._packages.get(package.name, package.version) != package.version
        return "OS packages of another version" if other else None

    def _of_base(self, path: bytes, entry: int, owner: str | None, *, lost: bool = False) -> str | None:
        if not self.old_base.brought(entry) or self.new_base.touched(path):
            return None
        if path in LOOKED_UP and (lost or self._is_empty(path)):
            return None
        if lost and _below(path, _ZONES) and not self._has_zones:
            return None
        if self._brought_again(path, entry, lost=lost):
            return None
        if lost and self.trimmed and path.startswith(self._same_pythons):
            return None  # only what the plan named may be missing of a Python that goes over
        return f"{owner} of the base {self.old_base.name}"

    @cached_property
    def _same_pythons(self) -> tuple[bytes, ...]:
        """How the paths of trimmed Pythons begin that environments run on in both images."""
        new = {each.path: each.interpreter_path for each in self._after.environments}
        same = {
            raw(each.interpreter_path).rpartition(b"/bin/")[0] + b"/lib/python"
            for each in self._before.environments
            if each.interpreter_path and new.get(each.path) == each.interpreter_path
        }
        return tuple(start for start in sorted(same) if self.trimmed.begins(start))

    def _is_empty(self, path: bytes) -> bool:
        """Has the new image a file there that holds nothing?"""
        table = self._after.files
        node = resolve(table, path).node
        entry = None if node is None else table.visible(node)
        return entry is not None and table.entry_kind[entry] == Kind.FILE and not table.entry_size[entry]

    @cached_property
    def _has_zones(self) -> bool:
        return resolve(self._after.files, _ZONES).node is not None

    def _brought_again(self, path: bytes, entry: int, *, lost: bool) -> bool:
        """Does the rewrite install a package again that brings a path, and the same, where it is there?"""
        again = self._installed_again(path, entry)
        # What a package of another version brings, it may bring otherwise.
        return again is not None and (lost or self._packages.get(again) == self._old_packages.get(again))

    def _installed_again(self, path: bytes, entry: int) -> str | None:
        """The package that the rewrite installs on its new base and that brings a path, too."""
        if (name := self._again.brings(path)) is not None:
            return name
        table = self._before.files
        found = self._whose.led_to(path) if table.entry_kind[entry] == Kind.SYMLINK else None
        if found is None:
            return None
        link, target = link_target(table, entry) or b"", table.path(table.entry_node[found])
        return self._again.links(path, link, target, self._whose.of_package(path, entry))

    def missing(self, path: bytes, entry: int) -> str | None:
        """Why ``path`` may be missing, in a few words; None where nothing explains it."""
        owner = self._whose.owner(path, entry)
        # A cache mount leaves its empty folder behind; the ledger owns contents alone.
        if path.endswith(b"/.cache/uv") and self._before.files.entry_kind[entry] == Kind.DIRECTORY:
            owner = "uv-cache"
        gone = owner if owner in self._owners and not self._leads_to_what_stays(path, entry) else None
        if self._whose.of_package(path, entry) in self._dropped or self._made_by_dropped(path, owner):
            gone = "OS packages that are left out"
        told = gone or self.trimmed.why(path) or self._announced(path, entry, lost=True)
        return self._anyway(path, entry, owner, lost=True) or told

    def is_given(self, path: bytes, how: tuple[str, ...]) -> bool:
        """Is nothing different but the owner, who is the one that the plan announced for this path?"""
        owner = self._given.get(path)
        if owner is None:
            return False
        ends = {"uid": f" -> {owner[0]}", "gid": f" -> {owner[1]}"}
        return all(each.endswith(ends.get(each.partition(" ")[0], "\0")) for each in how)

    def _leads_to_what_stays(self, path: bytes, entry: int) -> bool:
        """Is it a link outside of uv's own folders to a program of uv's that the new image has as well?

        `uv tool install` puts such links beside other programs: the tool stays, and would be called no more.
        """
        table = self._before.files
        if table.entry_kind[entry] != Kind.SYMLINK or self._whose.place(path) is not None:
            return False
        found = self._whose.led_to(path)
        now = None if found is None else self._after.files.find(table.path(table.entry_node[found]))
        return now is not None and self._after.files.visible(now) is not None

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
        if self.is_given(path, how):
            return "given to the app's user"
        content = all(each.startswith(_CONTENT) for each in how)
        if content and path in FIELDS:  # else what they hold tells
            return self._of_base(path, entry, self._whose.owner(path, entry)) or self._announced(path, entry)
        if content and may_be_remade(path) and self._whose.owner(path, entry) in SYSTEM:
            return "made anew by packages' scripts"
        # useradd(8) gives what it copies from there the same owner and mode in every build.
        bent = not content and self._skeleton(path)
        announced = None if bent or self._other_than_skeleton(path) else self._announced(path, entry)
        why = self._anyway(path, entry, self._whose.owner(path, entry), how) or announced
        return why or ("the interpreter moved" if path in self._moved else None)
