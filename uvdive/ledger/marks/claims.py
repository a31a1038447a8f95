"""Who claims a path, and from which layer to which: databases as they stood when a file was written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from uvdive.image.table import FileTable

Claim = tuple[int, int, int]


@dataclass(slots=True)
class Claims:
    """Claims of components on nodes, each for the layers in which its database entry was visible."""

    table: FileTable
    _claims: dict[int, tuple[Claim] | list[Claim]] = field(default_factory=dict)
    _last: tuple[Claim] = ((-1, -1, -1),)

    def add(self, node: int, component: int, first: int, death: int) -> None:
        """``component`` claims the node from layer ``first`` until before layer ``death``."""
        self.add_all((node,), component, first, death)

    def add_all(self, nodes: Collection[int], component: int, first: int, death: int) -> None:
        """The same of many nodes."""
        alone: tuple[Claim] = ((first, death, component),)
        # One database's claims come in a row: they share one tuple.
        if alone == self._last:
            alone = self._last
        else:
            self._last = alone
        known, claim = self._claims, alone[0]
        if known.keys().isdisjoint(nodes):
            # The usual database names what no other does: all at once in half of the time.
            known.update(dict.fromkeys(nodes, alone))
            return
        for node in nodes:
            claims = known.setdefault(node, alone)
            if claims is alone or claims[-1] == claim:
                continue
            if isinstance(claims, list):
                claims.append(claim)
            else:
                known[node] = [*claims, claim]

    def __len__(self) -> int:
        return len(self._claims)

    def __contains__(self, node: int) -> bool:
        return node in self._claims

    def settled(self) -> Iterator[tuple[int, int | None]]:
        """Each claimed node, and the component that claims it whatever the layer; None for several."""
        for node, claims in self._claims.items():
            yield node, claims[0][2] if len(claims) == 1 else _only(claims)

    def of(self, node: int) -> int | None:
        """The one component that claims a node; None for several."""
        return _only(self._claims[node])

    def get(self, node: int, layer: int) -> int | None:
        """Whose the node's file is that ``layer`` wrote.

        A database that the same layer wrote and a later one removed still counts,
        and one that was written in a later layer is better than none.
        """
        claims = self._claims.get(node)
        if claims is None:
            return None
        for first, death, component in claims:
            if first <= layer < death:
                return component
        later = [claim for claim in claims if claim[0] >= layer]
        return (min(later) if later else max(claims))[2]


def _only(claims: Sequence[Claim]) -> int | None:
    components = {claim[2] for claim in claims}
    return components.pop() if len(components) == 1 else None
