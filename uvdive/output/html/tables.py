"""What the page says, as plain data: its headline, and the rows of its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from uvdive.base.units import Units, delta, percent, size
from uvdive.ledger.costs.costs import costs_of
from uvdive.ledger.costs.rows import Cost
from uvdive.ledger.report import Component, Distribution, Environment, ImageReport
from uvdive.output.as_text import largest
from uvdive.output.plain import count
from uvdive.output.words.check import outcome_words
from uvdive.output.words.ladder import HEADING, remarks, steps, why_none
from uvdive.output.words.loaded import HEADING as LOADED
from uvdive.output.words.loaded import brief, slowest
from uvdive.rewrite.plan import RewritePlan
from uvdive.verify.checks import Comparison, Verification
from uvdive.verify.start.loads.loaded import Loaded

MOST_ROWS = 500
"""So many rows a table has at most; the largest. The JSON has all."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What is known of the rewrite of the image's Dockerfile: at least the plan."""

    plan: RewritePlan
    comparison: Comparison | None = None
    verification: Verification | None = None
    loaded: Loaded | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a difference; ``kind`` is added, removed, place or same."""

    kind: str
    text: str


def headline(report: ImageReport, units: Units) -> tuple[str, ...]:
    """What one wants to know first, a sentence each."""
    totals = report.totals
    whole, dead = size(totals.file_bytes, units), size(totals.dead_bytes, units)
    told = [f"{whole} in {count(totals.files, 'file')} and {count(len(report.layers), 'layer')}."]
    if totals.dead_bytes:
        share = percent(totals.dead_bytes, totals.file_bytes)
        told.append(f"{dead} ({share}) are hidden by later layers, and shipped all the same.")
    else:
        told.append("No bytes are hidden by later layers.")
    costly = [finding for finding in largest.findings(report) if finding.bytes]
    if costly:
        told.append(f"Could save {size(costly[0].bytes, units)}: {costly[0].title}.")
    return tuple(told)


@dataclass(frozen=True, slots=True)
class Package:
    """A Python or OS package; ``with_it`` are the bytes that would go with it, where that is known."""

    name: str
    version: str
    bytes: int
    with_it: int | None
    home: str
    why: str


def packages(report: ImageReport) -> tuple[Package, ...]:
    """Every Python distribution and OS package, the largest first."""
    costs = {each.environment.path: each.tree.by_name for each in costs_of(report)}
    found = [
        _distribution(item, place, costs[place.path][item.name])
        for place in report.environments
        for item in place.distributions
    ]
    found += [_component(item) for item in report.components if item.kind == "package"]
    return tuple(sorted(found, key=lambda item: (-item.bytes, item.name)))


def _distribution(item: Distribution, place: Environment, cost: Cost) -> Package:
    with_it = cost.exclusive_bytes
    return Package(item.name, item.version, item.bytes, with_it, place.path, " › ".join(item.why))


def _component(item: Component) -> Package:
    return Package(item.name, item.version or "", item.bytes, None, "OS", "")


def diff_lines(text: str) -> Iterator[Line]:
    """The lines of a unified difference."""
    for line in text.splitlines():
        if line.startswith(("+++", "---", "@@")):
            yield Line("place", line)
        elif line.startswith(("+", "-")):
            yield Line("added" if line[0] == "+" else "removed", line)
        else:
            yield Line("same", line)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check, with what came of it in a word and its details."""

    name: str
    status: str
    outcome: str
    detail: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loading:
    """What a start imported: sentences, the slowest as cells, and what never was, with its bytes."""

    title: str
    told: tuple[str, ...]
    slowest: tuple[tuple[str, str, str, str], ...]
    never: tuple[tuple[str, int], ...]


def verdicts(verification: Verification) -> tuple[Verdict, ...]:
    """Every check of a rewrite."""
    return tuple(
        Verdict(
            check.name,
            check.status,
            outcome_words(check),
            check.detail,
            (*check.differences, *(f"not looked at: {what}" for what in check.unseen)),
        )
        for check in verification.checks
    )


def loading(loaded: Loaded, units: Units) -> Loading:
    """What the original imported, for the page."""
    never = [(each.name, each.bytes) for each in loaded.never[:MOST_ROWS]]
    return Loading(LOADED, tuple(brief(loaded, units)), tuple(slowest(loaded, units)), tuple(never))


def sizes(rewrite: Rewrite, units: Units) -> str:
    """What the rewrite is worth, measured or predicted, in one sentence."""
    found = rewrite.comparison or rewrite.plan.predicted
    if found is None:
        return "Its size is not predicted."
    before, after = size(found.before_bytes, units), size(found.after_bytes, units)
    change = delta(found.after_bytes - found.before_bytes, units)
    how = "Predicted" if rewrite.comparison is None else "Measured"
    return f"{how}: {before} before, {after} after ({change})."


def ladder(rewrite: Rewrite, units: Units) -> list[str]:
    """The heading of the ladder, its steps in a sentence, and why a step cannot be had; or why there is none.

    Empty where nobody looked for one.
    """
    if why := why_none(rewrite.plan):
        return [HEADING, why]
    found = steps(rewrite.plan, units)
    return [HEADING, f"{' → '.join(found)}.", *remarks(rewrite.plan)] if found else []


def sides(rewrite: Rewrite) -> Mapping[str, tuple[int, int]]:
    """Each owner's bytes before and after, measured or predicted."""
    if rewrite.comparison is not None:
        return {item.owner: (item.before, item.after) for item in rewrite.comparison.owners}
    return {} if rewrite.plan.predicted is None else rewrite.plan.predicted.owners
