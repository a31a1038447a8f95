"""Which files an app runs: its own, its packages', its Python's and uv's tools'; the rest is the system's."""

from __future__ import annotations

from collections.abc import Callable

from uvdive.ledger.report import OWNERS, ImageReport

_APPS = frozenset(OWNERS.index(owner) for owner in ("venv", "app", "other", "python"))


def is_apps(report: ImageReport) -> Callable[[int], bool]:
    """Tells of an inode whether the app runs it. uv itself is none of it, but its tools are."""
    owners, components = report.inode_owner, report.inode_component
    tools = {n for n, part in enumerate(report.components) if part.owner == "uv" and part.kind == "tool"}
    return lambda inode: owners[inode] in _APPS or components[inode] in tools
