"""A check as JUnit XML: a suite for each image or file, a case for each rule and finding that fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from uvdive.base.units import Units
from uvdive.output.check.forms.inert import inert
from uvdive.output.check.results import Check, Checked, RuleResult
from uvdive.output.check.words import sentence


def check_junit(check: Check, units: Units = "si") -> str:
    """The XML's text, UTF-8 by its declaration."""
    suites = [_suite(each, units) for each in check.checked]
    lines = [line for suite in suites for line in suite]
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<testsuites name="uvdive check">',
            *lines,
            "</testsuites>",
            "",
        )
    )


def _suite(checked: Checked, units: Units) -> list[str]:
    cases: list[list[str]] = []
    if checked.error:
        cases.append(_case(checked, "readable", "error", checked.error))
    cases += [_rule(checked, rule, units) for rule in checked.rules if rule.id != "fail-level"]
    for item in checked.findings:
        if item.fails:
            finding = item.finding
            place = "" if finding.line is None else f" (line {finding.line})"
            cases.append(_case(checked, finding.id, "failure", f"{finding.title}{place}. {finding.advice}"))
    if not any(item.fails for item in checked.findings):
        cases += [_case(checked, rule.id, "", "") for rule in checked.rules if rule.id == "fail-level"]
    kinds = [_kind(case) for case in cases]
    counts = {
        "name": checked.name,
        "tests": str(len(cases)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
    }
    inner = (f"    {line}" for case in cases for line in case)
    return [f"  <testsuite{_attributes(counts)}>", *inner, "  </testsuite>"]


def _rule(checked: Checked, rule: RuleResult, units: Units) -> list[str]:
    kind = {"failed": "failure", "unknown": "failure", "skipped": "skipped"}.get(rule.status, "")
    place = "" if rule.line is None or kind != "failure" else f" (line {rule.line})"
    return _case(checked, rule.id, kind, f"{sentence(rule, units)}{place}")


def _case(checked: Checked, name: str, kind: str, text: str) -> list[str]:
    """A test case; ``kind`` is what it holds, empty for one that passed."""
    head = f"<testcase{_attributes({'classname': f'uvdive.{checked.name}', 'name': name})}"
    if not kind:
        return [f"{head}/>"]
    message = _attributes({"message": text})
    inner = f"<{kind}{message}/>" if kind == "skipped" else f"<{kind}{message}>{escape(inert(text))}</{kind}>"
    return [f"{head}>", f"  {inner}", "</testcase>"]


def _kind(case: Iterable[str]) -> str:
    lines = list(case)
    return lines[1].strip()[1:].split(" ", 1)[0] if len(lines) > 1 else ""


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(inert(value))}" for name, value in values.items())
