"""What of a check is worth a remark at a line: rules that did not pass, findings, files that can't be read.

SARIF, annotations, code quality and JUnit all write these.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from uvdive.base.units import Units, size
from uvdive.output.check.results import Check, Checked, RuleResult
from uvdive.output.check.words import sentence

Level = Literal["error", "warning", "note"]
UNREADABLE = "unreadable"
_LEVELS: dict[str, Level] = {"high": "error", "medium": "warning"}


@dataclass(frozen=True, slots=True)
class Issue:
    """One remark. ``rule`` is a finding's id, or a rule's (its kind: ``owners`` of ``owners.uv``).

    ``path`` is from the current folder: the Dockerfile, else the file of the rules, else None.
    ``fingerprint`` stays the same while lines move and sizes change.
    """

    rule: str
    name: str
    level: Level
    severity: str
    text: str
    advice: str
    path: str | None
    line: int | None
    image: str
    fingerprint: str
    fails: bool
    bytes: int


def issues(check: Check, units: Units = "si") -> tuple[Issue, ...]:
    """All remarks, in the order of the check."""
    seen: Counter[str] = Counter()
    return tuple(_marked(issue, seen) for checked in check.checked for issue in _of(check, checked, units))


def _marked(issue: Issue, seen: Counter[str]) -> Issue:
    """The remark with its fingerprint told apart from others that would have the same."""
    from dataclasses import replace

    seen[issue.fingerprint] += 1
    key = f"{issue.fingerprint}\0{seen[issue.fingerprint]}"
    return replace(issue, fingerprint=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest())


def _of(check: Check, checked: Checked, units: Units) -> Iterator[Issue]:
    if checked.error:
        yield _issue(checked, UNREADABLE, checked.error, line=checked.error_line)
    for rule in checked.rules:
        # Each finding that fails is a remark of its own.
        if rule.status in ("failed", "warned", "unknown") and rule.id != "fail-level":
            yield _of_rule(check, checked, rule, units)
    for item in checked.findings:
        finding = item.finding
        if item.ignored:
            continue
        cost = f" ({size(finding.bytes, units)})" if finding.bytes else ""
        yield Issue(
            rule=finding.id,
            name=finding.id,
            level=_LEVELS.get(finding.severity, "note"),
            severity=finding.severity,
            text=f"{finding.title}{cost}.",
            advice=finding.advice,
            path=checked.dockerfile,
            line=finding.line,
            image=checked.name,
            fingerprint=f"{finding.id}\0{checked.dockerfile or checked.name}\0{finding.title}",
            fails=item.fails,
            bytes=finding.bytes,
        )


def _of_rule(check: Check, checked: Checked, rule: RuleResult, units: Units) -> Issue:
    """A rule's remark: at the Dockerfile's line, else where the rule is written."""
    path, line = checked.dockerfile, rule.line
    if path is None or line is None:
        path, line = (check.source, check.lines.get(rule.id)) if check.source else (path, line)
    return _issue(
        checked,
        rule.id,
        sentence(rule, units),
        level="warning" if rule.status == "warned" else "error",
        path=path,
        line=line,
        count=rule.bytes if rule.unit != "bytes" else int(rule.value or 0),
    )


def _issue(
    checked: Checked,
    name: str,
    text: str,
    *,
    level: Level = "error",
    path: str | None = None,
    line: int | None = None,
    count: int | None = None,
) -> Issue:
    return Issue(
        rule=name.partition(".")[0],
        name=name,
        level=level,
        severity="high" if level == "error" else "medium",
        text=text,
        advice="",
        path=path or checked.dockerfile,
        line=line,
        image=checked.name,
        fingerprint=f"{name}\0{checked.dockerfile or checked.name}",
        fails=level == "error",
        bytes=count or 0,
    )
