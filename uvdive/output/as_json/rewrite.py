"""A RewritePlan and its proof as the data of ``uvdive.rewrite/1`` (``schemas/rewrite-1.json``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from uvdive.base.errors import UvdiveError
from uvdive.build.events import BuildResult
from uvdive.ledger.report import ImageReport
from uvdive.output.as_json.error import error_data
from uvdive.output.plain import path_fields
from uvdive.output.words.ladder import why_none
from uvdive.output.words.loaded import loaded_data
from uvdive.rewrite.plan import Decision, Prediction, RewritePlan, Rung
from uvdive.verify.checks import Check, Verification
from uvdive.verify.measured import Measured, prediction_error
from uvdive.verify.repairs import Repair

SCHEMA = "uvdive.rewrite/1"


def rewrite_data(
    plan: RewritePlan,
    measured: Measured | None = None,
    verification: Verification | None = None,
    *,
    offered: Sequence[Repair] = (),
    repaired: Sequence[Repair] = (),
    error: UvdiveError | None = None,
) -> dict[str, Any]:
    """The plan, and what was measured and verified of it, as data that ``json_text`` can write.

    ``offered`` are the decisions that may mend what failed, ``repaired`` those that were
    changed already because an earlier build had failed. ``error`` is why the image of a
    plan could not be built or read.
    """
    refusal = plan.refusal
    return {
        "schema": SCHEMA,
        "outcome": plan.outcome if error is None else "failed",
        "error": None if error is None else error_data(error),
        "evidence": plan.evidence,
        "verified": None if verification is None else verification.proven,
        "refusal": refusal and asdict(refusal),
        "text": plan.text,
        "diff": plan.diff,
        "files": [
            {**path_fields(change.path), "text": change.text, "diff": change.diff} for change in plan.files
        ],
        "decisions": [_decision(decision) for decision in plan.decisions],
        "warnings": [
            {"rule": item.rule, "line": item.line, "text": item.text, "bytes": item.bytes}
            for item in plan.warnings
        ],
        "predicted": plan.predicted and _predicted(plan.predicted),
        "measured": measured and _measured(measured, plan.predicted),
        "verification": verification and verification_data(verification),
        "repairs": [_repair(repair) for repair in offered],
        "repaired": [_repair(repair) for repair in repaired],
        "ladder": [_rung(rung) for rung in plan.ladder],
        "no_ladder": why_none(plan),
    }


def failed_data(error: UvdiveError) -> dict[str, Any]:
    """What is to be said where not even a plan could be made: the contract's keys, with the error."""
    return {
        "schema": SCHEMA,
        "outcome": "failed",
        "error": error_data(error),
        **dict.fromkeys(("evidence", "verified", "refusal", "predicted", "measured", "verification")),
        **dict.fromkeys(("text", "diff", "no_ladder"), ""),
        **{key: [] for key in ("files", "decisions", "warnings", "repairs", "repaired", "ladder")},
    }


def verification_data(verification: Verification) -> dict[str, Any]:
    """All checks, how far they prove the rewrite, and what none of them could look at."""
    return {
        "passed": verification.passed,
        "level": verification.level,
        "unseen": list(verification.unseen),
        "checks": [_check(check) for check in verification.checks],
    }


def _repair(repair: Repair) -> dict[str, Any]:
    return {
        "choice": repair.choice,
        "value": repair.value,
        "checks": list(repair.checks),
        "reason": repair.reason,
    }


def _rung(rung: Rung) -> dict[str, Any]:
    return {
        "id": rung.id,
        "summary": rung.words,
        "choices": dict(rung.choices),
        "predicted_bytes": rung.predicted_bytes,
        "why": rung.why,
        "chosen": rung.chosen,
        "failed": rung.failed,
    }


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
        "before_seconds": None if measured.before_build is None else measured.before_build.seconds,
        "after_seconds": None if measured.after_build is None else measured.after_build.seconds,
        "sizes": {"before": _sizes(before), "after": _sizes(after)},
        "builds": {"before": _build(measured.before_build), "after": _build(measured.after_build)},
        "cold_seconds": _pair(measured.timings.cold),
        "rebuild_seconds": _pair(measured.timings.rebuild),
        "rebuild_changed": measured.timings.changed,
        "rebuilds": [
            {
                "kind": each.kind,
                "changed": each.changed,
                "seconds": _pair(each.seconds),
                "new_bytes": _pair(each.new_bytes),
            }
            for each in measured.timings.changes
        ],
        "held_to": measured.held,
        "proof_seconds": dict(measured.proof),
        "loaded": None if measured.loaded is None else loaded_data(measured.loaded),
    }


def _sizes(report: ImageReport) -> dict[str, int | None]:
    """Every size that the ledger or the engine knows; ``compressed_bytes`` are what a pull transfers."""
    return {
        "file_bytes": report.totals.file_bytes,
        "tar_bytes": report.totals.tar_bytes,
        "compressed_bytes": report.totals.compressed_bytes,
        "inspect_size": report.image.inspect_size,
        "listed_size": report.image.listed_size,
    }


def _build(build: BuildResult | None) -> dict[str, Any] | None:
    if build is None:
        return None
    return {
        "seconds": build.seconds,
        "steps": len(build.own_steps),
        "cached": build.cached,
        "engine": build.engine,
    }


def _pair(seconds: tuple[float, float] | None) -> dict[str, float] | None:
    return None if seconds is None else {"before": seconds[0], "after": seconds[1]}


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "status": check.status,
        "detail": check.detail,
        "differences": list(check.differences),
        "unseen": list(check.unseen),
        "way_out": check.way_out,
    }
