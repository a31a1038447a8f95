"""An author's own stage without uv below the last one: the new last stage stands on it too (R28, R33)."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.dockerfile.stages import Stage, lineage
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.text.parts import Common, Parts
from uvdive.rewrite.text.runner import Line
from uvdive.uv.images import Reference
from uvdive.uv.mentions import mentions_uv

_SAME = frozenset({"ARG", "ENV", "RUN", "SHELL", "WORKDIR", "LABEL"})
"""Instructions of which the new last stage has the same by standing on their stage."""


def own_base(parts: Parts, prelude: Sequence[Line], whole: Sequence[Line]) -> Common | None:
    """The highest such stage whose instructions the new last stage would all repeat as they are.

    Args:
        parts: what both stages get.
        prelude: settings, packages and users, as the last stage would repeat them.
        whole: those of it that the build does in the same words, and nothing more.
    """
    evidence, bases = parts.evidence, parts.bases
    last = evidence.stages[-1]
    if last.parent is None or bases.builder is not None or bases.runner != evidence.base:
        return None
    same = {line.step.line for line in whole if line.step is not None}
    same |= {line.step.line for line in prelude if line.step is not None and _is_as_written(line)}
    found = None
    lines: set[int] = set()
    for stage in lineage(evidence.stages, last)[:-1]:
        own = {step.line for step in evidence.steps if step.stage == stage.index}
        if not _is_without_uv(stage) or not _are_repeated(evidence, stage, same):
            break
        lines |= own
        found = stage if stage.name else found
    if found is None or not any(step.keyword == "RUN" and step.line in lines for step in evidence.steps):
        return None
    chain = {stage.index for stage in lineage(evidence.stages, found)}
    return Common(
        name=found.name or "",
        lines=frozenset(step.line for step in evidence.steps if step.stage in chain),
        stage=found.index,
    )


def _is_without_uv(stage: Stage) -> bool:
    named = any(mentions_uv(instruction.value) for instruction in stage.instructions)
    return not named and not (stage.parent is None and Reference.read(stage.base).is_uv)


def _are_repeated(evidence: Evidence, stage: Stage, same: set[int]) -> bool:
    steps = [step for step in evidence.steps if step.stage == stage.index]
    return all(
        step.keyword in _SAME and (step.line in same or step.keyword not in ("RUN", "ENV")) for step in steps
    )


def _is_as_written(line: Line) -> bool:
    return line.step is not None and line.text.strip() == line.step.instruction.source.strip()
