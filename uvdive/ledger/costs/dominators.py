"""Through what everything goes: the dominator tree of a graph.

Lengauer and Tarjan's algorithm (ACM TOPLAS 1, 1979) with path compression, without recursion:
O(m log n) for m edges and n nodes.
"""

from __future__ import annotations

from collections.abc import Sequence


def dominators(below: Sequence[Sequence[int]], top: int = 0) -> list[int]:
    """The nearest node that every way from ``top`` to a node goes through, for each node.

    Args:
        below: for each node those that its edges lead to.
        top: where all ways begin.

    Returns:
        The immediate dominators; -1 for ``top`` and for what no way leads to.
    """
    order, parent = _walked(below, top)
    place = {node: number for number, node in enumerate(order)}
    above: list[list[int]] = [[] for _ in order]
    for number, node in enumerate(order):
        for child in below[node]:
            above[place[child]].append(number)
    found = [-1] * len(below)
    for number, by in enumerate(_numbered(above, parent)):
        if number:
            found[order[number]] = order[by]
    return found


def _walked(below: Sequence[Sequence[int]], top: int) -> tuple[list[int], list[int]]:
    """Every node that is reached, depth first, and for each the place of the one that it was reached by."""
    order: list[int] = []
    parent: list[int] = []
    seen: set[int] = set()
    pending = [(top, -1)]
    while pending:
        node, by = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        pending += [(child, len(order)) for child in below[node] if child not in seen]
        order.append(node)
        parent.append(by)
    return order, parent


def _numbered(above: Sequence[Sequence[int]], parent: Sequence[int]) -> list[int]:
    """The immediate dominators, all nodes by their place in the walk; 0 is the top."""
    count = len(parent)
    semi, dominator = list(range(count)), [0] * count
    forest = _Forest(semi)
    waiting: list[list[int]] = [[] for _ in parent]
    for node in range(count - 1, 0, -1):
        semi[node] = min(semi[forest.least(each)] for each in above[node])
        waiting[semi[node]].append(node)
        forest.ancestor[node] = parent[node]
        for each in waiting[parent[node]]:
            least = forest.least(each)
            dominator[each] = least if semi[least] < semi[each] else parent[node]
        waiting[parent[node]].clear()
    for node in range(1, count):
        if dominator[node] != semi[node]:
            dominator[node] = dominator[dominator[node]]
    return dominator


class _Forest:
    """The part of the walk's tree that was looked at, with its paths made shorter as they are asked for."""

    def __init__(self, semi: list[int]) -> None:
        self._semi = semi
        self._best = list(range(len(semi)))
        self.ancestor = [-1] * len(semi)

    def least(self, node: int) -> int:
        """The node with the least semidominator on the way up, the root of its tree left out."""
        ancestor, best, semi = self.ancestor, self._best, self._semi
        if ancestor[node] < 0:
            return node
        chain = []
        at = node
        while ancestor[ancestor[at]] >= 0:
            chain.append(at)
            at = ancestor[at]
        for each in reversed(chain):
            up = ancestor[each]
            if semi[best[up]] < semi[best[each]]:
                best[each] = best[up]
            ancestor[each] = ancestor[up]
        return best[node]
