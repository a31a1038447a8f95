"""What differs between two images as rows of one table: packages, paths and settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from uvdive.base.units import delta, size
from uvdive.tui.desk.listing import Column, Table
from uvdive.verify.checks import Comparison, PackageDelta
from uvdive.verify.moves import moved_packages, moves_of

Kind = Literal["package", "OS package", "path", "setting"]

RawPath = bytes
"""A path as the tar spells it; a name of its own as ``bytes`` is a field's name below."""

WIDTH = 11
"""Cells for what changes."""

FOLDERS = "folder"
"""The list of paths as a tree."""

KINDS: tuple[tuple[str, str | None], ...] = (
    ("Changes", None),
    ("Python packages", "package"),
    ("OS packages", "OS package"),
    ("Paths", "path"),
    ("Folders", FOLDERS),
    ("Settings", "setting"),
)
"""The lists that can be asked for, and which kind each of them holds; None is all."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. ``before`` and ``after`` are versions, sizes or values; None: not there.

    ``how`` says what but its size a path has otherwise, one line each (``mode 0644 -> 0755``).
    ``moved`` is where it was before, of what is at another place now: a path, or a package's environment.
    """

    kind: Kind
    name: bytes | str
    before: object
    after: object
    bytes: int
    home: str = ""
    how: tuple[str, ...] = ()
    moved: RawPath | str | None = None

    @property
    def sign(self) -> str:
        """``+`` added, ``-`` removed, ``→`` moved, ``~`` changed."""
        if self.moved is not None:
            return "→"
        if self.before is None:
            return "+"
        return "-" if self.after is None else "~"


def changes(comparison: Comparison) -> tuple[Change, ...]:
    """Everything that differs but the owners' sums; what only changed its place is one change."""
    found = moves_of(comparison.paths)
    return (
        *_packages("package", comparison.packages),
        *_packages("OS package", comparison.os_packages),
        *(
            Change("path", move.new, move.size, move.size, 0, how=(_of_files(move.files),), moved=move.old)
            for move in found.moves
        ),
        *(
            Change(
                "path",
                item.path,
                item.before_bytes,
                item.after_bytes,
                (item.after_bytes or 0) - (item.before_bytes or 0),
                how=tuple(each for each in item.what if not each.startswith("size ")),
            )
            for item in found.rest
        ),
        *(Change("setting", item.key, item.before, item.after, 0) for item in comparison.config),
    )


def _of_files(count: int) -> str:
    return f"{count:,} file{'' if count == 1 else 's'} of the same names and sizes"


def _packages(kind: Kind, packages: tuple[PackageDelta, ...]) -> Iterator[Change]:
    """Each package once: one that an environment lost and another one got has moved."""
    came_from = moved_packages(packages)
    left = frozenset(came_from.values())
    for place, item in enumerate(packages):
        if place in left:
            continue
        was = packages[came_from[place]] if place in came_from else item
        yield Change(
            kind,
            item.name,
            was.before,
            item.after,
            (item.after_bytes or 0) - (was.before_bytes or 0),
            item.environment,
            moved=was.environment if was is not item else None,
        )


def in_brief(change: Change) -> str:
    """What changes in bytes; where that is nothing, what else does (``mode, owner``), or what has moved."""
    if change.bytes:
        return delta(change.bytes)
    if change.moved is not None:
        return size(change.before) if isinstance(change.before, int) else "moved"
    found = (each.partition(" ")[0] for each in change.how)
    words = list(dict.fromkeys(_WORDS.get(word, word) for word in found))
    told = ", ".join(words)
    return told if len(told) <= WIDTH else f"{words[0]} +{len(words) - 1}"


_WORDS = {"uid": "owner", "gid": "owner", "attributes": "xattrs"}
"""Shorter words for what a path has otherwise, where they share a column with bytes."""


def _what(change: Change) -> bytes | str:
    """The name; a package's with its versions: a column of their own would cut the paths."""
    if change.kind == "path" and isinstance(change.moved, bytes) and isinstance(change.name, bytes):
        return change.moved + " → ".encode() + change.name
    if change.kind in ("path", "setting"):
        return change.name
    place = f"  {_old_place(change)} → {change.home}" if change.moved is not None else ""
    if change.before == change.after:
        return f"{_name(change)}  {change.before}{place}"
    return f"{_name(change)}  {change.before or ''} → {change.after or ''}".rstrip() + place


def _name(change: Change) -> str:
    return change.name if isinstance(change.name, str) else change.name.decode("utf-8", "replace")


def _weight(change: Change) -> int:
    """What a change is worth telling by: its bytes, of a moved path those that it holds."""
    moved = change.moved is not None and isinstance(change.before, int)
    return cast("int", change.before) if moved else abs(change.bytes)


def _old_place(change: Change) -> str:
    moved = change.moved or ""
    return moved if isinstance(moved, str) else moved.decode("utf-8", "replace")


CHANGES: Table[Change] = Table(
    (
        Column("change", WIDTH, right=True, order="bytes"),
        Column(" ", 1, order="sign"),
        Column("kind", 10, narrow=False),
        Column("what", 0, tail=True, order="name"),
    ),
    (
        ("bytes", lambda item: (-_weight(item), item.kind, _name(item))),
        ("name", lambda item: (_name(item).lower(), item.kind)),
        ("sign", lambda item: (item.sign, -abs(item.bytes), _name(item))),
    ),
    lambda item: (
        in_brief(item),
        item.sign,
        item.kind,
        _what(item),
    ),
    lambda item: f"{_name(item)} {item.kind} {item.home} {_old_place(item)}",
    lambda item: item.bytes,
)
