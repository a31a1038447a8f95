"""What a rule's result says, in one plain sentence."""

from __future__ import annotations

from uvdive.base.units import Units, delta, size
from uvdive.output.check.results import Checked, RuleResult

_SUBJECTS = {
    "max-size": "The image",
    "warn-size": "The image",
    "max-pull-size": "What is pulled",
    "max-waste": "What is wasted",
    "max-user-waste": "The wasted share of what stands on the first layer",
    "min-efficiency": "The efficiency",
    "max-growth": "The growth since the baseline",
    "rewrite": "What a rewrite would save",
    "layers.count": "The number of layers",
}
OUTCOMES = {
    "rewritten": "has a rewrite, which uvdive rewrite shows",
    "improved": "has an improvement, which uvdive rewrite shows",
    "unchanged": "is as uvdive would write it",
    "refused": "has no rewrite",
}
"""What a plan came to, behind the Dockerfile's name."""


def subject(rule: RuleResult) -> str:
    """What a rule is about."""
    kind, _, name = rule.id.partition(".")
    if kind == "owners":
        return f"What belongs to {name}"
    if kind == "packages":
        return f"The package {name}"
    return _SUBJECTS[rule.id]


def amount(rule: RuleResult, value: float | str | None, units: Units = "si") -> str:
    """A limit or value in the rule's unit."""
    if value is None:
        return "unknown"
    grown = rule.id == "max-growth"
    if isinstance(value, str):
        return value
    if rule.unit == "bytes":
        return delta(int(value), units) if grown else size(int(value), units)
    if rule.unit == "share":
        return f"{'+' if grown and value > 0 else ''}{100 * value:.1f} %"
    return str(value)


def sentence(rule: RuleResult, units: Units = "si") -> str:
    """The result in one sentence."""
    if rule.status in ("skipped", "unknown"):
        return f"{'Not checked' if rule.status == 'skipped' else _UNKNOWN}: {rule.reason.rstrip('.')}."
    if rule.unit == "severity":
        return _found(rule)
    if rule.unit == "presence":
        cost = size(rule.bytes, units)
        return (
            f"{subject(rule)} is {f'in the image ({cost}), and must not be' if rule.value else 'not there'}."
        )
    if rule.id == "rewrite" and (rule.limit == 0 or not rule.value):
        return _rewrite(rule, units)
    return _compared(rule, units)


_UNKNOWN = "It can't be told"


def _found(rule: RuleResult) -> str:
    number = "No finding is" if not rule.value else "1 finding is" if rule.value == 1 else None
    worse = "" if rule.limit == "high" else " or worse"
    return f"{number or f'{rule.value} findings are'} {rule.limit}{worse}."


def _compared(rule: RuleResult, units: Units) -> str:
    """A value beside its limit."""
    value, limit = amount(rule, rule.value, units), amount(rule, rule.limit, units)
    if rule.unit == "share" and rule.bytes is not None:
        shown = delta(rule.bytes, units) if rule.id == "max-growth" else size(rule.bytes, units)
        value = f"{value} ({shown})"
    least = rule.id == "min-efficiency"
    if rule.status == "passed":
        return f"{subject(rule)} is {value}; at {'least' if least else 'most'} {limit} is wanted."
    return f"{subject(rule)} is {value}, {'below' if least else 'over'} the limit of {limit}."


def _rewrite(rule: RuleResult, units: Units) -> str:
    """The rule about a rewrite where it is about whether there is one."""
    if rule.status == "passed":
        return f"No rewrite: {rule.reason.rstrip('.') or 'it would save nothing'}."
    saved = f" that saves {size(rule.bytes, units)}" if rule.bytes else ""
    return f"There is a rewrite{saved}, and there must be none."


def headline(checked: Checked, units: Units = "si") -> str:
    """An image's size and platform, or what a Dockerfile's text came to."""
    if checked.error:
        return "can't be read"
    if checked.image is not None and checked.totals is not None:
        told = f"{size(checked.totals.file_bytes, units)}, {checked.image.platform}"
        if checked.baseline is not None:
            grown = checked.totals.file_bytes - checked.baseline.file_bytes
            told += f", {delta(grown, units)} since {checked.baseline.reference}"
        return told
    return OUTCOMES[checked.outcome] if checked.outcome is not None else "by its text"
