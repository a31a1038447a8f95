"""Who asks for whom: the requirements of an environment's distributions as a graph of numbers.

Node 0 is the top. Below it stand what a project asks for (a node for each label), then
distributions, and for each extra that somebody asks for a node of its own, which holds the
distribution too: so what only ``uvicorn[standard]`` brings goes with those who ask for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from uvdive.ledger.costs.markers import Markers, Requirement, understood
from uvdive.ledger.report import Ask, Distribution, Environment

TOP = 0

_MOST = 100_000
"""Requirements that are read of one environment: 2,000 distributions have some 20,000."""


@dataclass(frozen=True, slots=True)
class Label:
    """What projects ask for: one of them always, or all of them for an extra (``extra:NAME``) or a group."""

    project: str
    group: str | None

    def __str__(self) -> str:
        """In words, as people see it."""
        if self.group is None:
            return self.project or "the workspace"
        kind, _, name = self.group.rpartition(":")
        return f"extra {name}" if kind == "extra" else f"group {name}"


@dataclass(frozen=True, slots=True)
class Node:
    """One node: the top, a label, or a distribution (by its name), perhaps with an extra."""

    name: str = ""
    extra: str = ""
    label: Label | None = None


@dataclass(slots=True)
class Graph:
    """The nodes, and for each the ones that it asks for.

    ``distributions`` are by normalized name. ``absent`` has requirements that hold and
    are not installed, ``untold`` the distributions without metadata, ``unclear`` those with
    requirements that nobody understands; ``loose`` what nobody asks for.
    """

    distributions: Mapping[str, tuple[Distribution, ...]]
    nodes: list[Node] = field(default_factory=lambda: [Node()])
    below: list[list[int]] = field(default_factory=lambda: [[]])
    places: dict[Node, int] = field(default_factory=dict)
    absent: dict[str, set[str]] = field(default_factory=dict)
    untold: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    extras: dict[str, list[str]] = field(default_factory=dict)
    loose: tuple[str, ...] = ()

    def of(self, name: str) -> list[int]:
        """The nodes of a distribution: its own first, then its extras'."""
        extras = self.extras.get(name, ())
        return [self.places[Node(name)], *(self.places[Node(name, extra)] for extra in extras)]

    def called(self, number: int) -> str:
        """How a node is called: by its distribution's name, or its label's words; the top by nothing."""
        node = self.nodes[number]
        return node.name if node.label is None else str(node.label)

    def node(self, node: Node) -> int:
        """The number of a node; made where there is none yet."""
        number = self.places.get(node)
        if number is None:
            number = self.places[node] = len(self.nodes)
            self.nodes.append(node)
            self.below.append([])
            if node.extra:
                self.extras.setdefault(node.name, []).append(node.extra)
        return number

    def reached(self, without: Iterable[int] = (), start: Iterable[int] = (TOP,)) -> set[int]:
        """All that some way leads to from ``start`` on, none through ``without``."""
        seen = set(without)
        blocked = frozenset(seen)
        pending = list(start)
        while pending:
            node = pending.pop()
            if node not in seen:
                seen.add(node)
                pending += self.below[node]
        return seen - blocked


def graph_of(environment: Environment, platform: str) -> Graph:
    """The graph of one environment, in time that grows with what is required.

    Args:
        environment: with its distributions and what its lock asks for.
        platform: the image's, which decides markers.
    """
    named: dict[str, list[Distribution]] = {}
    for item in environment.distributions:
        named.setdefault(item.name, []).append(item)
    graph = Graph({name: tuple(items) for name, items in named.items()})
    _Grown(graph, Markers(environment, platform)).grow(environment)
    return graph


