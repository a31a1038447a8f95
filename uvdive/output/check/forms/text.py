"""A check as plain text, for a terminal and the log of a CI job."""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.base.units import delta, size
from uvdive.output.check.forms.inert import inert, quiet
from uvdive.output.check.results import Check, Checked, FindingResult, RuleResult
from uvdive.output.check.table import HEAD, RIGHT, noun, rows
from uvdive.output.check.words import headline, sentence
from uvdive.output.look import PLAIN, Look, Style
from uvdive.output.plain import count, table

_STYLES: dict[str, Style] = {
    "passed": "good",
    "failed": "bad",
    "warned": "warn",
    "skipped": "faint",
    "unknown": "bad",
}
_WIDTH = 7


def check_text(check: Check, look: Look = PLAIN, *, why: bool = False, explain: bool = True) -> str:
    """Each image's or file's rules and findings, and the verdict.

    Args:
        check: the results.
        look: units, width, colours.
        why: show what made each number, not only of what failed.
        explain: say how to read more of a finding.
    """
    blocks = ["\n".join(_one(each, look, why=why)) for each in check.checked]
    if table_rows := rows(check, look.units):
        lines = table([HEAD, *(tuple(map(inert, row)) for row in table_rows)], RIGHT)
        blocks.append("\n".join(lines))
    blocks.append("\n".join(_verdict(check, look, explain=explain)))
    return quiet("\n\n".join(blocks)) + "\n"


def _one(checked: Checked, look: Look, *, why: bool) -> Iterator[str]:
    yield look.paint(f"{inert(checked.name)}: {inert(headline(checked, look.units))}", "head")
    if checked.error:
        yield from look.part(
            [f"  {'error':{_WIDTH}}  {inert(_placed(checked.error, checked.error_line))}"], "bad"
        )
    for rule in checked.rules:
        yield from look.part([f"  {rule.status:{_WIDTH}}  {inert(_told(rule, look))}"], _STYLES[rule.status])
        if why:
            yield from look.part([f"  {'':{_WIDTH}}  {inert(each)}" for each in _causes(rule, look)], "faint")
    for item in checked.findings:
        if not item.ignored:
            yield from look.part([f"  {_finding(item, look)}"], "bad" if item.fails else "plain")
    if why and checked.refusal:
        yield from look.part([f"  No rewrite: {inert(checked.refusal)}"], "faint")
    for warning in checked.warnings:
        yield from look.part([f"  Note: {inert(warning)}"], "warn")


def _placed(text: str, line: int | None) -> str:
    return text if line is None or f"ine {line}" in text else f"{text} (line {line})"


def _told(rule: RuleResult, look: Look) -> str:
    line = rule.line if rule.status in ("failed", "warned") else None
    return f"{rule.id}: {_placed(sentence(rule, look.units), line)}"


def _causes(rule: RuleResult, look: Look) -> Iterator[str]:
    for cause in rule.why:
        cost = delta(cause.bytes, look.units) if rule.id == "max-growth" else size(cause.bytes, look.units)
        name = cause.name if len(cause.name) <= 120 else f"{cause.name[:117]}..."
        yield f"{cost:>10}  {cause.kind}  {_placed(name, cause.line)}"


def _finding(item: FindingResult, look: Look) -> str:
    finding = item.finding
    cost = f", {size(finding.bytes, look.units)}" if finding.bytes else ""
    told = inert(_placed(f"{finding.id}: {finding.title}{cost}", finding.line))
    return f"{inert(finding.severity):{_WIDTH}}  {told}"


def _verdict(check: Check, look: Look, *, explain: bool) -> Iterator[str]:
    rules = [rule for each in check.checked for rule in each.rules]
    failed = [rule for rule in rules if rule.status in ("failed", "unknown")]
    errors = sum(bool(each.error) for each in check.checked)
    if explain and any(not item.ignored for each in check.checked for item in each.findings):
        yield "uvdive --explain ID says more of a finding."
    rules_of = f" Rules: {inert(check.source)}." if check.source else ""
    if errors:
        yield look.paint(f"Not passed: {count(errors, noun(check))} can't be read.{rules_of}", "bad")
    elif failed:
        yield look.paint(f"Not passed: {len(failed)} of {count(len(rules), 'rule')} failed.{rules_of}", "bad")
    else:
        yield look.paint(f"Passed: {count(len(rules), 'rule')}.{rules_of}", "good")
