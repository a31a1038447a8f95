"""What a short report shows first: the largest of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from uvdive.ledger.report import Finding, ImageReport, Waste
from uvdive.verify.checks import PackageDelta, PathDelta


def change(before: int | None, after: int | None) -> int:
    """The difference in bytes; what is not there counts nothing."""
    return (after or 0) - (before or 0)


def findings(report: ImageReport) -> list[Finding]:
    """All findings, the costliest first."""
    return sorted(report.findings, key=lambda item: -item.bytes)


def waste(report: ImageReport) -> list[Waste]:
    """All waste, the largest first; the ledger's order among equals."""
    return sorted(report.waste, key=lambda item: -item.bytes)


def packages(deltas: Sequence[PackageDelta]) -> list[PackageDelta]:
    """The packages whose version or size differs, the largest difference first."""
    differ = [item for item in deltas if (item.before, item.before_bytes) != (item.after, item.after_bytes)]
    return sorted(differ, key=lambda item: -abs(change(item.before_bytes, item.after_bytes)))


def names(deltas: Sequence[PackageDelta]) -> list[str]:
    """How to call each package: with its environment where another row has the same name."""
    times = Counter(item.name for item in deltas)
    return [
        f"{item.name} in {item.environment}" if item.environment and times[item.name] > 1 else item.name
        for item in deltas
    ]


def paths(deltas: Sequence[PathDelta]) -> list[PathDelta]:
    """All paths, the largest difference first."""
    return sorted(deltas, key=lambda item: -abs(change(item.before_bytes, item.after_bytes)))
