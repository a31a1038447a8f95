"""What the planner collects on its way: decisions, warnings, allowances; and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from uvdive.rewrite.plan import Alternative, Decision, PlanWarning


class Refused(Exception):  # noqa: N818 - not an error: a refusal is a good result
    """There is no safe rewrite. ``reason`` says why and what to change; ``line`` is 1-based."""

    def __init__(self, rule: str, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.rule, self.reason, self.line = rule, reason, line


@dataclass(slots=True)
class Notes:
    """The collection of one planning run; ``choices`` are the user's, by decision id."""

    choices: Mapping[str, str] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    warnings: list[PlanWarning] = field(default_factory=list)
    config: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    distributions: set[str] = field(default_factory=set)
    repaired_start: bool = False
    installs_at_start: bool = False

    def decide(self, name: str, rule: str, line: int | None, summary: str, reason: str) -> None:
        """Note something that the rewrite does without a choice; the first of a name stays."""
        self.decisions.setdefault(name, Decision(name, rule, line, summary, reason))

    def choose(self, decision: Decision, default: str) -> str:
        """Note a decision with alternatives and return the value that holds."""
        values = [alternative.value for alternative in decision.alternatives]
        wanted = self.choices.get(decision.id)
        chosen = wanted if wanted in values else default
        summary = next((a.summary for a in decision.alternatives if a.value == chosen), "")
        self.decisions[decision.id] = Decision(
            decision.id,
            decision.rule,
            decision.line,
            f"{decision.summary}: {summary}",
            decision.reason,
            chosen,
            decision.alternatives,
        )
        return chosen

    def warn(self, rule: str, line: int | None, text: str) -> None:
        """Note something that the user should know; once."""
        warning = PlanWarning(rule, line, text)
        if warning not in self.warnings:
            self.warnings.append(warning)


def options(**summaries: str) -> tuple[Alternative, ...]:
    """Alternatives from ``value="summary"``; underscores in values become dashes."""
    return tuple(Alternative(value.replace("_", "-"), summary) for value, summary in summaries.items())
