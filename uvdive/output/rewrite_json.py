"""A RewritePlan and its proof as the data of ``uvdive.rewrite/1`` (DESIGN.md, "JSON")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uvdive.ledger.report import OWNERS, ImageReport
from uvdive.output.plain import path_fields
from uvdive.rewrite.plan import Decision, Prediction, RewritePlan
from uvdive.verify.checks import Check, Verification
from uvdive.verify.repairs import Repair

SCHEMA = "uvdive.rewrite/1"


@dataclass(frozen=True, slots=True)
class Measured:
    """Both images as they are. The seconds are None for an image that was not built now."""

    before: ImageReport
    after: ImageReport
    before_seconds: float | None
    after_seconds: float | None

    @property
    def owners(self) -> Mapping[str, tuple[int, int]]:
        """Every owner's bytes before and after."""
        before = {owner.owner: owner.bytes for owner in self.before.owners}
        after = {owner.owner: owner.bytes for owner in self.after.owners}
        return {name: (before.get(name, 0), after.get(name, 0)) for name in OWNERS}


def rewrite_data(
    plan: RewritePlan,
    measured: Measured | None = None,
    verification: Verification | None = None,
    *,
    offered: Sequence[Repair] = (),
    repaired: Sequence[Repair] = (),
) -> dict[str, Any]:
    """The plan, and what was measured and verified of it, as data that ``json_text`` can write.

    ``offered`` are the decisions that may mend what failed, ``repaired`` those that were
    changed already because an earlier build had failed.
    """
    refusal = plan.refusal
    return {
        "schema": SCHEMA,
        "outcome": plan.outcome,
        "evidence": plan.evidence,
        "verified": None if verification is None else verification.passed,
        "refusal": refusal and {"rule": refusal.rule, "reason": refusal.reason, "line": refusal.line},
        "text": plan.text,
        "diff": plan.diff,
        "files": [
            {**path_fields(change.path), "text": change.text, "diff": change.diff} for change in plan.files
        ],
        "decisions": [_decision(decision) for decision in plan.decisions],
        "warnings": [
            {"rule": warning.rule, "line": warning.line, "text": warning.text} for warning in plan.warnings
        ],
        "predicted": plan.predicted and _predicted(plan.predicted),
        "measured": measured and _measured(measured, plan.predicted),
        "verification": verification
        and {"passed": verification.passed, "checks": [_check(check) for check in verification.checks]},
        "repairs": [_repair(repair) for repair in offered],
        "repaired": [_repair(repair) for repair in repaired],
    }


def _repair(repair: Repair) -> dict[str, Any]:
    return {
        "choice": repair.choice,
        "value": repair.value,
        "checks": list(repair.checks),
        "reason": repair.reason,
    }


def prediction_error(predicted: Prediction | None, after_bytes: int) -> float | None:
    """How far the prediction is off, as a share of the measured size: 0.01 is 1 % too much."""
    if predicted is None or not after_bytes:
        return None
    return (predicted.after_bytes - after_bytes) / after_bytes


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "rule": decision.rule,
        "line": decision.line,
        "summary": decision.summary,
        "reason": decision.reason,
        "chosen": decision.chosen,
        "alternatives": [
            {"value": item.value, "summary": item.summary, "predicted_bytes": item.predicted_bytes}
            for item in decision.alternatives
        ],
    }


def _owners(owners: Mapping[str, tuple[int, int]]) -> dict[str, list[int]]:
    return {owner: list(both) for owner, both in owners.items()}


def _predicted(predicted: Prediction) -> dict[str, Any]:
    return {
        "before_bytes": predicted.before_bytes,
        "after_bytes": predicted.after_bytes,
        "owners": _owners(predicted.owners),
    }


def _measured(measured: Measured, predicted: Prediction | None) -> dict[str, Any]:
    before, after = measured.before, measured.after
    return {
        "before_bytes": before.totals.file_bytes,
        "after_bytes": after.totals.file_bytes,
        "owners": _owners(measured.owners),
        "before_inspect_size": before.image.inspect_size,
        "after_inspect_size": after.image.inspect_size,
        "prediction_error": prediction_error(predicted, after.totals.file_bytes),
        "before_seconds": measured.before_seconds,
        "after_seconds": measured.after_seconds,
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "status": check.status,
        "detail": check.detail,
        "differences": list(check.differences),
    }
