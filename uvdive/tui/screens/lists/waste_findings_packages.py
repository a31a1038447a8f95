"""The lists of waste and findings, and all lists by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual.content import Content

from uvdive.tui.desk.path_facts import arrange_waste, find_paths, find_waste
from uvdive.tui.desk.tables import FINDINGS, WASTE, paths_of
from uvdive.tui.screens.lists.list_screen import ListScreen
from uvdive.tui.screens.lists.packages import PackagesScreen
from uvdive.tui.words.list_rows import describe_finding, describe_waste


class WasteScreen(ListScreen):
    """Bytes that are shipped and can never be seen: why, and the line that hid them."""

    HELP = "Files that a later layer replaced or deleted: the final image hides them, but ships them."
    NAME = "Waste"
    EMPTY = "Nothing is wasted: the final image shows every byte that it ships."
    TABLE = WASTE

    def ask_page(self, needle: str, order: int) -> None:
        """From the desk: there may be as many as files."""
        self.pages.ask(arrange_waste, needle, order)

    def words(self, item: Any) -> Content:
        """Cause, who wrote it, who replaced it."""
        return describe_waste(self.report, item)

    def ask_place(self, item: Any) -> None:
        """The path in the layer that wrote it."""
        self.places.ask(find_waste, item.path, item.layer)

    def layer_of(self, item: Any) -> int | None:
        """The layer that replaced it."""
        return int(item.killed_by)

    def line_of(self, item: Any) -> int | None:
        """The line of the layer that replaced it."""
        return super().line_of(item) if item.line is None else int(item.line)

    def copied(self, item: Any) -> str:
        """The path."""
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
