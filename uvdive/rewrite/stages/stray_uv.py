"""uv in a last stage that needs it for nothing but the start (R45)."""

from __future__ import annotations

import posixpath

from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.environment import uv_bytes
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.images import Reference
from uvdive.uv.mentions import brings_uv, mentions_uv


def steps_with_uv(evidence: Evidence) -> tuple[Step, ...]:
    """The COPYs that bring uv, where nothing but the start can want it; empty where something may."""
    last = evidence.stages[-1]
    if len(evidence.stages) == 1 or last.parent is not None or Reference.read(last.base).is_uv:
        return ()
    bring = tuple(step for step in evidence.steps if brings_uv(step.instruction))
    if not bring or not all(_only_uv(step) for step in bring):
        return ()
    others = (step for step in evidence.steps if step.keyword == "RUN" and step not in bring)
    if any(mentions_uv(command_text(step.instruction)) for step in others):
        return ()
    report = evidence.report
    if report is None:
        return bring
    layers = [step.layer for step in bring if step.layer is not None]
    found = sum(report.layers[layer].owners.get("uv", 0) for layer in layers)
    return bring if found == uv_bytes(report) else ()


def _only_uv(step: Step) -> bool:
    """Does the instruction copy uv and nothing else?"""
    words = step.instruction.exec_form or tuple(step.instruction.arguments.split())
    names = {posixpath.basename(word) for word in words[:-1]}
    return step.keyword == "COPY" and bool(names) and names <= {"uv", "uvx"}
