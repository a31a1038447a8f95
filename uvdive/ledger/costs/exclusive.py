"""The bytes that go with each node of a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from uvdive.ledger.costs.graph import TOP, Graph

_STEPS = 2_000_000
"""What is looked at for distributions with extras, in edges: about a second."""


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Exclusive bytes by name; those of ``at_least`` may be more, as looking would take too long."""

    bytes: Mapping[str, int]
    at_least: frozenset[str]


def exclusive_bytes(graph: Graph, tree: Sequence[int], own: Mapping[str, int]) -> Exclusive:
    """What goes with each distribution and label.

    Sums over the dominator tree. A distribution with extras is several nodes, and what
    they hold together hangs on none of them: it is counted anew from what it leads to.

    Args:
        graph: who asks for whom.
        tree: the immediate dominators of its nodes.
        own: the distributions' own bytes by name.
    """
    weight = [0 if node.extra else own.get(node.name, 0) for node in graph.nodes]
    for number in _upwards(tree):
        weight[tree[number]] += weight[number]
    plain = [number for number, node in enumerate(graph.nodes) if number != TOP and not node.extra]
    found = {graph.called(number): weight[number] for number in plain}
    above = _above(graph) if graph.extras else []
    left, capped = _STEPS, set[str]()
    for name in sorted(graph.extras, key=lambda name: -own[name]):
        gone = set(graph.of(name))
        beyond = graph.reached(start=gone) - gone if left > 0 else set()
        left -= sum(len(graph.below[node]) for node in beyond)
        if left <= 0:
            capped.add(name)
        else:
            found[name] = own[name] + sum(own[each] for each in _cut_off(graph, above, beyond, gone))
    return Exclusive(found, frozenset(capped))


def _cut_off(graph: Graph, above: Sequence[Sequence[int]], beyond: set[int], gone: set[int]) -> Iterator[str]:
    """Of the nodes beyond some that go, the distributions that no way from elsewhere leads to."""
    inside = beyond | gone
    outside = [node for node in beyond if any(up not in inside for up in above[node])]
    for node in beyond - graph.reached(gone, outside):
        if not graph.nodes[node].extra:
            yield graph.nodes[node].name


def _above(graph: Graph) -> list[list[int]]:
    """For each node those that ask for it."""
    above: list[list[int]] = [[] for _ in graph.nodes]
    for number, below in enumerate(graph.below):
        for child in below:
            above[child].append(number)
    return above


def _upwards(tree: Sequence[int]) -> list[int]:
    """Every node that the tree has below the top, each before the one that it hangs on."""
    children: dict[int, list[int]] = {}
    for number, by in enumerate(tree):
        if by >= 0:
            children.setdefault(by, []).append(number)
    order: list[int] = []
    pending = [TOP]
    while pending:
        node = pending.pop()
        order.append(node)
        pending += children.get(node, ())
    return order[:0:-1]
