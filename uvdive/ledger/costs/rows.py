"""The rows of a list of costs, and the tree that they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Cost:
    """What one distribution, or one label (what a project asks for), costs.

    Attributes:
        name: the distribution's, or the label's words (``group dev``).
        version: the distribution's; empty for a label.
        bytes: its own live bytes; 0 for a label.
        exclusive_bytes: what would go if nobody asked for it: its own, and those of all that
            only it leads to.
        goes_with: whose going takes it along: the name of the nearest; empty where it is
            held from several sides or asked for by nobody else.
        requires: the installed distributions that it asks for itself.
        required_by: the distributions and labels that ask for it.
        is_label: it is what a project asks for, and no distribution.
        os_package: the OS package that brought it.
    """

    name: str
    version: str
    bytes: int
    exclusive_bytes: int
    goes_with: str
    requires: tuple[str, ...] = ()
    required_by: tuple[str, ...] = ()
    is_label: bool = False
    os_package: str | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """What stays although something asks for it: its bytes, and who else holds it."""

    name: str
    bytes: int
    held_by: tuple[str, ...]


class CostTree:
    """Rows, each below the one that it goes with; ``rows`` are in the order in which they are shown."""

    def __init__(self, rows: Sequence[Cost]) -> None:
        self.rows = tuple(rows)

    @cached_property
    def by_name(self) -> Mapping[str, Cost]:
        """The rows by their names."""
        return {row.name: row for row in self.rows}

    @cached_property
    def children(self) -> Mapping[str, tuple[Cost, ...]]:
        """By a name the rows that go with it; those that go with nothing by ``""``."""
        found: dict[str, list[Cost]] = {}
        for row in self.rows:
            found.setdefault(row.goes_with, []).append(row)
        return {name: tuple(rows) for name, rows in found.items()}

    def lines(self) -> Iterator[tuple[int, Cost]]:
        """Every row with its depth, below the one that it goes with."""
        return self.below("")

    def below(self, name: str) -> Iterator[tuple[int, Cost]]:
        """What goes with a row, with its depth below that."""
        pending = [(0, row) for row in reversed(self.children.get(name, ()))]
        while pending:
            depth, row = pending.pop()
            yield depth, row
            pending += [(depth + 1, child) for child in reversed(self.children.get(row.name, ()))]

    def shared(self, name: str) -> tuple[Shared, ...]:
        """What a row and all that goes with it ask for and that stays, the largest first."""
        going = {name, *(row.name for _, row in self.below(name))}
        asked = {each for one in going for each in self.by_name[one].requires} - going
        found = [
            Shared(
                each,
                self.by_name[each].bytes,
                tuple(by for by in self.by_name[each].required_by if by not in going),
            )
            for each in asked
        ]
        return tuple(sorted(found, key=lambda item: (-item.bytes, item.name)))
