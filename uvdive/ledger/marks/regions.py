"""Parts of the tree that belong to one component: everything below a node, unless an inner one says else."""

from __future__ import annotations

from dataclasses import dataclass, field

from uvdive.image.table import NONE, FileTable
from uvdive.ledger.marks.components import ComponentTable
from uvdive.ledger.marks.name_search import Names


@dataclass(slots=True)
class Regions:
    """Component numbers by node; a region reaches down to where another one begins.

    NONE as the number makes a hole: what lies there belongs to no region.
    """

    table: FileTable
    components: ComponentTable
    names: Names
    roots: dict[int, int] = field(default_factory=dict)

    def add(self, node: int | None, component: int) -> None:
        """Let a region begin at the node; the first one to claim it keeps it."""
        if node is not None:
            self.roots.setdefault(node, component)

    def owner(self, node: int) -> str | None:
        """The owner of the region that the node is in, by the roots so far."""
        while node != NONE:
            component = self.roots.get(node)
            if component is not None:
                return None if component == NONE else self.components.keys[component][0]
            node = self.table.node_parent[node]
        return None
