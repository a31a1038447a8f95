"""Which files an app runs: its own, its packages', its Python's and uv's tools'; the rest is the system's."""

from __future__ import annotations

from collections.abc import Callable

from uvdive.image.table import NONE
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import Component, ImageReport

_SYSTEM = frozenset(("base-os", "os-packages"))
_APPS = frozenset(OWNERS.index(owner) for owner in ("venv", "app", "other", "python"))


def is_apps(report: ImageReport) -> Callable[[int], bool]:
    """Tells of an inode whether the app runs it. uv itself is none of it, but its tools are."""
    owners, components = report.inode_owner, report.inode_component
    tools = {n for n, part in enumerate(report.components) if part.owner == "uv" and part.kind == "tool"}
    return lambda inode: owners[inode] in _APPS or components[inode] in tools


def is_os_package(component: Component) -> bool:
    """Is it an OS package? Those of Debian's Python belong to Python, and have no path as its parts have."""
    named = component.owner in _SYSTEM or (component.owner == "python" and not component.path)
    return named and component.version is not None


def os_package(report: ImageReport, inode: int) -> str | None:
    """The name of the OS package that a file belongs to by the ledger; None for parts of an interpreter."""
    number = report.inode_component[inode]
    if number == NONE or not is_os_package(report.components[number]):
        return None
    return report.components[number].name
