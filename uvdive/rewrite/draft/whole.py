"""Drafts of a file whose last stage stays whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from uvdive.rewrite.advice import ADVICE, warn_never_installed
from uvdive.rewrite.builder import build_sync, full_sync, weigh
from uvdive.rewrite.draft.steps import start_of, weigh_in_place
from uvdive.rewrite.draft.value import Draft
from uvdive.rewrite.elsewhere import Outside, commands_outside, serve_outside
from uvdive.rewrite.environment import settled, warn_draft
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.improve import Improved, Work, improve, note_left_out
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.plan import Outcome
from uvdive.rewrite.single import check_start, environment_in_place, mount_uv
from uvdive.rewrite.stages import check_single
from uvdive.rewrite.start import plan_start, warn_outside_environment
from uvdive.rewrite.study import Study
from uvdive.rewrite.text import edits_in_place, note_left_comments


def in_place(study: Study, notes: Notes) -> Draft | None:
    """The draft that only takes uv out of the last stage; None where that stage has to be divided."""
    evidence = study.evidence
    env = settled(study.found, notes)
    start = start_of(study, env, notes)
    if start.sync:
        return None
    warn_never_installed(evidence, start, notes)
    weigh_in_place(study, env, start, notes)
    if start.scripts.copied_uv is None:
        note_left_out(notes, study.with_uv[0].line)
    edits = edits_in_place(evidence, start, env, notes)
    improved = improve(evidence, study.files, notes, lambda: study.outside, without_uv=edits)
    return replace(_improved(improved, notes), changes=tuple(start.scripts.changes))


def finished(
    evidence: Evidence,
    files: Files | None,
    outside: Callable[[], Outside],
    choices: Mapping[str, str],
) -> Draft:
    """The draft of a file whose stages stay as they are; ``unchanged`` where nothing is mended.

    Raises:
        Refused: uv is in the last stage, and its start needs it.
    """
    notes = Notes(choices)
    return _improved(improve(evidence, files, notes, outside), notes)


def mounted(
    evidence: Evidence, files: Files | None, outside: Outside, why: Refused, choices: Mapping[str, str]
) -> Draft:
    """The draft of a file whose only stage stays one, as ``why`` says; uv is mounted for the build (R61).

    Raises:
        Refused: uv has to stay in the image, or cannot be told from the rest.
    """
    notes = Notes(choices)
    check_single(evidence)
    env = environment_in_place(evidence, files, notes)
    start = plan_start(evidence, env, files, notes, commands_outside(outside), is_alone=not outside.slots)
    check_start(evidence, env, start.removed)
    start = serve_outside(outside, evidence, files, start, notes)
    warn_outside_environment(evidence, env, start.removed, notes)
    warn_never_installed(evidence, start, notes)
    work = Work(evidence, files, notes)
    last = build_sync(work.runs)
    line = last.step.line if last is not None else None
    selection = last.selection if last is not None else None
    at_start = weigh(evidence, env, files, start.calls, selection, line, notes)
    sync = full_sync(evidence, env, last, at_start, notes, start.sync)
    for advise in ADVICE:
        advise(evidence, files, notes, divided=False)
    if evidence.report is None:
        warn_draft(notes)
    found = mount_uv(work, env, start, sync, why, outside.programs)
    note_left_comments(found.writer, notes)
    outcome: Outcome = "improved" if found.changes else "unchanged"
    return Draft(notes, found.writer, found.prediction, tuple(start.scripts.changes), outcome=outcome)


def _improved(found: Improved, notes: Notes) -> Draft:
    outcome: Outcome = "improved" if found.changes else "unchanged"
    prediction = found.prediction if found.changes else None
    note_left_comments(found.writer, notes)
    return Draft(notes, found.writer, prediction, found.others, outcome=outcome)
