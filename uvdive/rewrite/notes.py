"""What the planner collects on its way: decisions, warnings, what it announces; and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from uvdive.rewrite.choices import NONE, Choice
from uvdive.rewrite.plan import Allowances, Decision, PlanWarning, Refusal

_WITH_IMAGE = "(leave out --static)"
BUILD_FIRST = f"Build the image first and plan with it {_WITH_IMAGE}."
"""What to do where only the image tells."""


class Refused(Exception):  # noqa: N818 - not an error: a refusal is a good result
    """There is no safe rewrite. ``reason`` says why and what to change; ``line`` is 1-based.

    ``by_image`` tells whether a plan by the text could do better with the image: where its reason
    sends people there, and wherever it is said so.
    """

    def __init__(self, rule: str, reason: str, line: int | None = None, *, by_image: bool = False) -> None:
        super().__init__(reason)
        self.rule, self.reason, self.line = rule, reason, line
        self.by_image = by_image or _WITH_IMAGE in reason

    def told(self, *, by_text: bool) -> Refusal:
        """What people read of it. By the text alone it says whether the image would help."""
        said = self.reason
        if by_text and self.by_image and _WITH_IMAGE not in said:
            said += f" Or build the image first and plan with it {_WITH_IMAGE}."
        return Refusal(self.rule, said, self.line, self.by_image if by_text else None)


@dataclass(slots=True)
class Announced:
    """What the plan says that the new image lacks or changes; the fields are those of ``Allowances``."""

    config: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    distributions: set[str] = field(default_factory=set)
    trimmed: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    repaired_start: bool = False
    installs_at_start: bool = False

    def copy(self) -> Announced:
        """The same, to be added to without a change of this one."""
        return Announced(
            set(self.config),
            set(self.paths),
            set(self.owners),
            set(self.packages),
            set(self.distributions),
            set(self.trimmed),
            set(self.given),
            self.repaired_start,
            self.installs_at_start,
        )

    def frozen(self) -> Allowances:
        """What the judge of the new image may excuse, sorted."""
        return Allowances(
            config=tuple(sorted(self.config)),
            paths=tuple(sorted(self.paths)),
            owners=tuple(sorted(self.owners)),
            repaired_start=self.repaired_start,
            installs_at_start=self.installs_at_start,
            packages=tuple(sorted(self.packages)),
            distributions=tuple(sorted(self.distributions)),
            trimmed=tuple(sorted(self.trimmed)),
            given=tuple(sorted(self.given)),
        )


@dataclass(slots=True)
class Notes:
    """The collection of one draft; ``choices`` are the user's, by id."""

    choices: Mapping[str, str] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    warnings: list[PlanWarning] = field(default_factory=list)
    allowed: Announced = field(default_factory=Announced)

    def under(self, choices: Mapping[str, str]) -> Notes:
        """What was noted so far, to be continued under some choices."""
        return Notes(choices, dict(self.decisions), list(self.warnings), self.allowed.copy())

    def wants(self, name: str, value: str) -> bool:
        """Did the user choose this value?"""
        return self.choices.get(name) == value

    def decide(self, name: str, rule: str, line: int | None, summary: str, reason: str) -> None:
        """Note something that the rewrite does without a choice; the first of a name stays."""
        self.decisions.setdefault(name, Decision(name, rule, line, summary, reason))

    def explain(self, name: str, reason: str) -> None:
        """Say why for something that is decided on already; nothing where it is not."""
        if name in self.decisions:
            self.decisions[name] = replace(self.decisions[name], reason=reason)

    def choose(
        self,
        choice: Choice,
        line: int | None,
        reason: str,
        *,
        about: str = "",
        offered: Mapping[str, str] | None = None,
        default: str = "",
    ) -> str:
        """Note a decision with alternatives and return the value that holds.

        Args:
            choice: the table's entry.
            line: of the original Dockerfile, where it is about one.
            reason: why this is asked, and what speaks for which value.
            about: what is decided on, where the table's heading is too general.
            offered: the values that apply here, with words that say more than the table's.
            default: what holds unless the user says otherwise, where that is not the table's.
        """
        alternatives = choice.alternatives(offered)
        words = {alternative.value: alternative.summary for alternative in alternatives}
        wanted = self.choices.get(choice.id)
        chosen = wanted if wanted in words else default or choice.default
        summary = f"{about or choice.about}: {words.get(chosen, '')}"
        self.decisions[choice.id] = Decision(
            choice.id, choice.rule, line, summary, reason, chosen, alternatives
        )
        return chosen

    def names(self, choice: Choice) -> tuple[str, ...]:
        """The names that the user gave to a choice that takes any, noted as a decision; empty for none."""
        value = self.choices.get(choice.id, NONE)
        if value == NONE:
            return ()
        reason = "A check of an earlier build found them missing, or you asked for them."
        self.choose(choice, None, reason, offered={value: value, NONE: "leave them out"}, default=value)
        return tuple(value.split(","))

    def warn(self, rule: str, line: int | None, text: str, cost: int = 0) -> None:
        """Note something that the user should know; once. ``cost`` are the bytes that it is about."""
        warning = PlanWarning(rule, line, text, cost)
        if warning not in self.warnings:
            self.warnings.append(warning)
