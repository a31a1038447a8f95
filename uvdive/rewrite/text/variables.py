"""Where the build's own variables stand: in front of all that they mean something to, and not further up.

A variable is part of what BuildKit keeps a RUN's layer under, so in front of a RUN that only installs
packages of the system it would have that run anew, though the original's build has the very layer.
"""

from __future__ import annotations

from collections.abc import Callable

from uvdive.dockerfile.stages import Stage
from uvdive.dockerfile.text.syntax import Instruction
from uvdive.dockerfile.variables import pairs
from uvdive.rewrite.text.parts import Parts


def stand_behind(parts: Parts, stage: Stage, stays: Callable[[Instruction], bool]) -> int:
    """The line of the instruction behind which the variables stand: FROM, or a RUN of those that follow it.

    Args:
        parts: what both stages get.
        stage: the first stage that builds.
        stays: is an instruction in the build as its author wrote it, with nothing in front of it?
    """
    line, bases, common = stage.source.line, parts.bases, parts.common
    if bases.builder or bases.uv_image or common.name or common.uv:
        return line  # on another image nothing is kept
    runs = {run.step.line: run for run in parts.runs}
    names = {name for name, _ in (*parts.build_env, *bases.env)}
    for node in stage.instructions:
        run = runs.get(node.line)
        if not stays(node) or (node.keyword == "RUN" and (run is None or not run.repeated_whole)):
            break
        if node.keyword in ("ENV", "ARG") and names.intersection(_named(node)):
            break  # the later one of two would hold
        if run is not None:
            line = node.line
    return line


def _named(node: Instruction) -> set[str]:
    nothing: dict[str, str] = {}
    return {name for name, _ in pairs(node.value, nothing.get)}
