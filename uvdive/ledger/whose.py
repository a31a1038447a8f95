"""Which files an app runs: its own, its packages', its Python's and uv's tools'; the rest is the system's."""

from __future__ import annotations

from collections.abc import Callable

from uvdive.image.table import NONE
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.report import Component, ImageReport

_SYSTEM = frozenset(("base-os", "os-packages"))
_PYTHONS = frozenset(("package", "headers"))
"""The kinds of Python's components that are OS packages; its own parts are libraries, bytecode …"""
_APPS = frozenset(OWNERS.index(owner) for owner in ("venv", "app", "other", "python"))


def is_apps(report: ImageReport) -> Callable[[int], bool]:
    """Tells of an inode whether the app runs it. uv itself is none of it, but its tools are."""
    owners, components = report.inode_owner, report.inode_component
    tools = {n for n, part in enumerate(report.components) if part.owner == "uv" and part.kind == "tool"}
    return lambda inode: owners[inode] in _APPS or components[inode] in tools


def is_os_package(component: Component) -> bool:
    """Is it an OS package? Those of Debian's Python belong to Python."""
    return is_os_part(component.owner, component.kind, component.version)


def is_os_part(owner: str, kind: str, version: str | None) -> bool:
    """The same, by what a component is known by; conda's packages are no OS packages."""
    return bool(version) and (owner in _SYSTEM or (owner == "python" and kind in _PYTHONS))


def os_package(report: ImageReport, inode: int) -> str | None:
    """The name of the OS package that a file belongs to by the ledger; None for parts of an interpreter."""
    number = report.inode_component[inode]
    if number == NONE or not is_os_package(report.components[number]):
        return None
    return report.components[number].name
