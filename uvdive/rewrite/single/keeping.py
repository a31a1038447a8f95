"""Where uv has to stay in a stage that cannot be divided: what for, or that it is refused (R24, R61)."""

from __future__ import annotations

from dataclasses import replace

from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.plan import Decision
from uvdive.rewrite.start import Start

_OUTSIDE, _SCRIPTS = "uv-elsewhere", "start-scripts"


def note_kept(evidence: Evidence, start: Start, why: Refused, notes: Notes) -> None:
    """Note that uv stays as it is, as no file says what starts the container.

    Raises:
        Refused: R24, something is known to call uv, or may; or a stand-in is asked for.
    """
    unstarted = evidence.starter is None
    asked = notes.decisions.get(_OUTSIDE)
    if not unstarted or asked is None or start.scripts.shim is not None or len(asked.alternatives) < 2:
        raise _needed(notes, why)
    notes.decisions[_OUTSIDE] = replace(asked, summary=f"{_head(asked)}: uv stays as it is")
    notes.allowed.config.difference_update(f"Env:{name}" for name, _ in start.scripts.kept)
    notes.warn(
        "R24",
        asked.line,
        "uv stays in the image, as no file says what starts the container. If that never calls uv, choose "
        "uv-elsewhere=patch: uv is then mounted for the build alone.",
    )


def note_free(found: Notes, notes: Notes) -> None:
    """Note that all stays as it is, as what starts installs by uv: ``found`` has what was decided on that."""
    asked = found.decisions[_OUTSIDE]
    why = asked.reason.partition(". ")[2]
    notes.decisions[_OUTSIDE] = replace(
        asked,
        summary=f"{_head(asked)}: uv stays as it is",
        reason=f"{why} A stage of its own for the build would save nothing but uv's cache.",
    )


def _head(decision: Decision) -> str:
    return decision.summary.partition(":")[0]


def _needed(notes: Notes, why: Refused) -> Refused:
    """What calls uv, so that it has to stay, and what to do about it."""
    script, outside = notes.decisions.get(_SCRIPTS), notes.decisions.get(_OUTSIDE)
    if script is not None:
        detail = script.reason.rpartition("; ")[2]
        unread = "nobody knows" in detail
        do = (
            "Name the folder of the build with --context, or plan with the image (leave out --static)."
            if unread
            else "Call the environment's programs there, without uv."
        )
        return Refused("R24", f"{_head(script)}, so uv has to stay in the image: {detail} {do}", script.line)
    what = _head(outside) if outside is not None else "What starts the container may call uv"
    needs = outside.reason.partition(". ")[2] if outside is not None else ""
    said = f" {needs}" if " needs uv: " in needs else ""
    return Refused(
        "R24", f"{what}, so uv has to stay in the image.{said} Name the programs there without uv.", why.line
    )