class _Grown:
    """Adds nodes as they are asked for, each once."""

    def __init__(self, graph: Graph, markers: Markers) -> None:
        self.graph = graph
        self.markers = markers
        self._left = _MOST
        self.requirements = {name: self._read(name) for name in graph.distributions}
        self._done = 0

    def _read(self, name: str) -> Sequence[Requirement]:
        graph, texts = self.graph, dict[str, None]()
        for item in graph.distributions[name]:
            if item.requires is None:
                graph.untold.append(name)
            texts.update(dict.fromkeys(item.requires or ()))
        found = [understood(text) for text in islice(texts, self._left)]
        self._left -= len(found)
        if None in found or len(found) < len(texts):
            graph.unclear.append(name)
        return [each for each in found if each is not None]

    def grow(self, environment: Environment) -> None:
        graph = self.graph
        for name in graph.distributions:
            graph.node(Node(name))
        groups = {item.group for item in environment.distributions}
        for ask in environment.asks:
            if ask.group is None or ask.group in groups:
                self._ask(ask)
        requested = [name for name, items in graph.distributions.items() if any(i.requested for i in items)]
        if len(requested) < len(graph.distributions):  # uv says it of all, which tells nothing
            graph.below[TOP] += [graph.places[Node(name)] for name in requested]
        self._expand()
        graph.loose = tuple(self._hold_the_rest())

    def _ask(self, ask: Ask) -> None:
        """Hang below the top what a project asks for; a project that is installed stands for itself."""
        graph = self.graph
        own = graph.places.get(Node(ask.project)) if ask.group is None else None
        label = Label(ask.project if ask.group is None else "", ask.group)
        number = graph.node(Node(label=label)) if own is None else own
        graph.below[TOP].append(number)
        for text in ask.needs:
            need = understood(text)
            if need is not None:
                graph.below[number] += self._targets(need)

    def _targets(self, need: Requirement) -> list[int]:
        """The nodes that a requirement leads to: with an extra, its node alone, which holds the rest."""
        if need.name not in self.graph.distributions:
            return []
        extras = need.extras or ("",)
        return [self.graph.node(Node(need.name, extra)) for extra in extras]

    def _expand(self) -> None:
        """Give every node that is there, and those that come to it by that, what it asks for."""
        graph = self.graph
        while self._done + 1 < len(graph.nodes):
            self._done += 1
            node = graph.nodes[self._done]
            if not node.label:
                graph.below[self._done] += self._asked_by(node)

    def _asked_by(self, node: Node) -> list[int]:
        graph, found = self.graph, dict[int, None]()
        if node.extra:
            found[graph.places[Node(node.name)]] = None
        for need in self.requirements[node.name]:
            if not self.markers.hold(need, node.extra) or (node.extra and self.markers.hold(need)):
                continue
            found.update(dict.fromkeys(self._targets(need)))
            if need.name not in graph.distributions:
                graph.absent.setdefault(need.name, set()).add(node.name)
        return [each for each in found if each != self._done]

    def _hold_the_rest(self) -> list[str]:
        """Let the top hold what no way leads to; of a circle all, as nobody knows who was asked for."""
        graph = self.graph
        known = graph.reached()
        rest = [graph.places[Node(name)] for name in graph.distributions]
        rest = [number for number in rest if number not in known]
        loose = _sources(graph.below, rest, known)
        graph.below[TOP] += loose
        return [graph.nodes[number].name for number in loose]


def _sources(below: Sequence[Sequence[int]], nodes: Sequence[int], known: set[int]) -> list[int]:
    """Of some nodes those that no other leads to, but others in the same circle (Kosaraju's algorithm)."""
    left = _finished(below, nodes, known)
    circle: dict[int, int] = {}
    above: dict[int, list[int]] = {}
    for node in left:
        for child in below[node]:
            above.setdefault(child, []).append(node)
    for first in reversed(left):
        pending = [first]
        while pending:
            node = pending.pop()
            if node not in circle:
                circle[node] = first
                pending += above.get(node, ())
    led = {
        circle[child]
        for node in left
        for child in below[node]
        if circle.get(child, circle[node]) != circle[node]
    }
    return [node for node in nodes if circle[node] not in led]


def _finished(below: Sequence[Sequence[int]], nodes: Sequence[int], known: set[int]) -> list[int]:
    """What the nodes lead to and is not known yet, each behind all that it leads to, but in circles."""
    seen, order = set(known), list[int]()
    for first in nodes:
        pending: list[tuple[int, bool]] = [(first, False)]
        while pending:
            node, done = pending.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                pending.append((node, True))
                pending += [(child, False) for child in below[node] if child not in seen]
    return order
