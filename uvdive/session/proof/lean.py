"""The use case: the leanest rung of a plan's ladder that is proven."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from uvdive.base.errors import BuildError
from uvdive.base.progress import Note, OnEvent, ignore
from uvdive.base.units import size
from uvdive.rewrite.plan import RewritePlan, Rung
from uvdive.session.proof.proving import Proof


@dataclass(frozen=True, slots=True)
class Leanest:
    """What it came to: the plan with its proof, and the choices that lead to it.

    The plan's ladder says of each rung that was built and not proven why. Where none is proven, it is
    the plainest.
    """

    plan: RewritePlan
    proof: Proof
    choices: Mapping[str, str]


def leanest(
    plan: RewritePlan,
    choices: Mapping[str, str],
    replan: Callable[[Mapping[str, str]], RewritePlan],
    prove: Callable[[RewritePlan], Proof],
    on_event: OnEvent = ignore,
) -> Leanest:
    """Prove the leanest rung; where it is not proven the next one, down to the plainest.

    Args:
        plan: with its ladder; where it has none, the plan itself is proven.
        choices: that made the plan.
        replan: plans under other choices, with the ladder.
        prove: builds and proves a plan; asked again after ``looked``, with a plan made anew.
        on_event: is told which rung is tried, and why one is not proven.

    Raises:
        UvdiveError: as ``prove`` and ``replan`` say; a step of the build that fails is only raised
            where it is the plainest rung's.
    """
    rungs = [rung for rung in reversed(plan.ladder) if not rung.why]
    if not rungs:
        tried, proof = _proven(plan, partial(replan, choices), prove)
        return Leanest(tried, proof, choices)
    failed: dict[str, str] = {}
    for rung in rungs:
        asked, is_last = dict(rung.choices), rung is rungs[-1]
        on_event(Note(f"Proving {_named(rung)}"))
        tried = plan if rung.chosen else replan(asked)
        try:
            tried, proof = _proven(tried, partial(replan, asked), prove)
        except BuildError as error:
            if is_last or not error.step:
                raise
            failed[rung.id] = f"{error.step} failed"
            on_event(Note(f"{rung.words} can't be built: {failed[rung.id]}"))
            continue
        verification = proof.verification
        proven = verification is None or verification.proven
        if not proven:
            failed[rung.id] = reason(proof)
            on_event(Note(f"{rung.words} is not proven: {failed[rung.id]}"))
        if proven or is_last:
            break
    return Leanest(_with_failures(tried, failed), proof, asked)


def _proven(
    plan: RewritePlan, replan: Callable[[], RewritePlan], prove: Callable[[RewritePlan], Proof]
) -> tuple[RewritePlan, Proof]:
    """The plan with its proof; made anew for as long as a build tells more of what to plan."""
    proof = prove(plan)
    while proof.looked:
        plan = replan()
        proof = prove(plan)
    return plan, proof


def reason(proof: Proof) -> str:
    """Why a proof is none, in a line: the first check that failed, or what nobody could look at."""
    verification = proof.verification
    if verification is None:
        return ""
    for check in verification.checks:
        if check.status == "failed":
            differs = f": {check.differences[0]}" if check.differences else f": {check.detail}"
            return f"{check.name}{differs}"
    return f"not looked at: {verification.unseen[0]}" if verification.unseen else ""


def _named(rung: Rung) -> str:
    return rung.words if rung.predicted_bytes is None else f"{rung.words} ({size(rung.predicted_bytes)})"


def _with_failures(plan: RewritePlan, failed: Mapping[str, str]) -> RewritePlan:
    return replace(plan, ladder=tuple(replace(each, failed=failed.get(each.id, "")) for each in plan.ladder))
