"""Paths of commands as the image has them: `/var/run/app` is `/run/app` where `/var/run` is a link."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from uvdive.base.paths import raw
from uvdive.image.resolve import resolve
from uvdive.image.table import FileTable
from uvdive.rewrite.evidence.commands.effects import Effects

_PATTERN = re.compile(r"[*?\[\\]")


def real(table: FileTable, found: Effects) -> Effects:
    """The effects with every path also where the links on its way and at its end lead."""
    named = dict.fromkeys((each, below) for path, below in found.named for each in _all(table, path))
    zones = dict.fromkeys(each for zone in found.zones for each in _all(table, zone))
    return Effects(tuple(named), tuple(zones))


def _all(table: FileTable, path: str) -> Iterator[str]:
    yield path
    match = _PATTERN.search(path)
    # The longest part that exists is followed; what a pattern means lies below it.
    known = posixpath.dirname(path[: match.start()]) if match else path
    while known not in ("/", ""):
        node = resolve(table, raw(known)).node
        if node is not None:
            there = table.path(node).decode("utf-8", "surrogateescape")
            if there != known:
                yield there + path[len(known) :]
            return
        known = posixpath.dirname(known)
