"""Names that mean another stage afterwards (R44)."""

from __future__ import annotations

from uvdive.rewrite.notes import Notes
from uvdive.rewrite.steps import Evidence


def warn_stage_name(evidence: Evidence, notes: Notes) -> None:
    """Say that the author's stage name now means the build stage, for those who build with --target."""
    name = evidence.stages[0].name
    if name:
        notes.warn(
            "R44",
            evidence.stages[0].source.line,
            f"The stage {name} is the build stage now: leave --target {name} out to get the final image.",
        )
