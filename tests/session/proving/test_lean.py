"""The leanest step of a ladder that is proven: down step by step, and why the next one failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from uvdive.base.errors import BuildError
from uvdive.rewrite.plan import RewritePlan, Rung
from uvdive.session.proof.lean import leanest
from uvdive.session.proof.proving import Proof
from uvdive.verify.checks import Check, Verification

RUNGS = (
    Rung("multi-stage", "multi-stage", (), 100, chosen=True),
    Rung("distroless", "distroless", (("final-base", "distroless"),), 60),
    Rung("trimmed", "trimmed", (("final-base", "distroless"), ("trim", "all")), 50),
)
PLAN = RewritePlan("rewritten", "image", "Dockerfile", "", "0", "", ladder=RUNGS)
GOOD = Verification((Check("files", "passed", "equal"),))
BAD = Verification(
    (Check("config", "passed", "equal"), Check("imports", "failed", "no", ("import json: gone",)))
)


def proof(verification: Verification | None, *, looked: bool = False) -> Proof:
    return Proof(cast("Any", None), cast("Any", None), cast("Any", None), verification, looked=looked)


class Proving:
    """Plans by their choices, and proofs that come to what is given for each step, in order."""

    def __init__(self, *outcomes: Verification | Exception | None, rungs: tuple[Rung, ...] = RUNGS) -> None:
        self.outcomes = list(outcomes)
        self.plan = replace(PLAN, ladder=rungs)
        self.planned: list[dict[str, str]] = []
        self.told: list[str] = []

    def replan(self, choices: Mapping[str, str]) -> RewritePlan:
        self.planned.append(dict(choices))
        rungs = tuple(replace(each, chosen=dict(each.choices) == choices) for each in self.plan.ladder)
        return replace(self.plan, text=str(len(choices)), ladder=rungs)

    def prove(self, _plan: RewritePlan) -> Proof:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return proof(outcome, looked=outcome is None)

    def run(self) -> Any:
        def tell(event: Any) -> None:
            self.told.append(event.text)

        return leanest(self.plan, {}, self.replan, self.prove, tell)


def test_the_leanest_is_taken_where_it_is_proven() -> None:
    proving = Proving(GOOD)
    found = proving.run()
    assert found.choices == {"final-base": "distroless", "trim": "all"}
    assert (found.plan.text, found.proof.verification) == ("2", GOOD)
    assert proving.told == ["Proving trimmed (50 B)"]
    assert not any(each.failed for each in found.plan.ladder)


def test_it_goes_down_step_by_step_and_says_why() -> None:
    proving = Proving(BAD, GOOD)
    found = proving.run()
    assert found.choices == {"final-base": "distroless"}
    assert [each.failed for each in found.plan.ladder] == ["", "", "imports: import json: gone"]
    assert proving.told[1] == "trimmed is not proven: imports: import json: gone"


def test_a_step_whose_build_fails_is_none_and_the_plan_that_was_there_is_not_made_again() -> None:
    proving = Proving(BuildError("no", step="RUN rm"), BAD, GOOD)
    found = proving.run()
    assert found.choices == {}
    assert found.plan.text == "0"
    assert proving.planned == [dict(RUNGS[2].choices), dict(RUNGS[1].choices)]
    assert [each.failed for each in found.plan.ladder][1:] == ["imports: import json: gone", "RUN rm failed"]


def test_what_cannot_be_had_is_not_tried() -> None:
    rungs = (RUNGS[0], replace(RUNGS[1], why="no"), replace(RUNGS[2], why="no"))
    proving = Proving(GOOD, rungs=rungs)
    assert proving.run().choices == {}
    assert proving.planned == []


def test_the_plainest_is_what_it_comes_to_where_none_is_proven() -> None:
    found = Proving(BAD, BAD, BAD).run()
    assert found.choices == {}
    assert not found.proof.verification.proven
    assert all(each.failed for each in found.plan.ladder)


def test_a_build_that_could_not_start_is_no_step_s_fault() -> None:
    with pytest.raises(BuildError, match="busy"):
        Proving(BuildError("busy")).run()
    with pytest.raises(BuildError, match="plain"):
        Proving(BAD, BAD, BuildError("plain", step="RUN x")).run()


def test_a_plan_is_made_again_where_a_build_told_more() -> None:
    proving = Proving(None, GOOD)
    assert proving.run().choices == dict(RUNGS[2].choices)
    assert proving.planned == [dict(RUNGS[2].choices)] * 2


def test_a_plan_without_a_ladder_is_proven_as_it_is() -> None:
    proving = Proving(BAD, rungs=())
    assert proving.run().proof.verification == BAD
