"""Follow symbolic links through the state that a container sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from uvdive.image.table import ALIVE, FileTable, Kind
from uvdive.image.tar.header import clean

_MAX_HOPS = 40  # as Linux: path_resolution(7)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a path leads.

    ``hops`` are the absolute paths on the way, the asked one first and the last one
    without any symlink in it. ``node`` is None where the chain ends in nothing or
    goes in circles.
    """

    hops: tuple[bytes, ...]
    node: int | None


def _step(table: FileTable, path: bytes, layer: int) -> tuple[bytes, int | None, bool]:
    """Walk ``path`` up to its first symlink; the path that takes its place, if any."""
    node, done = 0, b""
    parts = [part for part in path.split(b"/") if part]
    for number, part in enumerate(parts):
        child = table.find_below(node, part)
        entry = None if child is None else table.visible(child, layer)
        if child is None or (entry is None and not table.leads_to_live(child, layer)):
            return path, None, False
        if entry is not None and table.entry_kind[entry] == Kind.SYMLINK:
            target = table.links[table.entry_link[entry]]
            rest = b"/".join(parts[number + 1 :])
            start = b"" if target.startswith(b"/") else done
            joined = start + b"/" + target + (b"/" + rest if rest else b"")
            return b"/" + clean(joined), None, True
        node, done = child, done + b"/" + part
    return done or b"/", node, False


def resolve(table: FileTable, path: bytes, layer: int = ALIVE - 1) -> Resolution:
    """Follow ``path`` (absolute) in the state after ``layer``, links in folders included."""
    hops = [b"/" + clean(path)]
    for _ in range(_MAX_HOPS):
        path, node, again = _step(table, hops[-1], layer)
        if not again:
            return Resolution(tuple(hops), node)
        hops.append(path)
    return Resolution(tuple(hops), None)


def which(table: FileTable, name: bytes, search_path: Iterable[bytes], layer: int = ALIVE - 1) -> int | None:
    """The node of the executable file that ``name`` means, as execvp(3) looks for it.

    A name with a slash is taken as a path; ``search_path`` are absolute folders.
    """
    candidates = [name] if b"/" in name else [folder + b"/" + name for folder in search_path]
    for candidate in candidates:
        node = resolve(table, candidate, layer).node
        entry = None if node is None else table.visible(node, layer)
        if entry is not None and table.entry_kind[entry] == Kind.FILE and table.entry_mode[entry] & 0o111:
            return node
    return None
