"""A check as the data of ``uvdive.check/1`` (``schemas/check-1.json``); sizes in bytes, shares of one."""

from __future__ import annotations

from typing import Any

from uvdive.base.version import __version__
from uvdive.output.as_json.report import finding_data, totals_data
from uvdive.output.check.results import Cause, Check, Checked, FindingResult, RuleResult
from uvdive.output.check.words import sentence

SCHEMA = "uvdive.check/1"


def check_data(check: Check) -> dict[str, Any]:
    """The whole check as data that ``json_text`` can write."""
    return {
        "schema": SCHEMA,
        "tool_version": __version__,
        "passed": check.passed,
        "exit_code": int(check.exit_code),
        "rules_file": check.source,
        "checked": [_checked(each) for each in check.checked],
    }


def _checked(checked: Checked) -> dict[str, Any]:
    image, baseline = checked.image, checked.baseline
    return {
        "name": checked.name,
        "passed": checked.passed,
        "dockerfile": checked.dockerfile,
        "image": image
        and {
            "reference": image.reference,
            "id": image.id,
            "source": image.source,
            "platform": image.platform,
            "created": image.created,
        },
        "totals": checked.totals and totals_data(checked.totals),
        "baseline": baseline
        and {
            "reference": baseline.reference,
            "platform": baseline.platform,
            "tool_version": baseline.tool_version,
            "file_bytes": baseline.file_bytes,
        },
        "delta_bytes": checked.totals.file_bytes - baseline.file_bytes
        if baseline is not None and checked.totals is not None
        else None,
        "rules": [_rule(rule) for rule in checked.rules],
        "findings": [_finding(item) for item in checked.findings],
        "outcome": checked.outcome,
        "refusal": checked.refusal or None,
        "warnings": list(checked.warnings),
        "error": {
            "text": checked.error,
            "line": checked.error_line,
            "exit_code": int(checked.error_code),
        }
        if checked.error
        else None,
    }


def _rule(rule: RuleResult) -> dict[str, Any]:
    return {
        "id": rule.id,
        "status": rule.status,
        "unit": rule.unit,
        "limit": rule.limit,
        "value": rule.value,
        "bytes": rule.value if rule.unit == "bytes" else rule.bytes,
        "line": rule.line,
        "text": sentence(rule),
        "reason": rule.reason or None,
        "why": [_cause(cause) for cause in rule.why],
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {"kind": cause.kind, "name": cause.name, "bytes": cause.bytes, "line": cause.line}


def _finding(item: FindingResult) -> dict[str, Any]:
    return {**finding_data(item.finding), "fails": item.fails, "ignored": item.ignored}
