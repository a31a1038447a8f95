"""Rules held against a Dockerfile by its text alone."""

from __future__ import annotations

from uvdive.base.files.budgets import Budgets
from uvdive.ledger.report import Finding
from uvdive.output.check.evaluate import judged, level_rule, rewrite_rule
from uvdive.output.check.results import Checked
from uvdive.rewrite.plan import RewritePlan


def check_text(path: str, findings: tuple[Finding, ...], plan: RewritePlan, budgets: Budgets) -> Checked:
    """Hold the rules that a text can break against one Dockerfile.

    Args:
        path: the file, from the current folder.
        findings: what its text tells.
        plan: its rewrite by the text.
        budgets: the rules; those of sizes need an image and are passed over.
    """
    found = judged(findings, budgets)
    return Checked(
        name=path,
        dockerfile=path,
        rules=(*rewrite_rule(budgets, plan, by_text=True), *level_rule(found, budgets)),
        findings=found,
        outcome=plan.outcome,
        refusal=plan.refusal.reason if plan.refusal is not None else "",
    )
