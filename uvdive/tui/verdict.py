"""What the rewrite's headline and bars say: of a plan, of a running proof, of its outcome."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content

from uvdive.base.units import size
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.tui.proof import Proof, saving
from uvdive.tui.text import visible
from uvdive.tui.widgets.building import Sides


def figures(report: ImageReport, plan: RewritePlan | None, proof: Proof | None) -> Sides:
    """Both images by owner: measured where they are, else predicted, else the old one alone."""
    found = proof.comparison if proof is not None else None
    if found is not None:
        return Sides(
            {owner.owner: owner.before for owner in found.owners},
            {owner.owner: owner.after for owner in found.owners},
            measured=True,
        )
    predicted = plan.predicted if plan is not None else None
    if predicted is None:
        before = {owner.owner: owner.bytes for owner in report.owners}
        return Sides(before, {}, measured=False, known=False)
    return Sides(
        {owner: pair[0] for owner, pair in predicted.owners.items()},
        {owner: pair[1] for owner, pair in predicted.owners.items()},
        measured=False,
    )


def plan_words(plan: RewritePlan) -> list[Content]:
    """What a plan promises, the most important first."""
    if plan.outcome == "refused":
        return [Content.styled("not rewritten: see why below", "$text-error")]
    if plan.outcome == "unchanged":
        return [Content("nothing to change")]
    if plan.predicted is None:
        return [Content("b builds it and measures the saving")]
    words = saving(plan.predicted.before_bytes, plan.predicted.after_bytes)
    return [Content.styled(f"{words} predicted", "bold"), Content("b builds and proves it")]


def proof_words(proof: Proof, written: Path | None, *, busy: bool) -> list[Content]:
    """How a build and its proof stand, the most important first."""
    if proof.failure:
        return [Content.styled(visible(proof.failure), "$text-error")]
    found = proof.comparison
    if found is None or busy:
        return [
            Content.styled(f"{visible(proof.note)} … {proof.seconds:.0f} s", "bold"),
            Content("x stops"),
            Content("Esc leaves it running"),
        ]
    style = "$text-success" if proof.passed else "$text-error" if proof.failed_checks else "$text-warning"
    parts = [
        Content.styled(saving(found.before_bytes, found.after_bytes), "bold"),
        Content.styled(proof.proven(), style),
    ]
    if written is not None:
        parts.append(Content(f"written to {visible(str(written))}"))
    elif proof.passed:
        parts.append(Content("w writes it"))
    elif proof.repairs:
        parts.append(Content.styled("p repairs it", "bold"))
    figures = f"{size(found.before_bytes)} → {size(found.after_bytes)}"
    return [*parts, Content(figures), Content(proof.build_words())]
