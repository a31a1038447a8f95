"""The lists: waste, findings, packages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.content import Content

from uvdive.tui.explained import describe_finding, describe_package, describe_waste
from uvdive.tui.places import Place
from uvdive.tui.screens.lists import ListScreen
from uvdive.tui.tables import (
    FINDINGS,
    PACKAGES,
    WASTE,
    packages,
    paths_of,
    place_of_package,
    place_of_path,
    place_of_waste,
)


class WasteScreen(ListScreen):
    """Bytes that are shipped and can never be seen: their cause, the culprit and its line."""

    HELP = "Bytes in the image's layers that the final image does not show, with who made them so."
    NAME = "Waste"
    EMPTY = "Nothing is wasted: all bytes of all layers are there in the final image."
    TABLE = WASTE

    def collect(self) -> Sequence[Any]:
        """The report's waste."""
        return self.report.waste

    def words(self, item: Any) -> Content:
        """Cause, writer, culprit."""
        return describe_waste(self.report, item)

    def place_of(self, item: Any) -> Place | None:
        """The path in the layer that wrote it."""
        return place_of_waste(self.report, item)

    def layer_of(self, item: Any) -> int | None:
        """The culprit."""
        return int(item.killed_by)

    def line_of(self, item: Any) -> int | None:
        """The culprit's line."""
        return super().line_of(item) if item.line is None else int(item.line)

    def copied(self, item: Any) -> str:
        """The path."""
        return str(item.path.decode("utf-8", "replace"))


class FindingsScreen(ListScreen):
    """What is worth doing, each with its page of explanation."""

    HELP = "What is worth doing about this image. The details say how it is measured and what to do."
    NAME = "Findings"
    EMPTY = "Nothing was found that is worth doing."
    TABLE = FINDINGS

    def collect(self) -> Sequence[Any]:
        """The report's findings."""
        return self.report.findings

    def words(self, item: Any) -> Content:
        """What it costs, advice, page."""
        return describe_finding(self.report, item)

    def place_of(self, item: Any) -> Place | None:
        """The first of its paths that is there."""
        places = (place_of_path(self.report, path) for path in paths_of(item))
        return next((place for place in places if place is not None), None)

    def line_of(self, item: Any) -> int | None:
        """The finding's own line, else that of its path's layer."""
        return super().line_of(item) if item.line is None else int(item.line)

    def copied(self, item: Any) -> str:
        """The advice."""
        return f"{item.title}: {item.advice}"


class PackagesScreen(ListScreen):
    """Python distributions of every environment, and OS packages."""

    HELP = "The packages of every Python environment and of the system: sizes, and why they are there."
    NAME = "Packages"
    EMPTY = "The image has no packages that uvdive knows of."
    TABLE = PACKAGES

    def collect(self) -> Sequence[Any]:
        """All packages."""
        return packages(self.report)

    def words(self, item: Any) -> Content:
        """Size by kind, reason."""
        return describe_package(self.report, item)

    def place_of(self, item: Any) -> Place | None:
        """The first file of the package."""
        return place_of_package(self.report, item)

    def copied(self, item: Any) -> str:
        """Name and version."""
        return f"{item.name} {item.version}".strip()
