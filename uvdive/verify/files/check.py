"""The check of the files: everything that the new image lacks or changes must be explained (R46)."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence

from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.ledger.reading.contents import Contents, Places, UnreadableError
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances, Decision
from uvdive.verify.checks import NO_CHANCE, Chance, Check, Comparison, Want
from uvdive.verify.compare import packages
from uvdive.verify.files.account_files import Accounts
from uvdive.verify.files.accounts import FIELDS
from uvdive.verify.files.double_claims import DoubleClaims
from uvdive.verify.files.expected import LIMIT, expected, may_resize
from uvdive.verify.files.explained import Explanations
from uvdive.verify.files.lost import Lost, lines, parent, settle, wants
from uvdive.verify.files.packages import packages_of
from uvdive.verify.files.trimmed import lost_by_pythons
from uvdive.verify.pairs import changes, printable, walk
from uvdive.verify.twins import Openers, Told, Twin, compare_twins, twin


def _reasons(reasons: Counter[str]) -> str:
    return ", ".join(f"{why} ({count})" for why, count in reasons.most_common())


def check_files(
    before: ImageReport,
    after: ImageReport,
    allowed: Allowances,
    places: Places = (None, None),
    varying: Chance = NO_CHANCE,
    decisions: Sequence[Decision] | None = None,
    comparison: Comparison | None = None,
) -> Check:
    """Compare two images path by path: type, mode, uid, gid, size, link target, content and attributes.

    Paths that only the new image has are counted and never fail. Contents are read
    where sizes agree (or may vary) and nothing else explains a difference; ``places`` say where from,
    and the detail says what could not be read. ``varying`` is what two builds of the
    original itself have otherwise. An OS package that is gone must be named by one of
    ``decisions``, or come with one that is; None where there is no plan to ask. Files
    that ``comparison``, of the same images, found to be the same are not read again.

    Raises:
        EngineError: the engine went away.
    """
    with contextlib.ExitStack() as stack:
        old, new = (
            None if place is None else stack.enter_context(Contents(report.files, place))
            for report, place in zip((before, after), places, strict=True)
        )
        books = packages_of(before, old)
        explained = Explanations(before, after, allowed, varying, books, packages_of(after, new).read)
        gone = books.gone(after, allowed, decisions)
        accounts = Accounts(before, after, explained, books, old, new)
        told = Told.of(before, after, comparison)
        found = _Files(before, after, explained, DoubleClaims(before, books), accounts)
        return found.check(places, gone, told)


class _Files:
    """One run of the check: what was found so far."""

    def __init__(
        self,
        before: ImageReport,
        after: ImageReport,
        explained: Explanations,
        claims: DoubleClaims,
        accounts: Accounts,
    ) -> None:
        self._before, self._after, self._explained, self._claims = before, after, explained, claims
        self._accounts = accounts
        self._lost: dict[bytes, Lost] = {}
        self._changed: dict[bytes, str] = {}
        self._reasons: Counter[str] = Counter()
        self._left: dict[str, int] = {}
        self._left_packages: set[str] = set()
        self._twins: list[Twin] = []
        self._how: dict[bytes, str] = {}
        self._unread = self._added = 0

    def check(self, places: Places, gone: Sequence[str], told: Told | None = None) -> Check:
        """Walk both images, then read what looks the same, but for what is ``told`` already."""
        old, new = self._before.files, self._after.files
        for pair in walk(old, new):
            if pair.before is None:
                self._added += 1
            elif pair.after is None:
                self._miss(pair.path, pair.before)
            elif difference := changes(old, pair.before, new, pair.after):
                if may_resize(pair.path) and all(each.startswith("size ") for each in difference):
                    self._how[pair.path] = ", ".join(difference)
                    self._twins.append(Twin(pair.path, pair.before, pair.after))
                else:
                    self._differ(pair.path, pair.before, difference)
                    if self._explained.is_given(pair.path, difference) and (
                        found := twin(self._before, pair, self._after)
                    ):
                        self._twins.append(found)
            elif found := twin(self._before, pair, self._after):
                self._twins.append(found)
        self._read(places, told)
        settle(self._lost)
        for path, count in lost_by_pythons(self._before, self._after, self._explained.trimmed):
            self._lost[path] = Lost(path, folder=False, bytes=count, content=True, why=None)
        self._reasons.update(item.why for item in self._lost.values() if item.why is not None)
        left = [name for name in gone if name not in self._left_packages]
        there = self._explained.old_base.brought_of(left)
        return self._verdict([name for name in left if name not in there])

    def _verdict(self, gone: Sequence[str]) -> Check:
        versions = packages(self._before)
        packages_gone = (f"missing: the OS package {name} {versions[name]}" for name in gone)
        differences = (*packages_gone, *lines(self._lost), *self._changed.values())
        unseen: tuple[str, ...] = ()
        if self._unread:
            unseen = (f"the contents of {self._unread} files",)
        if differences:
            paths = (path for path, item in self._lost.items() if item.why is None)
            lacking = (*(Want("package", name) for name in gone), *wants(self._lost))
            return Check(
                "files", "failed", self._detail(len(gone)), differences, lacking, unseen,
                paths=(*paths, *self._changed),
            )  # fmt: skip
        left = tuple(f"left with the base: {name} ({size(count)})" for name, count in self._left.items())
        return Check("files", "announced" if left else "passed", self._detail(), left, unseen=unseen)

    def _miss(self, path: bytes, entry: int) -> None:
        table = self._before.files
        folder = table.entry_kind[entry] == Kind.DIRECTORY
        why = self._explained.missing(path, entry)
        content = table.entry_kind[entry] == Kind.FILE
        item = Lost(path, folder, table.entry_size[entry], content or why is not None, why)
        self._lost[path] = item
        if (around := self._lost.get(parent(path))) is not None:
            around.below.append(item)
        if (package := self._explained.left_with_base(entry)) is not None:
            told = f"{package.name} {package.version} of {self._explained.old_base.name}"
            self._left[told] = self._left.get(told, 0) + table.entry_size[entry]
            self._left_packages.add(package.name)

    def _differ(self, path: bytes, entry: int, how: tuple[str, ...]) -> None:
        reason = self._explained.changed(path, entry, how)
        if reason is None:
            self._changed[path] = f"changed: {printable(path)}: {', '.join(how)}"
        else:
            self._reasons[reason] += 1

    def _read(self, places: Places, told: Told | None) -> None:
        """Compare the contents of the files that look the same and that nothing else explains."""
        twins = self._twins if told is None else told.open_ones(self._before, self._after, self._twins)
        twins = [item for item in twins if self._explained.changed(item.path, item.before) is None]
        for found in compare_twins(self._before, self._after, twins, places):
            path, reason = found.twin.path, None
            if found.outcome == "differs":
                with contextlib.suppress(UnreadableError):  # then nothing explains it
                    reason = self._content(path, found.open)
            if found.outcome == "unread" and (path in FIELDS or self._same_size(found.twin)):
                self._unread += 1
            elif reason is None:
                self._changed[path] = f"changed: {printable(path)}: {self._how.get(path, 'content')}"
            else:
                self._reasons[reason] += 1

    def _content(self, path: bytes, openers: Openers) -> str | None:
        """Why a file's content may differ; None where nothing explains it."""
        with openers[0]() as was, openers[1]() as now:
            if path in FIELDS:
                other = self._accounts.differences(path, was, now)
                if other is None:
                    return "accounts that say the same"
                self._how[path] = other
                return None
            reason = expected(path, was, now)
        if reason is None and path.endswith(b".dist-info/RECORD") and self._explained.trimmed:
            reason = self._list(path, openers)
        if reason is None:
            with openers[1]() as now:
                reason = "files that two distributions bring" if self._claims.explains(path, now) else None
        return reason

    def _list(self, path: bytes, openers: Openers) -> str | None:
        """Why a list of installed files may be shorter."""
        with openers[0]() as was, openers[1]() as now:
            old, new = was.read(LIMIT), now.read(LIMIT)
        shorter = self._explained.trimmed.is_list_without(path, old, new, self._is_gone)
        return "lists of what was trimmed" if shorter else None

    def _is_gone(self, path: bytes) -> bool:
        return path in self._lost and self._lost[path].why is not None

    def _same_size(self, item: Twin) -> bool:
        old, new = self._before.files, self._after.files
        return old.entry_size[item.before] == new.entry_size[item.after]

    def _detail(self, gone: int = 0) -> str:
        unexplained = sum(item.why is None for item in self._lost.values()) + len(self._changed)
        parts = [f"{gone} OS packages are gone that no decision names"] if gone else []
        if unexplained:
            parts.append(f"{unexplained} paths are missing or changed and nothing explains it")
        if self._reasons:
            total = self._reasons.total()
            parts.append(f"{total} paths are missing or changed as explained: {_reasons(self._reasons)}")
        if not parts:
            parts.append("No path is missing or changed")
        parts.append(f"{self._added} paths are new")
        if self._unread:
            parts.append(f"the contents of {self._unread} files could not be compared")
        return "; ".join(parts) + "."
