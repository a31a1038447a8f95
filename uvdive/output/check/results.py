"""What a check came to, frozen: each rule with its limit and value, each finding, for each image or file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from uvdive.base.errors import ExitCode
from uvdive.ledger.report import Finding, ImageInfo, Totals
from uvdive.rewrite.plan import Outcome

Status = Literal["passed", "failed", "warned", "skipped", "unknown"]
"""``unknown`` is a rule that nobody could hold against anything: it does not pass."""

Unit = Literal["bytes", "share", "count", "presence", "severity"]


@dataclass(frozen=True, slots=True)
class Cause:
    """A part of a number: ``kind`` says what (``package``, ``layer`` …); bytes may be a difference."""

    kind: str
    name: str
    bytes: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule. ``limit`` and ``value`` are in ``unit``; a share is of one, presence is a truth.

    ``bytes`` is the value in bytes where the unit is a share. ``line`` is the Dockerfile's that has
    the most to do with it. ``reason`` says why it was skipped, is not known, or what else there is to know.
    """

    id: str
    status: Status
    unit: Unit
    limit: int | float | str | bool | None
    value: int | float | bool | None
    line: int | None = None
    bytes: int | None = None
    reason: str = ""
    why: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingResult:
    """A finding; ``fails`` says that it is as grave as ``fail-level``, and not ignored."""

    finding: Finding
    fails: bool
    ignored: bool


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the image is held against."""

    reference: str
    platform: str
    tool_version: str
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Checked:
    """One image, or one Dockerfile by its text alone (then there is no ``image``).

    ``dockerfile`` is its path from the current folder. ``outcome`` is the plan's, where one was made,
    ``refusal`` why there is no rewrite. ``error`` is why nothing could be read, with the ``error_line``
    and the exit code that such an error has, ``error_code``.
    """

    name: str
    dockerfile: str | None = None
    image: ImageInfo | None = None
    totals: Totals | None = None
    baseline: Baseline | None = None
    rules: tuple[RuleResult, ...] = ()
    findings: tuple[FindingResult, ...] = ()
    outcome: Outcome | None = None
    refusal: str = ""
    warnings: tuple[str, ...] = ()
    error: str = ""
    error_line: int | None = None
    error_code: ExitCode = ExitCode.IMAGE

    @property
    def passed(self) -> bool:
        """Did every rule that could fail pass?"""
        return not self.error and all(rule.status not in ("failed", "unknown") for rule in self.rules)

    @property
    def exit_code(self) -> ExitCode:
        """What a check of this alone ends with."""
        if self.error:
            return self.error_code
        return ExitCode.DONE if self.passed else ExitCode.FAILED


@dataclass(frozen=True, slots=True)
class Check:
    """A whole run; ``source`` is the file of the rules, from the current folder; ``lines`` has theirs."""

    checked: tuple[Checked, ...]
    source: str | None = None
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Did everything pass?"""
        return all(each.passed for each in self.checked)

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with, the largest of all: what can't be read goes before what fails."""
        return max((each.exit_code for each in self.checked), default=ExitCode.DONE)
