"""The check of the files: everything that the new image lacks or changes must be explained (R46)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.ledger.reading.contents import Places, UnreadableError
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.verify.checks import Check, Want
from uvdive.verify.files.expected import expected, may_resize
from uvdive.verify.files.explained import Explanations
from uvdive.verify.pairs import changes, printable, walk
from uvdive.verify.twins import Twin, compare_twins, twin


@dataclass(slots=True)
class _Lost:
    """One path that the new image lacks; ``why`` is None as long as nothing explains it."""

    path: bytes
    folder: bool
    bytes: int
    content: bool
    why: str | None
    below: list[_Lost] = field(default_factory=list)

    def everything(self) -> Iterator[_Lost]:
        """This path and all below it."""
        waiting = [self]
        while waiting:
            lost = waiting.pop()
            yield lost
            waiting += lost.below


def _parent(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]


def _settle(lost: dict[bytes, _Lost]) -> None:
    """Explain folders by what they held, and what owns no content by the folder it lay in.

    A folder is explained where everything of any content in it is; an empty folder
    or a dangling link is explained where the folder around it went away explained.
    """
    for item in reversed(lost.values()):
        if item.folder and item.why is None:
            content = [below for below in item.below if below.content]
            if content and all(below.why for below in content):
                item.why = content[0].why
            item.content = bool(content)
    for item in lost.values():
        around = lost.get(_parent(item.path))
        if item.why is None and not item.content and around is not None:
            item.why = around.why


def _lines(lost: dict[bytes, _Lost]) -> Iterator[str]:
    """A line for each unexplained path; a folder that is lost as a whole is one line."""
    told: set[bytes] = set()
    for item in lost.values():
        if _parent(item.path) in told:
            told.add(item.path)
        elif item.why is None and item.folder and not any(below.why for below in item.everything()):
            told.add(item.path)
            files = [below for below in item.everything() if not below.folder]
            total = size(sum(below.bytes for below in files))
            yield f"missing: {printable(item.path)}/ ({len(files)} files, {total})"
        elif item.why is None and not (item.folder and item.content):
            yield f"missing: {printable(item.path)} ({size(item.bytes)})"


def _wants(lost: dict[bytes, _Lost]) -> Iterator[Want]:
    """The unexplained paths, a folder that is lost as a whole for all that is in it."""
    whole: set[bytes] = set()
    for item in lost.values():
        if _parent(item.path) in whole:
            whole.add(item.path)
        elif item.why is None and not (item.folder and any(below.why for below in item.everything())):
            whole.add(item.path)
            yield Want("path", item.path.decode("utf-8", "surrogateescape"))


def _reasons(reasons: Counter[str]) -> str:
    return ", ".join(f"{why} ({count})" for why, count in reasons.most_common())


def check_files(
    before: ImageReport,
    after: ImageReport,
    allowed: Allowances,
    places: Places = (None, None),
    varying: frozenset[bytes] = frozenset(),
) -> Check:
    """Compare two images path by path: type, mode, uid, gid, size, link target and content.

    Paths that only the new image has are counted and never fail. Contents are read
    where sizes agree (or may vary) and nothing else explains a difference; ``places`` say where from,
    and the detail says what could not be read. ``varying`` are paths that two builds of the
    original itself have otherwise.

    Raises:
        EngineError: the engine went away.
    """
    return _Files(before, after, Explanations(before, after, allowed, varying)).check(places)


class _Files:
    """One run of the check: what was found so far."""

    def __init__(self, before: ImageReport, after: ImageReport, explained: Explanations) -> None:
        self._before, self._after, self._explained = before, after, explained
        self._lost: dict[bytes, _Lost] = {}
        self._changed: dict[bytes, str] = {}
        self._reasons: Counter[str] = Counter()
        self._left: dict[str, int] = {}
        self._twins: list[Twin] = []
        self._unread = self._added = 0

    def check(self, places: Places) -> Check:
        """Walk both images, then read what looks the same."""
        old, new = self._before.files, self._after.files
        for pair in walk(old, new):
            if pair.before is None:
                self._added += 1
            elif pair.after is None:
                self._miss(pair.path, pair.before)
            elif difference := changes(old, pair.before, new, pair.after):
                if may_resize(pair.path) and all(each.startswith("size ") for each in difference):
                    self._twins.append(Twin(pair.path, pair.before, pair.after))
                else:
                    self._differ(pair.path, pair.before, ", ".join(difference))
            elif found := twin(self._before, pair, self._after):
                self._twins.append(found)
        self._read(places)
        _settle(self._lost)
        self._reasons.update(item.why for item in self._lost.values() if item.why is not None)
        differences = (*_lines(self._lost), *self._changed.values())
        unseen: tuple[str, ...] = ()
        if self._unread:
            unseen = (f"the contents of {self._unread} files of equal size",)
        if differences:
            paths = (path for path, item in self._lost.items() if item.why is None)
            return Check(
                "files", "failed", self._detail(), differences, tuple(_wants(self._lost)), unseen,
                paths=(*paths, *self._changed),
            )  # fmt: skip
        left = tuple(f"left with the base: {name} ({size(count)})" for name, count in self._left.items())
        return Check("files", "announced" if left else "passed", self._detail(), left, unseen=unseen)

    def _miss(self, path: bytes, entry: int) -> None:
        table = self._before.files
        folder = table.entry_kind[entry] == Kind.DIRECTORY
        why = self._explained.missing(path, entry)
        content = table.entry_kind[entry] == Kind.FILE
        item = _Lost(path, folder, table.entry_size[entry], content or why is not None, why)
        self._lost[path] = item
        if (around := self._lost.get(_parent(path))) is not None:
            around.below.append(item)
        if (package := self._explained.left_with_base(entry)) is not None:
            self._left[package] = self._left.get(package, 0) + table.entry_size[entry]

    def _differ(self, path: bytes, entry: int, how: str) -> None:
        reason = self._explained.changed(path, entry)
        if reason is None:
            self._changed[path] = f"changed: {printable(path)}: {how}"
        else:
            self._reasons[reason] += 1

    def _read(self, places: Places) -> None:
        """Compare the contents of the files that look the same and that nothing else explains."""
        twins = [item for item in self._twins if self._explained.changed(item.path, item.before) is None]
        for found in compare_twins(self._before, self._after, twins, places):
            reason = None
            try:
                if found.outcome == "differs":
                    with found.open[0]() as was, found.open[1]() as now:
                        reason = expected(found.twin.path, was, now)
            except UnreadableError:
                pass  # then nothing explains it
            if found.outcome == "unread" and self._same_size(found.twin):
                self._unread += 1
            elif reason is None:
                self._changed[found.twin.path] = f"changed: {printable(found.twin.path)}: content"
            else:
                self._reasons[reason] += 1

    def _same_size(self, item: Twin) -> bool:
        old, new = self._before.files, self._after.files
        return old.entry_size[item.before] == new.entry_size[item.after]

    def _detail(self) -> str:
        unexplained = sum(item.why is None for item in self._lost.values()) + len(self._changed)
        parts = []
        if unexplained:
            parts.append(f"{unexplained} paths are missing or changed and nothing explains it")
        if self._reasons:
            total = self._reasons.total()
            parts.append(f"{total} paths are missing or changed as explained: {_reasons(self._reasons)}")
        if not parts:
            parts.append("No path is missing or changed")
        parts.append(f"{self._added} paths are new")
        if self._unread:
            parts.append(f"the contents of {self._unread} files of equal size could not be compared")
        return "; ".join(parts) + "."
