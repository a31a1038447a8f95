"""By the text alone: uv that the last stage has and needs for nothing but a start that does without (R45)."""

from __future__ import annotations

import re
from collections.abc import Callable

from uvdive.dockerfile.shell.reading import command_text
from uvdive.rewrite.advice import ADVICE
from uvdive.rewrite.elsewhere import Outside, commands_outside, serve_outside
from uvdive.rewrite.environment import EnvironmentFacts, environments_of_stage
from uvdive.rewrite.improve.work import Work
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.stages import steps_with_uv
from uvdive.rewrite.start import plan_start
from uvdive.rewrite.text import edits_in_place
from uvdive.uv.images import Reference, python_of
from uvdive.uv.mentions import mentions_uv

SUMMARY = "Leave uv out of the last stage"
REASON = "Nothing in it needs uv but the start, and that does without; everything else stays as it is."
_SYNCS = re.compile(r"--no-sync\b")


def leave_uv_out(work: Work, look: Callable[[], Outside]) -> None:
    """Take the COPYs of uv out, if there are any, and uv off the start.

    ``look`` looks for what starts the container from outside the Dockerfile.

    Raises:
        Refused: the start needs uv, or nobody knows.
    """
    steps = steps_with_uv(work.evidence)
    if not steps:
        return
    env = _environment(work) if _starts_without_sync(work) else None
    outside = look()
    start = None
    if env is not None:
        start = plan_start(work.evidence, env, None, work.notes, commands_outside(outside))
    if env is None or start is None or start.sync:
        raise Refused(
            "R45",
            "The last stage still has uv: this instruction puts uv into it. Copy only the environment and "
            "what the app needs into the last stage.",
            steps[0].line,
        )
    start = serve_outside(outside, work.evidence, None, start, work.notes)
    if start.scripts.copied_uv is None:
        note_left_out(work.notes, steps[0].line)
    for advise in ADVICE:
        advise(work.evidence, None, work.notes, divided=False)
    work.edits = edits_in_place(work.evidence, start, env, work.notes)
    work.others = tuple(start.scripts.changes)


def note_left_out(notes: Notes, line: int) -> None:
    """Say that uv goes, and let the judge know."""
    notes.decide("last-stage", "R45", line, SUMMARY, REASON)
    notes.allowed.owners.update(("uv", "uv-cache"))


def _starts_without_sync(work: Work) -> bool:
    """Does the file say what starts, and that it installs nothing?"""
    evidence = work.evidence
    steps = [step for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK") if (step := evidence.last(name))]
    if not any(step.keyword != "HEALTHCHECK" for step in steps):
        return False  # it is started from outside, perhaps by uv
    calls = [text for step in steps if mentions_uv(text := command_text(step.instruction))]
    tied = evidence.stages[-1].env.get("UV_NO_SYNC")
    return all(tied or _SYNCS.search(text) for text in calls)


def _environment(work: Work) -> EnvironmentFacts | None:
    """The one environment that the last stage copies to where it was made."""
    places = {
        path
        for copy in work.copies
        for path in environments_of_stage(work.evidence, copy.source or "")
        if copy.place_of(path) == path
    }
    if len(places) != 1:
        return None
    (path,) = places
    minor = python_of(Reference.read(work.evidence.base)) or ""
    return EnvironmentFacts(path, minor, folders=(path,))
