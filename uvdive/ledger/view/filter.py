"""Which paths of a view a filter lets through: by name, owner, change and size."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from uvdive.base.errors import UsageError
from uvdive.image.table import NONE, FileTable, Kind
from uvdive.ledger.view.tree import Sign, TreeView, narrowed

How = Literal["text", "fuzzy", "regex"]
HOWS: tuple[How, ...] = ("text", "fuzzy", "regex")


class Hit(IntEnum):
    """How a node relates to a filter."""

    NONE = 0
    MATCH = 1
    ABOVE = 2
    BELOW = 4


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; an empty one asks for nothing.

    ``needle`` is looked for in names without regard to case; with a slash in it, in
    whole paths. ``how`` says as what: a part of the name, its letters in order, or a
    regular expression. ``owner`` indexes ``OWNERS``; ``sign`` is a change, and
    ``at_least`` a number of bytes: these three are asked of everything but folders.
    """

    needle: str = ""
    how: How = "text"
    owner: int | None = None
    sign: Sign = Sign.NONE
    at_least: int = 0

    def __bool__(self) -> bool:
        return bool(self.needle) or self.of_files

    @property
    def of_files(self) -> bool:
        """Does it ask for more than a name?"""
        return self.owner is not None or self.sign != Sign.NONE or self.at_least > 0

    def spans(self, name: str) -> list[tuple[int, int]]:
        """Where in a shown name the last part of the needle stands: pairs of first and behind last."""
        part = self.needle.rpartition("/")[2] if self.how != "regex" else self.needle
        if not part:
            return []
        if self.how == "fuzzy":
            found = _fuzzy(part).search(name.lower())
            return [found.span(group) for group in range(1, len(part) + 1)] if found else []
        pattern = _compiled(part) if self.how == "regex" else re.compile(re.escape(part.lower()))
        found = pattern.search(name if self.how == "regex" else name.lower())
        return [found.span()] if found and found.end() > found.start() else []


@dataclass(frozen=True, slots=True)
class Hits:
    """The ``Hit`` bits of each node, and what matches: how many paths, how many bytes of inodes.

    ``view`` has the sums of what is let through.
    """

    bits: bytearray
    count: int
    bytes: int
    view: TreeView


def match(view: TreeView, wanted: Filter) -> Hits:
    """Mark each shown node with the ``Hit`` bits of a filter; an empty one matches nothing.

    A name that fits lets everything below it through, as far as the rest of the filter does.

    Raises:
        UsageError: the regular expression is none.
    """
    table = view.table
    bits = bytearray(len(table.node_parent))
    if not wanted:
        return Hits(bits, 0, 0, view)
    fits = matcher(table, wanted)
    if wanted.of_files:
        _mark_files(view, wanted, fits, bits)
    else:
        _mark_names(view, fits, bits)
    parents = table.node_parent
    for node in range(len(parents) - 1, 0, -1):
        if bits[node] & (Hit.MATCH | Hit.ABOVE):
            bits[parents[node]] |= Hit.ABOVE
    return _counted(view, bits)


def _mark_names(view: TreeView, fits: Callable[[bytes, int], bool], bits: bytearray) -> None:
    shown, parents, names = view.shown, view.table.node_parent, view.table.names
    for node in range(1, len(parents)):
        if not shown[node]:
            continue
        if bits[parents[node]] & (Hit.MATCH | Hit.BELOW):
            bits[node] |= Hit.BELOW
        if fits(names[node], node):
            bits[node] |= Hit.MATCH


def _mark_files(view: TreeView, wanted: Filter, fits: Callable[[bytes, int], bool], bits: bytearray) -> None:
    table, shown = view.table, view.shown
    parents, names, kinds = table.node_parent, table.names, table.entry_kind
    named = bytearray(len(parents))
    mask = 0 if wanted.owner is None else 1 << wanted.owner
    for node in range(1, len(parents)):
        if not shown[node]:
            continue
        named[node] = named[parents[node]] or fits(names[node], node)
        entry = view.entry[node]
        if not named[node] or entry == NONE or kinds[entry] == Kind.DIRECTORY:
            continue
        if mask and not view.owners[node] & mask:
            continue
        if wanted.sign and view.sign[node] != wanted.sign:
            continue
        if table.entry_size[entry] >= wanted.at_least:
            bits[node] |= Hit.MATCH


def _counted(view: TreeView, bits: bytearray) -> Hits:
    table, seen, total, count = view.table, set[int](), 0, 0
    for node, bit in enumerate(bits):
        if not bit & Hit.MATCH:
            continue
        count += 1
        entry = view.entry[node]
        inode = table.entry_inode[entry] if entry != NONE else NONE
        if inode != NONE and inode not in seen:
            seen.add(inode)
            total += table.entry_size[entry]
    return Hits(bits, count, total, narrowed(view, bits, Hit.MATCH | Hit.BELOW))


def matcher(table: FileTable, wanted: Filter) -> Callable[[bytes, int], bool]:
    """Does a name, or with a slash in the needle the path of a node, fit?

    Raises:
        UsageError: the regular expression is none.
    """
    needle = wanted.needle
    if not needle:
        return lambda _name, _node: True
    if wanted.how == "text" and "/" not in needle and needle.isascii():
        raw = needle.lower().encode()
        return lambda name, _node: raw in name.lower()
    whole, last = _tests(wanted)
    if "/" in needle:
        # Few names pass the first test, and only their paths have to be put together.
        return lambda name, node: last(_text(name)) and whole(_text(table.path(node)))
    return lambda name, _node: whole(_text(name))


def _tests(wanted: Filter) -> tuple[Callable[[str], bool], Callable[[str], bool]]:
    """What is asked of a whole path or a name, and what of a path's last part before that."""
    if wanted.how == "regex":
        pattern = _compiled(wanted.needle)
        return lambda text: pattern.search(text) is not None, lambda _text: True
    needle = wanted.needle.lower()
    tail = needle.rpartition("/")[2]
    if wanted.how == "fuzzy":
        loose, end = _fuzzy(needle), _fuzzy(tail)
        return (
            lambda text: loose.search(text.lower()) is not None,
            lambda text: end.search(text.lower()) is not None,
        )
    return lambda text: needle in text.lower(), lambda text: tail in text.lower()


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _fuzzy(letters: str) -> re.Pattern[str]:
    # A negated class instead of ".*?" finds the first place or fails without trying all others.
    return re.compile("".join(f"[^{re.escape(c)}]*({re.escape(c)})" for c in letters.lower()))


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise UsageError(f"This is no regular expression: {error}.") from error
