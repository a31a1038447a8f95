"""The groups in which a plan is told, on the command line and in the app: warnings come first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from uvdive.rewrite.plan import Alternative, Decision, PlanWarning, RewritePlan

WARNINGS, SAVINGS, CHOICES, CHANGES = "Warnings", "Could save more", "Your choices", "What changes"

WORTH = 100_000
"""Bytes from which on an alternative is told as a saving: less is within what a prediction may be off by."""


@dataclass(frozen=True, slots=True)
class Saving:
    """An alternative that would make the image smaller by ``bytes`` than what is chosen."""

    decision: Decision
    alternative: Alternative
    bytes: int


@dataclass(frozen=True, slots=True)
class Groups:
    """A plan's rows by group; each decision is in one of ``savings``, ``choices`` and ``changes``."""

    warnings: tuple[PlanWarning, ...]
    savings: tuple[Decision, ...]
    choices: tuple[Decision, ...]
    changes: tuple[Decision, ...]


def change_of(decision: Decision, alternative: Alternative) -> int | None:
    """The bytes by which the image would change with this alternative; None where nobody knows."""
    now = next(
        (each.predicted_bytes for each in decision.alternatives if each.value == decision.chosen), None
    )
    if now is None or alternative.predicted_bytes is None:
        return None
    return alternative.predicted_bytes - now


def savings(plan: RewritePlan) -> list[Saving]:
    """What would save more than is chosen, the most bytes first."""
    found = [
        Saving(decision, each, -change)
        for decision in plan.decisions
        for each in decision.alternatives
        if (change := change_of(decision, each)) is not None and change <= -WORTH
    ]
    return sorted(found, key=lambda saving: -saving.bytes)


def grouped(plan: RewritePlan, before: Mapping[str, bool] | None = None) -> Groups:
    """The plan's rows by group.

    Args:
        plan: the plan.
        before: decisions that were shown before: whether as savings; they stay where they were,
            whatever was chosen since.
    """
    worth = {saving.decision.id: saving.bytes for saving in reversed(savings(plan))}
    open_ = [decision for decision in plan.decisions if decision.alternatives]
    saving = [each for each in open_ if (before or {}).get(each.id, each.id in worth)]
    return Groups(
        plan.warnings,
        tuple(sorted(saving, key=lambda decision: -worth.get(decision.id, 0))),
        tuple(decision for decision in open_ if decision not in saving),
        tuple(decision for decision in plan.decisions if not decision.alternatives),
    )


def subject(decision: Decision) -> str:
    """What a choice is about, without the value that is chosen, which stands with the others."""
    chosen = next((each.summary for each in decision.alternatives if each.value == decision.chosen), "")
    told = decision.summary.removesuffix(chosen).rstrip() if chosen else decision.summary
    return told.removesuffix(":").replace("?:", "?").rstrip() or decision.summary
