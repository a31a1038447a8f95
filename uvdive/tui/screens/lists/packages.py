"""The list of packages: a tree of what goes with what, or ordered by one of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from textual import on
from textual.content import Content

from uvdive.ledger.costs.listed import Beside, Difference
from uvdive.ledger.costs.rows import CostTree
from uvdive.ledger.report import ImageReport
from uvdive.tui.desk.listed import Named, differences, differing, list_branches, listed_at, named
from uvdive.tui.desk.listing import arrange
from uvdive.tui.desk.package_tree import Branch, Key, Priced, branches, costs_at, key_of, priced, shown
from uvdive.tui.desk.path_facts import find_component
from uvdive.tui.desk.tables import PACKAGES, Package, packages
from uvdive.tui.frame.newest import Newest
from uvdive.tui.screens.lists.list_screen import ListScreen
from uvdive.tui.widgets.lists.listing import Folding
from uvdive.tui.words.package_details import (
    describe_heading,
    describe_list,
    describe_listed,
    describe_package,
)


class PackagesScreen(ListScreen):
    """Python distributions of every environment, and OS packages."""

    HELP = (
        "The packages of every Python environment and of the system: sizes, why they are there, and what "
        "would go with each. In the tree a package stands below the one that it goes with; → opens, "
        "← closes. Where a list of packages (SBOM) came with the image, what it "
        "says else stands at the tree's end."
    )
    NAME = "Packages"
    EMPTY = "The image has no packages that uvdive knows of."
    TABLE = PACKAGES

    def __init__(self, report: ImageReport) -> None:
        super().__init__(report)
        self.costs = Newest("costs", self, self._priced, self.not_answered)
        self.lists = Newest("lists", self, self._listed, self.not_answered)
        self.asked += [self.costs, self.lists]
        self.priced: tuple[Priced, ...] | None = None
        self.beside: tuple[Beside, ...] = ()
        self.differing: Mapping[Named, Difference] = {}
        self.branches: tuple[Branch, ...] = ()
        self.closed: frozenset[Key] = frozenset()
        self.notes: dict[str, tuple[str, ...]] = {}
        self.trees: dict[str, CostTree] = {}

    def make_rows(self) -> Folding:
        """Rows that open and close."""
        return Folding(self.TABLE, self.EMPTY, key_of, id="rows")

    def on_mount(self) -> None:
        """Ask what goes with what, and what lists say else, beside the first page."""
        if any(place.distributions for place in self.report.environments):
            self.costs.ask(costs_at)
        else:
            self.priced = ()
        if self.report.sboms:
            self.lists.ask(listed_at)

    def collect(self) -> Sequence[Any]:
        """All packages."""
        return packages(self.report)

    def _priced(self, costs: tuple[Priced, ...]) -> None:
        self.items = priced(self.items, costs)
        self.priced = costs
        self.trees = {place.path: CostTree(place.rows) for place in costs}
        self.notes = {place.path: place.notes for place in costs}
        self._grow()

    def _listed(self, lists: tuple[Beside, ...]) -> None:
        self.beside = lists
        self.differing = differing(lists)
        self._grow()

    def _grow(self) -> None:
        """Draw the tree once it is known what goes with what."""
        if self.priced is not None:
            self.branches = branches(self.items, self.priced, list_branches(self.beside, self.items))
        untouched = not self.listing.cursor
        self.sift()
        if untouched:
            self.listing.cursor = 0

    def ask_page(self, needle: str, order: int) -> None:
        """The tree as it is open, or all packages in an order; words look into closed ones, too."""
        rows: Sequence[Package] = self.items
        if order == 0 and self.branches:
            rows = shown(self.branches, frozenset() if needle else self.closed)
        page = arrange(self.TABLE, rows, needle, order)
        if needle:
            # A row that says what a list says is no package more.
            fits = arrange(self.TABLE, self.items, needle, order).count
            page = replace(page, count=fits, listed=page.count)
        self.paged((page, len(self.items), sum(item.bytes for item in self.items)))

    @on(Folding.Folded)
    def _folded(self, message: Folding.Folded) -> None:
        self.closed = self.closed - {message.key} if message.open else self.closed | {message.key}
        self.sift()

    def aside(self) -> str:
        """How many packages differ from the lists that came with the image."""
        return f"SBOM: {differences(len(self.differing))}" if self.beside else ""

    def words(self, item: Any) -> Content:
        """Size by kind, reason, what goes with it."""
        if item.beside is not None:
            return describe_list(item.beside)
        if item.difference is not None:
            return describe_listed(item.difference)
        if item.heading:
            place = item.name if item.heading == "environment" else item.home
            return describe_heading(self.report, item, self.trees.get(place), self.notes.get(place, ()))
        listed = self.differing.get(named(item))
        return describe_package(self.report, item, self.layer_of(item), self.trees.get(item.home), listed)

    def ask_place(self, item: Any) -> None:
        """The first file of the package."""
        if item.number is not None:
            self.places.ask(find_component, item.number)

    def copied(self, item: Any) -> str:
        """Name and version, or what a list says."""
        return f"{item.name} {item.version}".strip()
