"""What differs between two images as rows of one table: packages, paths and settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from uvdive.base.units import delta
from uvdive.tui.desk.listing import Column, Table
from uvdive.verify.checks import Comparison, PackageDelta

Kind = Literal["package", "OS package", "path", "setting"]

WIDTH = 11
"""Cells for what changes."""

KINDS: tuple[tuple[str, Kind | None], ...] = (
    ("Changes", None),
    ("Python packages", "package"),
    ("OS packages", "OS package"),
    ("Paths", "path"),
    ("Settings", "setting"),
)
"""The lists that can be asked for, and which kind each of them holds; None is all."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. ``before`` and ``after`` are versions, sizes or values; None: not there.

    ``how`` says what but its size a path has otherwise, one line each (``mode 0644 -> 0755``).
    """

    kind: Kind
    name: bytes | str
    before: object
    after: object
    bytes: int
    home: str = ""
    how: tuple[str, ...] = ()

    @property
    def sign(self) -> str:
        """``+`` added, ``-`` removed, ``~`` changed."""
        if self.before is None:
            return "+"
        return "-" if self.after is None else "~"


def changes(comparison: Comparison) -> tuple[Change, ...]:
    """Everything that differs but the owners' sums."""
    return (
        *_packages("package", comparison.packages),
        *_packages("OS package", comparison.os_packages),
        *(
            Change(
                "path",
                item.path,
                item.before_bytes,
                item.after_bytes,
                (item.after_bytes or 0) - (item.before_bytes or 0),
                how=tuple(each for each in item.what if not each.startswith("size ")),
            )
            for item in comparison.paths
        ),
        *(Change("setting", item.key, item.before, item.after, 0) for item in comparison.config),
    )


def _packages(kind: Kind, packages: tuple[PackageDelta, ...]) -> Iterator[Change]:
    for item in packages:
        change = (item.after_bytes or 0) - (item.before_bytes or 0)
        yield Change(kind, item.name, item.before, item.after, change, item.environment)


def in_brief(change: Change) -> str:
    """What changes in bytes; where that is nothing, what else does: ``mode, owner``, or ``mode +2``."""
    if change.bytes:
        return delta(change.bytes)
    found = (each.partition(" ")[0] for each in change.how)
    words = list(dict.fromkeys(_WORDS.get(word, word) for word in found))
    told = ", ".join(words)
    return told if len(told) <= WIDTH else f"{words[0]} +{len(words) - 1}"


_WORDS = {"uid": "owner", "gid": "owner", "attributes": "xattrs"}
"""Shorter words for what a path has otherwise, where they share a column with bytes."""


def _what(change: Change) -> bytes | str:
    """The name; a package's with its versions: a column of their own would cut the paths."""
    if change.kind in ("path", "setting"):
        return change.name
    if change.before == change.after:
        return f"{_name(change)}  {change.before}"
    return f"{_name(change)}  {change.before or ''} → {change.after or ''}".rstrip()


def _name(change: Change) -> str:
    return change.name if isinstance(change.name, str) else change.name.decode("utf-8", "replace")


CHANGES: Table[Change] = Table(
    (
        Column("change", WIDTH, right=True, order="bytes"),
        Column(" ", 1, order="sign"),
        Column("kind", 10, narrow=False),
        Column("what", 0, tail=True, order="name"),
    ),
    (
        ("bytes", lambda item: (-abs(item.bytes), item.kind, _name(item))),
        ("name", lambda item: (_name(item).lower(), item.kind)),
        ("sign", lambda item: (item.sign, -abs(item.bytes), _name(item))),
    ),
    lambda item: (
        in_brief(item),
        item.sign,
        item.kind,
        _what(item),
    ),
    lambda item: f"{_name(item)} {item.kind} {item.home}",
    lambda item: item.bytes,
)
