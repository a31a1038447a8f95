"""A check as Markdown, for a pull request's comment and a job's summary."""

from __future__ import annotations

from uvdive.base.units import Units, delta, size
from uvdive.output.as_markdown.words import code, escaped, table
from uvdive.output.check.forms.inert import inert, quiet
from uvdive.output.check.results import Check, Checked, RuleResult
from uvdive.output.check.table import HEAD, RIGHT, rows
from uvdive.output.check.words import headline, sentence

_MARKS = {
    "passed": "passed",
    "failed": "**failed**",
    "warned": "warning",
    "skipped": "-",
    "unknown": "**unknown**",
}
_WIDTH = 1000


def check_markdown(check: Check, units: Units = "si") -> str:
    """A table of several images, then a section for each image or file: verdict, rules, causes, findings."""
    parts = [part for each in check.checked for part in _parts(each, units)]
    if found := rows(check, units):
        cells = [(row[0], code(row[1]), *map(_safe, row[2:])) for row in found]
        parts.insert(0, "\n".join(table(HEAD, cells, RIGHT)))
    return quiet("\n\n".join(parts)) + "\n"


def _parts(checked: Checked, units: Units) -> list[str]:
    verdict = "passed" if checked.passed else "not passed"
    parts = [f"### {code(checked.name)}: {verdict}", f"{_safe(headline(checked, units))}."]
    if checked.error:
        parts.append(f"**error**: {_safe(checked.error)}")
    if checked.rules:
        rows = [
            (_MARKS[rule.status], code(rule.id), _safe(sentence(rule, units)), _line(rule.line))
            for rule in checked.rules
        ]
        parts.append("\n".join(table(("", "rule", "result", "line"), rows, frozenset({3}))))
    parts += [_why(rule, units) for rule in checked.rules if rule.status in ("failed", "warned") and rule.why]
    found = [item for item in checked.findings if not item.ignored]
    if found:
        shown = [
            (
                f"**{item.finding.severity}**" if item.fails else item.finding.severity,
                code(item.finding.id),
                size(item.finding.bytes, units) if item.finding.bytes else "",
                _line(item.finding.line),
                f"{_safe(item.finding.title)}. {_safe(item.finding.advice)}",
            )
            for item in found
        ]
        head = ("", "finding", "size", "line", "what to do")
        parts.append("\n".join(table(head, shown, frozenset({2, 3}))))
    parts += [f"Note: {_safe(warning)}" for warning in checked.warnings]
    return parts


def _why(rule: RuleResult, units: Units) -> str:
    """What made a number, folded."""
    grown = rule.id == "max-growth"
    rows = [
        (
            delta(cause.bytes, units) if grown else size(cause.bytes, units),
            escaped(cause.kind),
            code(inert(cause.name)),
            _line(cause.line),
        )
        for cause in rule.why
    ]
    lines = "\n".join(table(("size", "", "what", "line"), rows, frozenset({0, 3})))
    return f"<details><summary>What makes {escaped(rule.id)}</summary>\n\n{lines}\n\n</details>"


def _line(line: int | None) -> str:
    return "" if line is None else str(line)


def _safe(text: str) -> str:
    return escaped(inert(text), _WIDTH)
