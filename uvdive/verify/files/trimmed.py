"""What the plan said that nothing uses: it may be missing, and the lists that name it may say so (R62)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve
from uvdive.image.table import FileTable, Kind
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import Want

_BUILD = re.compile(rb"(?P<top>/.*)/(?P<build>(?:cpython|pypy|graalpy)-[^/]+)/bin/[^/]+")
_BYTECODE = b"/__pycache__/"


def _halves(told: str) -> tuple[str, str]:
    part, _, pattern = told.partition(":")
    return part, pattern


def _expression(pattern: str) -> re.Pattern[bytes]:
    """A path with ``*`` and ``**`` as an expression; what lies below belongs to it."""
    text = re.escape(raw(pattern)).replace(rb"\*\*/", rb"(?:[^/]+/)*").replace(rb"\*", rb"[^/]*")
    text = text.replace(rb"\[12\]", rb"[12]")
    return re.compile(text + rb"(?:/.*)?", re.DOTALL)


class Trimmed:
    """Answers for paths; ``trimmed`` is that of a plan's ``Allowances``."""

    def __init__(self, trimmed: Sequence[str]) -> None:
        self._paths = [raw(_halves(told)[1]) for told in trimmed]
        self._patterns = [(part, _expression(pattern)) for part, pattern in map(_halves, trimmed)]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def begins(self, start: bytes) -> bool:
        """Does one of the patterns begin so?"""
        return any(path.startswith(start) for path in self._paths)

    def part(self, path: bytes) -> str | None:
        """The part that a path belongs to; None for none."""
        return next((part for part, pattern in self._patterns if pattern.fullmatch(path)), None)

    def why(self, path: bytes) -> str | None:
        """Why a path may be missing, in a few words; None where it may not."""
        found = self.part(path)
        return None if found is None else f"trimmed: {found}"

    def is_list_without(self, path: bytes, was: bytes, now: bytes, gone: Callable[[bytes], bool]) -> bool:
        """Is a RECORD (PEP 376) the old one without the lines of what is gone and may be?

        Args:
            path: of the list.
            was: its old content.
            now: its new one.
            gone: tells of a path whether the new image lacks it.
        """
        site = posixpath.dirname(posixpath.dirname(path))
        old, new = was.splitlines(), set(now.splitlines())
        left = [line for line in old if line not in new]
        named = (posixpath.normpath(posixpath.join(site, line.partition(b",")[0])) for line in left)
        return len(new) == len(old) - len(left) and all(self.why(each) and gone(each) for each in named)


def part_of(want: Want, trimmed: Sequence[str]) -> str | None:
    """The part by which something went away that a check misses; None where no part is known to bring it."""
    if want.kind == "path":
        return Trimmed(trimmed).part(raw(want.name))
    for part, pattern in map(_halves, trimmed):
        name = posixpath.basename(pattern).removesuffix(".py").removesuffix("*.so").rstrip("*")
        if want.kind in ("module", "program") and name and name == want.name.partition(".")[0]:
            return part
    return None


def lost_by_pythons(before: ImageReport, after: ImageReport, trimmed: Trimmed) -> Iterator[tuple[bytes, int]]:
    """The files that a Python of uv's lacks in the place where the new image has the same build of it.

    With their sizes. Where it lies at the same path, the walk over both images tells. Bytecode is made anew.
    """
    new = {environment.path: environment for environment in after.environments}
    seen: set[tuple[bytes, bytes]] = set()
    for old in before.environments:
        now = new.get(old.path)
        if now is None or not old.interpreter_path or not now.interpreter_path:
            continue
        places = _BUILD.fullmatch(raw(old.interpreter_path)), _BUILD.fullmatch(raw(now.interpreter_path))
        if places[0] is None or places[1] is None or places[0]["build"] != places[1]["build"]:
            continue
        source, target = (b"%s/%s" % (place["top"], place["build"]) for place in places if place is not None)
        if source != target and (source, target) not in seen:
            seen.add((source, target))
            yield from _lost(before.files, after.files, source, target, trimmed)


def _lost(
    old: FileTable, new: FileTable, source: bytes, target: bytes, trimmed: Trimmed
) -> Iterator[tuple[bytes, int]]:
    top = old.find(source)
    pending = [] if top is None else [top]
    while pending:
        node = pending.pop()
        entry = old.visible(node)
        if entry is None:
            continue
        path = target + old.path(node)[len(source) :]
        if old.entry_kind[entry] == Kind.DIRECTORY:
            pending += old.children(node)
        elif _BYTECODE not in path and trimmed.why(path) is None and resolve(new, path).node is None:
            yield path, old.entry_size[entry]
