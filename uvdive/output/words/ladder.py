"""A plan's ladder in words: what each step comes to, and why one cannot be had."""

from __future__ import annotations

from uvdive.base.units import Units, size
from uvdive.rewrite.plan import RewritePlan, Rung

HEADING = "The ladder"


def steps(plan: RewritePlan, units: Units = "si") -> list[str]:
    """The sizes on the way down, the original's first; steps that cannot be had are left out."""
    if not plan.ladder or plan.predicted is None:
        return []
    found = [size(plan.predicted.before_bytes, units)]
    return found + [_step(rung, units) for rung in plan.ladder if not rung.why]


def _step(rung: Rung, units: Units) -> str:
    told = "?" if rung.predicted_bytes is None else size(rung.predicted_bytes, units)
    state = ", this plan" if rung.chosen else ", not proven" if rung.failed else ""
    return f"{told} ({rung.words}{state})"


def remarks(plan: RewritePlan) -> list[str]:
    """A sentence for each step that cannot be had, and for each that was built and not proven."""
    lacking = [f"{rung.words} cannot be had: {_closed(rung.why)}" for rung in plan.ladder if rung.why]
    failed = [f"{rung.words} is not proven: {_closed(rung.failed)}" for rung in plan.ladder if rung.failed]
    return [f"{line[0].upper()}{line[1:]}" for line in (*lacking, *failed)]


def why_none(plan: RewritePlan) -> str:
    """Why a plan has no steps, in a sentence; empty where it has some, and where nothing is rewritten."""
    if plan.ladder or plan.outcome == "refused":
        return ""
    if plan.outcome == "rewritten":
        told = "What a smaller base and trimming would save, only the built image tells."
        return told if plan.evidence == "static" else ""
    return "There is none: the stages stay as they are, and with them their bases and what they copy."


def _closed(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def taken(plan: RewritePlan) -> list[str]:
    """How each step is taken that is not this plan: its words, and what the command line takes."""
    return [
        f"{rung.words}: {' '.join(f'--choose {name}={value}' for name, value in rung.choices)}"
        for rung in plan.ladder
        if not (rung.why or rung.chosen) and rung.choices
    ]
