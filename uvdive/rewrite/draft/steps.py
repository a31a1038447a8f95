"""Steps that drafts of both ways take: the start, and what it did to the environment."""

from __future__ import annotations

from uvdive.rewrite.builder import AtStart, build_sync, check_other_stages, sync_of_other_stages, weigh
from uvdive.rewrite.elsewhere import serve_outside
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.start import Start, plan_start, warn_outside_environment
from uvdive.rewrite.study import Study


def start_of(study: Study, env: EnvironmentFacts, notes: Notes) -> Start:
    """How the new image starts, by itself and from outside."""
    start = plan_start(
        study.evidence, env, study.files, notes, study.commands, is_alone=not study.outside.slots
    )
    start = serve_outside(study.outside, study.evidence, study.files, start, notes)
    warn_outside_environment(study.evidence, env, start.removed, notes)
    return start


def weigh_start(study: Study, env: EnvironmentFacts, start: Start, notes: Notes) -> AtStart:
    """What the start did to the environment, which the build does now (R14)."""
    if env.at_start:
        return AtStart(start.calls)
    last = build_sync(study.runs)
    if last is not None:
        return weigh(study.evidence, env, study.files, start.calls, last.selection, last.step.line, notes)
    return weigh_in_place(study, env, start, notes, divided=True)


def weigh_in_place(
    study: Study, env: EnvironmentFacts, start: Start, notes: Notes, *, divided: bool = False
) -> AtStart:
    """The same where no sync of the last stage's own makes the environment."""
    evidence, other = study.evidence, sync_of_other_stages(study.evidence)
    command = evidence.starter
    line = other[0] if other else command.line if command else None
    selection = other[2] if other else None
    found = weigh(
        evidence, env, study.files, start.calls, selection, line, notes, divided=divided and other is None
    )
    check_other_stages(evidence, start.removed, found, divided=divided)
    return found
