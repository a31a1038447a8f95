"""Which refusals of the multi-stage form say nothing against a stage that stays whole (R61)."""

from __future__ import annotations

from uvdive.dockerfile.stages import lineage
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.stages import steps_with_uv

_NO_MATTER = frozenset(
    (
        *("R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R12", "R17", "R27", "R28", "R29"),
        *("R32", "R33", "R34", "R35", "R36", "R41", "R43", "R44", "R45"),
    )
)
"""They tell that something cannot be carried to another stage; a stage that stays whole has all of it."""

_BROKEN = frozenset({"R1", "R3", "R8", "R9", "R10", "R45"})
"""With an image they tell that it does not work as it is."""


def may_stay_single(evidence: Evidence, refused: Refused) -> bool:
    """Can the last stage do without uv, although it cannot be divided?

    One that copies its environment from another stage needs no uv in the build: it is not for this room.
    """
    if refused.rule not in _NO_MATTER or evidence.shared or steps_with_uv(evidence):
        return False
    return evidence.report is None or refused.rule not in _BROKEN


def with_targets(evidence: Evidence, refused: Refused) -> Refused:
    """The refusal, with the targets that keep the stage from going without uv."""
    if not evidence.shared or refused.rule not in _NO_MATTER:
        return refused
    chain = {stage.index for stage in lineage(evidence.stages, evidence.stages[-1])}
    others = [s.name or str(s.index) for s in evidence.stages if s.parent in chain and s.index not in chain]
    reason = (
        f"{refused} uv cannot be mounted in its place either, as {', '.join(others)} "
        f"{'stands' if len(others) == 1 else 'stand'} on the same stage: give uv to each by its own mount."
    )
    return Refused(refused.rule, reason, refused.line, by_image=refused.by_image)
