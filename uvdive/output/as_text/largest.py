"""What a short report shows first: the largest of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvdive.ledger.report import Finding, ImageReport, Waste

if TYPE_CHECKING:
    from uvdive.verify.checks import PackageDelta, PathDelta
    from uvdive.verify.moves import Moves


def change(before: int | None, after: int | None) -> int:
    """The difference in bytes; what is not there counts nothing."""
    return (after or 0) - (before or 0)


def findings(report: ImageReport) -> list[Finding]:
    """All findings, the costliest first."""
    return sorted(report.findings, key=lambda item: -item.bytes)


def waste(report: ImageReport) -> list[Waste]:
    """All waste, the largest first; the ledger's order among equals."""
    return sorted(report.waste, key=lambda item: -item.bytes)


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A package that differs: its name, with places where they tell something; versions; bytes."""

    name: str
    before: str | None
    after: str | None
    change: int


def packages(deltas: Sequence[PackageDelta]) -> list[PackageRow]:
    """The packages that differ, the largest difference first; one that only moved is one row."""
    from uvdive.verify.moves import moved_packages

    came_from = moved_packages(deltas)
    left = frozenset(came_from.values())
    differ = [
        (item, deltas[came_from[place]] if place in came_from else item)
        for place, item in enumerate(deltas)
        if place not in left
        and (place in came_from or (item.before, item.before_bytes) != (item.after, item.after_bytes))
    ]
    times = Counter(item.name for item, _ in differ)
    rows = [
        PackageRow(
            _name(item, was, several=times[item.name] > 1),
            was.before,
            item.after,
            change(was.before_bytes, item.after_bytes),
        )
        for item, was in differ
    ]
    return sorted(rows, key=lambda row: -abs(row.change))


def names(deltas: Sequence[PackageDelta]) -> list[str]:
    """How to call each package: with its environment where another one has the same name."""
    times = Counter(item.name for item in deltas)
    return [_name(item, item, several=times[item.name] > 1) for item in deltas]


def _name(item: PackageDelta, was: PackageDelta, *, several: bool) -> str:
    if was is not item:
        return f"{item.name}  {was.environment} → {item.environment}"
    return f"{item.name} in {item.environment}" if item.environment and several else item.name


def paths(found: Moves) -> list[PathDelta]:
    """All paths that did not only move, the largest difference first."""
    return sorted(found.rest, key=lambda item: -abs(change(item.before_bytes, item.after_bytes)))
