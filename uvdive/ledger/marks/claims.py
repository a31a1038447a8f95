"""Who claims a path, and from which layer to which: databases as they stood when a file was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from uvdive.image.table import FileTable

Claim = tuple[int, int, int]


@dataclass(slots=True)
class Claims:
    """Claims of components on nodes, each for the layers in which its database entry was visible."""

    table: FileTable
    _claims: dict[int, list[Claim]] = field(default_factory=dict)
    _last: Claim = (-1, -1, -1)

    def add(self, node: int, component: int, first: int, death: int) -> None:
        """``component`` claims the node from layer ``first`` until before layer ``death``."""
        claim = (first, death, component)
        # One database's claims come in a row: they share one tuple.
        if claim == self._last:
            claim = self._last
        else:
            self._last = claim
        claims = self._claims.get(node)
        if claims is None:
            self._claims[node] = [claim]
        elif claims[-1] != claim:
            claims.append(claim)

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


def _only(claims: list[Claim]) -> int | None:
    components = {claim[2] for claim in claims}
    return components.pop() if len(components) == 1 else None
