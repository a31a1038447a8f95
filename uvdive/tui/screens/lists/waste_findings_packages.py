"""The lists of waste and findings, and all lists by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual import on
from textual.content import Content

from uvdive.ledger.report import ImageReport
from uvdive.tui.desk.path_facts import find_paths, find_waste
from uvdive.tui.desk.tables import FINDINGS, WASTE, WasteGroup, paths_of
from uvdive.tui.desk.waste_groups import Key, arrange_waste, key_of
from uvdive.tui.screens.lists.list_screen import ListScreen
from uvdive.tui.screens.lists.packages import PackagesScreen
from uvdive.tui.widgets.lists.listing import Folding
from uvdive.tui.words.list_rows import describe_finding, describe_group, describe_waste


class WasteScreen(ListScreen):
    """Bytes that are shipped and can never be seen: why, and the line that hid them."""

    HELP = (
        "Files that a later layer replaced or deleted: the final image hides them, but ships them. "
        "In the orders by layer and by folder they stand in groups; → opens one, ← closes it."
    )
    NAME = "Waste"
    EMPTY = "Nothing is wasted: the final image shows every byte that it ships."
    TABLE = WASTE

    def __init__(self, report: ImageReport) -> None:
        super().__init__(report)
        self.opened: frozenset[Key] = frozenset()
        self.ordered = False

    def make_rows(self) -> Folding:
        """Rows that open and close."""
        return Folding(self.TABLE, self.EMPTY, key_of, id="rows")

    def ask_page(self, needle: str, order: int) -> None:
        """From the desk, which knows the order to begin with: there may be as many as files."""
        self.pages.ask(arrange_waste, needle, order if self.ordered else None, self.opened)

    def paged(self, answer: Any) -> None:
        """Show a page, in the order that it has."""
        *shown, self.order = answer
        self.ordered = True
        super().paged((shown[0], shown[1], shown[2]))

    @on(Folding.Folded)
    def _folded(self, message: Folding.Folded) -> None:
        self.opened = self.opened | {message.key} if message.open else self.opened - {message.key}
        self.sift()

    def choose(self) -> None:
        """Enter: a group opens or closes, of a file the details are read."""
        if isinstance(self.selected, WasteGroup):
            self.query_one(Folding).toggle()
        else:
            super().choose()

    def words(self, item: Any) -> Content:
        """Cause, who wrote it, who replaced it."""
        grouped = isinstance(item, WasteGroup)
        return describe_group(self.report, item) if grouped else describe_waste(self.report, item)

    def ask_place(self, item: Any) -> None:
        """The path in the layer that wrote it, or the folder."""
        if not isinstance(item, WasteGroup):
            self.places.ask(find_waste, item.path, item.layer)
        elif item.folder is not None:
            self.places.ask(find_paths, (item.folder,))

    def layer_of(self, item: Any) -> int | None:
        """The layer that replaced it."""
        return item.layer if isinstance(item, WasteGroup) else int(item.killed_by)

    def line_of(self, item: Any) -> int | None:
        """The line of the layer that replaced it."""
        return super().line_of(item) if item.line is None else int(item.line)

    def copied(self, item: Any) -> str:
        """The path, or the instruction."""
        if isinstance(item, WasteGroup):
            return item.words if item.folder is None else item.folder.decode("utf-8", "replace")
        return str(item.path.decode("utf-8", "replace"))


class FindingsScreen(ListScreen):
    """What is worth doing, each with its page of explanation."""

    HELP = "What is worth doing about this image. The details say how it is measured and what to do."
    NAME = "Findings"
    EMPTY = "Nothing to save or to fix was found."
    TABLE = FINDINGS

    def collect(self) -> Sequence[Any]:
        """The report's findings."""
        return self.report.findings

    def words(self, item: Any) -> Content:
        """What it costs, advice, page."""
        return describe_finding(self.report, item)

    def ask_place(self, item: Any) -> None:
        """The first of its paths that is there."""
        self.places.ask(find_paths, tuple(paths_of(item)))

    def line_of(self, item: Any) -> int | None:
        """The finding's own line, else that of its path's layer."""
        return super().line_of(item) if item.line is None else int(item.line)

    def copied(self, item: Any) -> str:
        """The advice."""
        return f"{item.title}: {item.advice}"


KINDS: Mapping[str, type[ListScreen]] = {
    "waste": WasteScreen,
    "findings": FindingsScreen,
    "packages": PackagesScreen,
}
"""Each kind of list by its name."""
