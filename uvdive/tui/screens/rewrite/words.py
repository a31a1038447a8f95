"""What the rewrite's headline and bars say: of a plan, of a running proof, of its outcome."""

from __future__ import annotations

from textual.content import Content

from uvdive.base.units import size
from uvdive.ledger.report import ImageReport
from uvdive.output.plain import count
from uvdive.output.words.loaded import brief
from uvdive.output.words.proof import proof_words
from uvdive.output.words.rebuild import rebuild_words
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.proof.settings import StartWish
from uvdive.tui.frame.text import visible
from uvdive.tui.progress.proof import ProofState, saving
from uvdive.tui.screens.rewrite.work import RewriteWork
from uvdive.tui.widgets.building import Sides
from uvdive.tui.widgets.lists.hanging import Pair
from uvdive.tui.words.way import PLAN, PROVE, WRITE, Stand
from uvdive.verify.measured import prediction_error


def figures(report: ImageReport, plan: RewritePlan | None, proof: ProofState | None) -> Sides:
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


def standing(work: RewriteWork) -> list[Content]:
    """How the rewrite stands, the most important first."""
    if work.planning or work.plan is None:
        return [Content(visible(work.note))]
    if work.changed_problem:
        return [Content.styled(work.changed_problem, "$text-warning")]
    told = _plan_words(work.plan) if work.proof is None else _proof_words(work.proof, busy=work.busy)
    return [*told, warned(work.plan)] if work.plan.warnings else told


def warned(plan: RewritePlan) -> Content:
    """How many warnings there are."""
    return Content.styled(count(len(plan.warnings), "warning"), "bold $text-warning")


def _plan_words(plan: RewritePlan) -> list[Content]:
    """What a plan promises, the most important first."""
    if plan.outcome == "refused":
        return [Content.styled("not rewritten", "bold $text-error")]
    if plan.outcome == "unchanged":
        return [Content("nothing is changed" if plan.warnings else "nothing to change")]
    if plan.predicted is None:
        return [Content("the saving is measured by the build")]
    words = saving(plan.predicted.before_bytes, plan.predicted.after_bytes)
    return [Content.styled(f"{words} predicted", "bold")]


def _proof_words(proof: ProofState, *, busy: bool) -> list[Content]:
    """How a build and its proof stand, the most important first."""
    if proof.failure:
        return [Content.styled(visible(proof.failure), "$text-error")]
    found = proof.comparison
    if found is None or busy:
        return [Content.styled(f"{visible(proof.note)} … {proof.seconds:.0f} s", "bold")]
    style = "$text-success" if proof.passed else "$text-error" if proof.failed_checks else "$text-warning"
    return [
        Content.styled(saving(found.before_bytes, found.after_bytes), "bold"),
        Content.styled(proof.proven(), style),
        Content(f"{size(found.before_bytes)} → {size(found.after_bytes)}"),
    ]


def stand(work: RewriteWork) -> Stand:
    """Where on its way the rewrite is, and what to do next."""
    if work.planning:
        return Stand(PLAN, "running", "x stops")
    if work.written is not None:
        return Stand(WRITE, "done", "u undoes it")
    if work.plan is not None and work.proof is not None and not work.changed_problem:
        return _stand_of(work.proof, busy=work.busy)
    return _stand_of_plan(work)


def _stand_of_plan(work: RewriteWork) -> Stand:
    if work.plan is None:
        return Stand(PLAN, "failed", "r tries again")
    if work.changed_problem:
        return Stand(PLAN, "doubtful", "r plans again")
    return {
        "refused": Stand(PLAN, "failed", "i says more about the rule", ends=True),
        "unchanged": Stand(PLAN, "done", "there is nothing to write", ends=True),
    }.get(work.plan.outcome, Stand(PLAN, "done", "b builds and proves it"))


def _stand_of(proof: ProofState, *, busy: bool) -> Stand:
    if busy:
        return Stand(PROVE, "running", "x stops · Esc leaves it running")
    if proof.failure or proof.comparison is None:
        return Stand(PROVE, "failed", "b builds again")
    if proof.passed:
        return Stand(PROVE, "done", "w writes it")
    return Stand(PROVE, "failed" if proof.failed_checks else "doubtful", _help(proof))


def _help(proof: ProofState) -> str:
    """What may lead to a proof that is not there yet."""
    if proof.repairs:
        return "p repairs it"
    if proof.needs is not None:
        return f"e gives it {', '.join(proof.needs) or 'what it needs'}"
    return "E writes a report" if proof.failed_checks else "3 says what was not looked at"


def facts(report: ImageReport, plan: RewritePlan | None, proof: ProofState | None) -> tuple[Pair, ...]:
    """What else is known of an outcome: why, prediction, pull size, builds, and every warning."""
    if plan is None or proof is None or proof.comparison is None or proof.outcome is None:
        return ()
    outcome, after = proof.outcome, proof.outcome.after
    found: list[tuple[str, str]] = []
    reasons = proof.comparison.verdict.partition(": ")[2]
    if reasons:
        found.append(("why", reasons))
    error = prediction_error(plan.predicted, proof.comparison.after_bytes)
    if plan.predicted is not None and error is not None:
        told = f"{size(plan.predicted.after_bytes)}; measured {size(proof.comparison.after_bytes)}"
        found.append(("predicted", f"{told}, off by {100 * error:+.2f} %"))
    pull = report.totals.compressed_bytes, after.totals.compressed_bytes
    if pull[0] is not None and pull[1] is not None:
        found.append(("to pull", f"{size(pull[0])} → {size(pull[1])}"))
    if proof.wish is not None:
        found.append(("run with", given(proof.wish)))
    if outcome.held is not None:
        found.append(("no lock", f"packages as of {outcome.held} in both"))
    for place, warning in enumerate(plan.warnings):
        where = f"{warning.rule}, line {warning.line}" if warning.line else warning.rule
        found.append(("" if place else "mind", f"{where}: {warning.text}"))
    found += _builds(proof)
    if outcome.seconds:
        found.append(("proof", proof_words(outcome.seconds)))
    if outcome.loaded is not None:
        found += [("" if place else "imports", line) for place, line in enumerate(brief(outcome.loaded))]
    return tuple((Content.styled(term, "$foreground 66%"), Content(visible(words))) for term, words in found)


def given(wish: StartWish) -> str:
    """What both programs get, in words: names and no values."""
    parts = [*wish.names, *(str(path) for path in wish.files)]
    return ", ".join([*parts, "the network" if wish.network else "no network"])


def _builds(proof: ProofState) -> list[tuple[str, str]]:
    before = proof.original.words() if proof.original.result is not None else "not built now"
    told = [("built", f"before: {before}"), ("", f"after: {proof.build.words()}")]
    timings = proof.timings
    if timings is None:
        return [*told, ("", "t times both: cold, and after a change")]
    if timings.cold is not None:
        told.append(("cold", "{:.1f} s before, {:.1f} s after".format(*timings.cold)))
    changes = [("change", f"{words}, of {what}") for what, words in rebuild_words(timings)]
    told += changes or [("change", "no Python file of the context is in the image")]
    return told
