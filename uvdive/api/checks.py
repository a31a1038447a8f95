"""``uvdive.Check`` and its parts: rules held against an image (docs/check.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from uvdive.api.kept import kept
from uvdive.api.reports import Finding, finding
from uvdive.output.plain import well_formed

if TYPE_CHECKING:
    from uvdive.output.check import results as inner

Format = Literal["text", "json", "markdown", "sarif", "github", "gitlab", "junit"]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What came of a rule: ``max-size``, ``owners.uv``, ``packages.flask``, ``fail-level`` …

    ``status`` is ``passed``, ``failed``, ``warned``, ``skipped`` or ``unknown`` (it could not be told,
    which does not pass). ``limit`` and ``value`` are in ``unit``: a share is of one, a presence a truth.
    ``text`` says it in a sentence; ``line`` is the Dockerfile's that has the most to do with it.
    """

    id: str
    status: Literal["passed", "failed", "warned", "skipped", "unknown"]
    unit: Literal["bytes", "share", "count", "presence", "severity"]
    limit: int | float | str | bool | None
    value: int | float | bool | None
    line: int | None
    text: str


@dataclass(frozen=True, eq=False, repr=False)
class Check:
    """What a check came to. ``check`` makes it, nobody else does. ``str(check)`` says it as text."""

    _check: inner.Check

    def __repr__(self) -> str:
        told = "passed" if self.passed else f"{len(self.failures)} of {len(self.results)} rules failed"
        return f"<uvdive.Check: {told}>"

    @property
    def passed(self) -> bool:
        """Did every rule that could fail pass?"""
        return self._check.passed

    @kept
    def results(self) -> tuple[RuleResult, ...]:
        """What came of each rule."""
        from uvdive.output.check.words import sentence

        return tuple(
            RuleResult(
                each.id, each.status, each.unit, each.limit, each.value, each.line,
                well_formed(sentence(each)),
            )
            for checked in self._check.checked
            for each in checked.rules
        )  # fmt: skip

    @property
    def failures(self) -> tuple[RuleResult, ...]:
        """The rules that did not pass."""
        return tuple(each for each in self.results if each.status in ("failed", "unknown"))

    @kept
    def findings(self) -> tuple[Finding, ...]:
        """The image's findings that are not ignored."""
        return tuple(
            finding(each.finding)
            for checked in self._check.checked
            for each in checked.findings
            if not each.ignored
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What makes the result doubtful: a baseline of another image, platform or version."""
        return tuple(well_formed(each) for checked in self._check.checked for each in checked.warnings)

    def render(self, form: Format = "text") -> str:
        """The check as ``uvdive check --format`` prints it: for SARIF, JUnit, annotations …

        Raises:
            UsageError: there is no such format.
        """
        from uvdive.base.errors import UsageError
        from uvdive.output.check.forms.formats import NAMES, written

        if form not in NAMES:
            raise UsageError(f"There is no format {form}.", f"There are: {', '.join(NAMES)}.")
        return written(form, self._check)

    def to_dict(self) -> dict[str, Any]:
        """All of it as ``uvdive check --json`` prints it: ``uvdive.check/1`` (docs/json.md)."""
        from uvdive.output.check.forms.as_json import check_data

        return check_data(self._check)

    def __str__(self) -> str:
        return self.render("text").rstrip("\n")
