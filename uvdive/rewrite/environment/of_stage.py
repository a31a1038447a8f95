"""Where another stage makes its environment, by the text alone (R7)."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.stages import Stage, lineage
from uvdive.dockerfile.steps import walk
from uvdive.dockerfile.variables import expand
from uvdive.rewrite.environment.which import is_prefix, project_environment
from uvdive.rewrite.evidence.steps import Evidence

_VENV = re.compile(r"-m\s+(?:venv|virtualenv)\s+(?:--\S+\s+)*(?P<path>[^\s;&|-][^\s;&|]*)")


def stage_called(evidence: Evidence, name: str) -> Stage | None:
    """The stage that ``--from`` names or numbers; None for an image."""
    if name.isdigit() and int(name) < len(evidence.stages):
        return evidence.stages[int(name)]
    return next((s for s in reversed(evidence.stages) if s.name == name.lower()), None)


def within(evidence: Evidence, stage: Stage) -> Evidence:
    """The evidence of another stage's text: its steps, and those of the stages that it stands on."""
    chain = {each.index for each in lineage(evidence.stages, stage)}
    steps = tuple(s for s in walk(evidence.stages, evidence.dockerfile.escape) if s.stage in chain)
    return replace(evidence, steps=steps, report=None, store=None, system=None)


def environments_of_stage(evidence: Evidence, name: str) -> frozenset[str]:
    """The absolute paths of the environments that a stage makes by its text; none of what is no stage."""
    stage = stage_called(evidence, name)
    if stage is None:
        return frozenset()
    theirs = within(evidence, stage)
    found = {project_environment(theirs)} - {None}
    for step in theirs.runs():
        for match in _VENV.finditer(command_text(step.instruction)):
            path = expand(match["path"], step.values.get)
            found.add(posixpath.normpath(posixpath.join(step.workdir, path)))
    return frozenset(path for path in found if path and not is_prefix(path))
