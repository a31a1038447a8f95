"""The groups in which a plan is told, on the command line and in the app."""

from __future__ import annotations

from uvdive.rewrite.plan import Decision, RewritePlan

CHANGES, CHOICES, KNOW = "What changes", "What you may choose", "What to know"


def grouped(plan: RewritePlan) -> tuple[list[Decision], list[Decision]]:
    """The decisions that are made, and those that leave a choice; each in the plan's order."""
    done = [decision for decision in plan.decisions if not decision.alternatives]
    return done, [decision for decision in plan.decisions if decision.alternatives]
