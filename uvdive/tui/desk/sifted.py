"""What of the changes between two images is shown: those of a kind that fit some words, as rows or as a tree.

No widget and no Textual in here: of some hundred thousand paths it takes seconds, so a job's thread does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.tui.desk.change_tree import Folder, tree_of
from uvdive.tui.desk.changes import CHANGES, FOLDERS, KINDS, Change
from uvdive.tui.desk.listing import Page, arrange, sought


@dataclass(frozen=True, slots=True)
class Asked:
    """Which changes: ``kind`` is a place in ``KINDS``, ``order`` one in the table's orders."""

    kind: int
    needle: str
    order: int

    @property
    def by_folder(self) -> bool:
        """Are the paths asked for as a tree?"""
        return KINDS[self.kind][1] == FOLDERS

    @property
    def of(self) -> str | None:
        """The kind of change; None for all."""
        return "path" if self.by_folder else KINDS[self.kind][1]


@dataclass(frozen=True, slots=True)
class Sifted:
    """The answer: the rows, and the tree where that was asked for."""

    asked: Asked
    page: Page[Change]
    tree: Folder | None


def sifted(changes: Sequence[Change], asked: Asked) -> Sifted:
    """Take what is asked for out of all changes."""
    of_kind = [item for item in changes if asked.of in (None, item.kind)]
    tree = None
    if asked.by_folder:
        tree = tree_of(item for item in of_kind if sought(CHANGES, item, asked.needle))
    return Sifted(asked, arrange(CHANGES, of_kind, asked.needle, asked.order), tree)
