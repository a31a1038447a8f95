"""What the rewrite's headline and bars say: of a plan, of a running proof, of its outcome."""

from __future__ import annotations

from pathlib import Path

from textual.content import Content

from uvdive.base.units import size
from uvdive.ledger.report import ImageReport
from uvdive.output.rewrite_json import prediction_error
from uvdive.rewrite.plan import RewritePlan
from uvdive.tui.describe import field
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
        return [Content.styled(visible(proof.failure), "$text-error"), Content("b builds again")]
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
        parts.append(Content("written; u undoes it"))
    elif proof.passed:
        parts.append(Content("w writes it"))
    elif proof.repairs:
        parts.append(Content.styled("p repairs it", "bold"))
    figures = f"{size(found.before_bytes)} → {size(found.after_bytes)}"
    return [*parts, Content(figures)]


def facts(report: ImageReport, plan: RewritePlan | None, proof: Proof | None) -> Content:
    """What else is known of an outcome: why, prediction, pull size, builds, what to mind."""
    if plan is None or proof is None or proof.comparison is None or proof.outcome is None:
        return Content("")
    outcome, after = proof.outcome, proof.outcome.after
    lines = [Content("")]
    reasons = proof.comparison.verdict.partition(": ")[2]
    if reasons:
        lines.append(field("why", visible(reasons)))
    error = prediction_error(plan.predicted, proof.comparison.after_bytes)
    if plan.predicted is not None and error is not None:
        told = f"{size(plan.predicted.after_bytes)}; measured {size(proof.comparison.after_bytes)}"
        lines.append(field("predicted", f"{told}, off by {100 * error:+.2f} %"))
    pull = report.totals.compressed_bytes, after.totals.compressed_bytes
    if pull[0] is not None and pull[1] is not None:
        lines.append(field("to pull", f"{size(pull[0])} → {size(pull[1])}"))
    lines += _builds(proof)
    if outcome.held is not None:
        lines.append(field("no lock", visible(f"packages as of {outcome.held} in both")))
    if plan.warnings:
        count = len(plan.warnings)
        lines.append(field("mind", f"{count} warning{'' if count == 1 else 's'}; v shows the plan"))
    return Content("\n").join(lines)


def _builds(proof: Proof) -> list[Content]:
    before = proof.original.words() if proof.original.result is not None else "not built now"
    lines = [field("built", f"before: {before}"), field("", f"after: {proof.build.words()}")]
    timings = proof.timings
    if timings is None:
        return [*lines, field("", "t times both without cache, and after a change")]
    if timings.cold is not None:
        lines.append(field("cold", "{:.1f} s before, {:.1f} s after".format(*timings.cold)))
    if timings.rebuild is not None:
        told = "{:.1f} s before, {:.1f} s after".format(*timings.rebuild)
        lines.append(field("change", f"{told}, of {visible(timings.changed or '')}"))
    else:
        lines.append(field("change", "no Python file of the context is in the image"))
    return lines
