"""What uv installed beside the environment, and names that mean another stage afterwards (R41, R44)."""

from __future__ import annotations

import re

from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.steps import Evidence, command_text

_TOOL = re.compile(r"\buv\s+tool\s+install\b")


def check_tools(evidence: Evidence) -> None:
    """Refuse an image with tools of uv's: their environments belong to uv and would stay behind.

    Raises:
        Refused: R41.
    """
    line = next((run.line for run in evidence.runs() if _TOOL.search(command_text(run.instruction))), None)
    names = []
    if evidence.report is not None:
        names = [
            component.name
            for component in evidence.report.owner("uv").components
            if component.kind == "tool" and component.live_bytes
        ]
    if names or line is not None:
        what = ", ".join(sorted(set(names))) or "a tool"
        raise Refused(
            "R41",
            f"`uv tool install` put {what} into the image, in an environment of its own, which the rewrite "
            "can't move yet. Make it a dependency of the project, or install it in a stage of its own.",
            line,
        )


def warn_stage_name(evidence: Evidence, notes: Notes) -> None:
    """Say that the author's stage name now means the build stage, for those who build with --target."""
    name = evidence.stages[0].name
    if name:
        notes.warn(
            "R44",
            evidence.stages[0].source.line,
            f"The stage {name} is the build stage now: leave --target {name} out to get the final image.",
        )
