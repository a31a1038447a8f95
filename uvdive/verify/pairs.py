"""Two images' final states side by side, path by path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from uvdive.image.table import NONE, FileTable, Kind


@dataclass(frozen=True, slots=True)
class Pair:
    """One path of two final states: its entry in each table, None where it is not there."""

    path: bytes
    before: int | None
    after: int | None


def _final(table: FileTable) -> dict[int, int]:
    """The live entry of every node that has one."""
    return {table.entry_node[entry]: entry for entry in table.live_entries()}


def _below(table: FileTable, node: int | None) -> dict[bytes, int]:
    if node is None:
        return {}
    return {table.names[child]: child for child in table.children(node)}


def walk(before: FileTable, after: FileTable) -> Iterator[Pair]:
    """Every path that is live in one of the two, folders before what they hold, in order of names."""
    old, new = _final(before), _final(after)
    waiting: list[tuple[bytes, int | None, int | None]] = [(b"", 0, 0)]
    while waiting:
        path, node, other = waiting.pop()
        pair = Pair(
            path or b"/",
            None if node is None else old.get(node),
            None if other is None else new.get(other),
        )
        # A folder need not have an entry of its own: tars may name a file alone.
        if pair.before is not None or pair.after is not None:
            yield pair
        ours, theirs = _below(before, node), _below(after, other)
        names = sorted(ours.keys() | theirs.keys(), reverse=True)
        waiting += [(path + b"/" + name, ours.get(name), theirs.get(name)) for name in names]


def link_target(table: FileTable, entry: int) -> bytes | None:
    """Where a symlink's entry points to; None for anything else."""
    return None if table.entry_link[entry] == NONE else table.links[table.entry_link[entry]]


def describe(table: FileTable, entry: int) -> tuple[tuple[str, object], ...]:
    """What two entries of a path are compared by, in words; sizes in bytes.

    Times are left out: no build repeats them. The size of a folder means nothing.
    """
    return (
        ("type", Kind(table.entry_kind[entry]).name.lower().replace("_", " ")),
        ("mode", f"{table.entry_mode[entry]:04o}"),
        ("uid", table.entry_uid[entry]),
        ("gid", table.entry_gid[entry]),
        ("size", table.entry_size[entry]),
        ("link", printable(link_target(table, entry) or b"")),
        ("attributes", printable(table.attributes(entry).replace(b"\n", b" ")) or "none"),
    )


def printable(path: bytes) -> str:
    """A path as text for people: what no terminal should see is written as an escape."""
    text = path.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def changes(before: FileTable, old: int, after: FileTable, new: int) -> tuple[str, ...]:
    """How two entries of one path differ: ``mode 0755 -> 0644``; empty where they don't."""
    if _facts(before, old) == _facts(after, new):
        return ()
    return tuple(
        f"{what} {was} -> {now}"
        for (what, was), (_, now) in zip(describe(before, old), describe(after, new), strict=True)
        if was != now
    )


def _facts(table: FileTable, entry: int) -> tuple[object, ...]:
    """What ``describe`` words; most paths are the same, and nobody reads the words."""
    return (
        table.entry_kind[entry],
        table.entry_mode[entry],
        table.entry_uid[entry],
        table.entry_gid[entry],
        table.entry_size[entry],
        link_target(table, entry) or b"",
        table.attributes(entry),
    )
