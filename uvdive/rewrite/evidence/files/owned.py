"""The paths of distributions, as the ledger counts them."""

from __future__ import annotations

from collections.abc import Collection

from uvdive.image.table import Kind
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.files.image_files import Files


def numbers_of(report: ImageReport, environment: str, names: Collection[str]) -> frozenset[int]:
    """The components that an environment's distributions of these names are."""
    return frozenset(
        number
        for number, part in enumerate(report.components)
        if part.kind == "distribution" and part.name in names and part.path == environment
    )


def owned_paths(files: Files, root: int, components: Collection[int]) -> tuple[str, ...]:
    """The topmost paths below which everything belongs to the components; kept with the files."""
    asked = frozenset(components)
    return files.once(("owned", root, asked), lambda: tuple(_owned_paths(files, root, asked)))


def _owned_paths(files: Files, root: int, components: frozenset[int]) -> list[str]:
    found: list[str] = []

    def whole(node: int) -> bool:
        if files.kind(node) == Kind.FILE:
            return files.component(node) in components
        if files.kind(node) != Kind.DIRECTORY:
            return False
        children = files.children(node)
        states = [(child, whole(child)) for child in children]
        if states and all(state for _, state in states):
            return True
        found.extend(files.path(child) for child, state in states if state)
        return False

    whole(root)
    return found
