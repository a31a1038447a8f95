"""The check of the files: everything that the new image lacks or changes must be explained (R46)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from uvdive.base.units import size
from uvdive.image.table import Kind
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import Allowances
from uvdive.verify.checks import Check
from uvdive.verify.explained import Explanations
from uvdive.verify.pairs import changes, printable, walk


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


def _reasons(reasons: Counter[str]) -> str:
    return ", ".join(f"{why} ({count})" for why, count in reasons.most_common())


def check_files(before: ImageReport, after: ImageReport, allowed: Allowances) -> Check:
    """Compare two images path by path: type, mode, uid, gid, size and link target.

    Paths that only the new image has are counted and never fail. Contents of equal
    size are not compared, and the detail says so.
    """
    explained = Explanations(before, after, allowed)
    old, new = before.files, after.files
    lost: dict[bytes, _Lost] = {}
    changed: list[str] = []
    reasons: Counter[str] = Counter()
    added = 0
    for pair in walk(old, new):
        if pair.before is None:
            added += 1
        elif pair.after is None:
            folder = old.entry_kind[pair.before] == Kind.DIRECTORY
            why = explained.missing(pair.path, pair.before)
            content = old.entry_kind[pair.before] == Kind.FILE
            item = _Lost(pair.path, folder, old.entry_size[pair.before], content or why is not None, why)
            lost[pair.path] = item
            if (around := lost.get(_parent(pair.path))) is not None:
                around.below.append(item)
        elif difference := changes(old, pair.before, new, pair.after):
            reason = explained.changed(pair.path, pair.before)
            if reason is None:
                changed.append(f"changed: {printable(pair.path)}: {', '.join(difference)}")
            else:
                reasons[reason] += 1
    _settle(lost)
    reasons.update(item.why for item in lost.values() if item.why is not None)
    differences = (*_lines(lost), *changed)
    unexplained = sum(item.why is None for item in lost.values()) + len(changed)
    return Check(
        "files", "failed" if differences else "passed", _detail(unexplained, reasons, added), differences
    )


def _detail(unexplained: int, reasons: Counter[str], added: int) -> str:
    parts = []
    if unexplained:
        parts.append(f"{unexplained} paths are missing or changed and nothing explains it")
    if reasons:
        parts.append(f"{reasons.total()} paths are missing or changed as explained: {_reasons(reasons)}")
    if not parts:
        parts.append("No path is missing or changed")
    parts.append(f"{added} paths are new")
    return "; ".join(parts) + ". Contents of equal size were not compared."
