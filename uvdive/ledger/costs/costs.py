"""What each distribution of an environment costs, with all that goes with it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from uvdive.ledger.costs.dominators import dominators
from uvdive.ledger.costs.exclusive import exclusive_bytes
from uvdive.ledger.costs.graph import TOP, Graph, Node, graph_of
from uvdive.ledger.costs.rows import Cost, CostTree
from uvdive.ledger.report import Environment, ImageReport


class Costs:
    """The costs of one environment; ``rows`` are its labels and distributions, the dearest first."""

    def __init__(self, environment: Environment, platform: str) -> None:
        self.environment = environment
        self.graph: Graph = graph_of(environment, platform)
        self.own = {name: sum(i.bytes for i in items) for name, items in self.graph.distributions.items()}
        self._dominators = dominators(self.graph.below, TOP)
        self._sums = exclusive_bytes(self.graph, self._dominators, self.own)
        self._above = self._requirers()
        self.rows: tuple[Cost, ...] = self._rows()

    @cached_property
    def tree(self) -> CostTree:
        """The rows, each below the one that it goes with."""
        return CostTree(self.rows)

    def goes(self, name: str) -> frozenset[str]:
        """The distributions that go where nobody asks for one (or for a label) any more, itself included."""
        return self.without(self._numbers(name))

    def without(self, gone: Iterable[int]) -> frozenset[str]:
        """The distributions that are not reached where these nodes are not there."""
        reached = self.graph.reached(gone)
        return frozenset(name for name in self.own if self.graph.places[Node(name)] not in reached)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the rows cannot say, a sentence each."""
        graph = self.graph
        found = []
        if len(graph.untold) == len(self.own):
            found.append("No metadata is known here, so nothing of who requires whom: read the image itself.")
        elif graph.untold:
            found.append(
                f"{_listed(graph.untold)} say{'s' if len(graph.untold) == 1 else ''} nothing of what "
                f"{'it requires' if len(graph.untold) == 1 else 'they require'}: no metadata can be read."
            )
        if graph.unclear:
            found.append(f"Requirements of {_listed(graph.unclear)} can't be understood, and don't count.")
        if self._sums.at_least:
            names = _listed(self._sums.at_least)
            found.append(f"With {names} more may go: there are too many ways to look at.")
        if not self.environment.asks and len(self.own) > 1 and self.environment.kind != "tool":
            found.append("No lock or project says what was asked for: what nothing requires counts as that.")
        return tuple(found)

    def _numbers(self, name: str) -> list[int]:
        if name in self.own:
            return self.graph.of(name)
        return [
            number
            for number, node in enumerate(self.graph.nodes)
            if node.label is not None and str(node.label) == name
        ]

    def _requirers(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for number, below in enumerate(self.graph.below):
            if number != TOP:
                name = self.graph.called(number)
                for child in below:
                    target = self.graph.nodes[child].name
                    if target != name:
                        found.setdefault(target, {})[name] = None
        return {name: tuple(sorted(by)) for name, by in found.items()}

    def _rows(self) -> tuple[Cost, ...]:
        sums = self._sums.bytes
        rows = []
        for name, items in self.graph.distributions.items():
            numbers = self.graph.of(name)
            below = {self.graph.nodes[child].name for number in numbers for child in self.graph.below[number]}
            rows.append(
                Cost(
                    name,
                    ", ".join(dict.fromkeys(item.version for item in items)),
                    self.own[name],
                    sums[name],
                    self.graph.called(self._holder(name)),
                    tuple(sorted(below - {name})),
                    self._above.get(name, ()),
                    os_package=next((item.os_package for item in items if item.os_package), None),
                )
            )
        for number, node in enumerate(self.graph.nodes):
            if node.label is not None:
                below = {self.graph.nodes[child].name for child in self.graph.below[number]}
                words = str(node.label)
                rows.append(Cost(words, "", 0, sums[words], "", tuple(sorted(below)), is_label=True))
        return tuple(sorted(rows, key=lambda row: (-row.exclusive_bytes, row.is_label, row.name)))

    def _holder(self, name: str) -> int:
        """The node whose going takes a distribution along: no extra that others ask for than its holder's."""
        nodes, tree = self.graph.nodes, self._dominators
        at = tree[self.graph.places[Node(name)]]
        while at > TOP:
            held = nodes[at]
            inside = nodes[tree[self.graph.places[Node(held.name)]]].name if held.extra else ""
            if held.name != name and (not held.extra or inside == held.name):
                return at
            at = tree[at]
        return TOP


def _listed(names: Iterable[str], most: int = 5) -> str:
    """Names in a sentence; of many the first."""
    every = sorted(set(names))
    shown = every[:most] if len(every) > most else every
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return (", ".join(shown) + more) if more or len(shown) < 2 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def costs_of(report: ImageReport) -> tuple[Costs, ...]:
    """The costs of every environment that has distributions."""
    return tuple(Costs(each, report.image.platform) for each in report.environments if each.distributions)
