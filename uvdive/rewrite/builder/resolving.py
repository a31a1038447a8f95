"""What makes two builds of one file differ, no lock (R16), and a sync without a project (R49)."""

from __future__ import annotations

from uvdive.dockerfile.shell.reading import command_text
from uvdive.rewrite.evidence.files.locks import LOCK, PROJECT, lacks
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.uv.calls import calls_sync, uv_calls
from uvdive.uv.selection import is_set


def warn_resolving(evidence: Evidence, notes: Notes) -> None:
    """Say where a later build may install other versions, or cannot build at all."""
    syncs = [step for step in evidence.runs() if calls_sync(command_text(step.instruction))]
    if not syncs:
        return
    last = syncs[-1]
    if evidence.report is None and lacks(evidence, syncs, PROJECT) and not _makes_projects(evidence):
        notes.warn(
            "R49",
            last.line,
            "The sync finds no pyproject.toml in its folder or above, without which it fails: the build "
            "context is another folder (name it with --context), or the file is missing in it.",
        )
    if not lacks(evidence, syncs, LOCK):
        return
    calls = uv_calls(command_text(last.instruction), last.workdir) or ()
    told = [option for call in calls if call.name == "sync" for option in call.words]
    strict: str | None = next((word for word in ("--frozen", "--locked") if word in told), None)
    if strict is None and (is_set(last.values, "UV_FROZEN") or is_set(last.values, "UV_LOCKED")):
        strict = "UV_FROZEN" if is_set(last.values, "UV_FROZEN") else "UV_LOCKED"
    if strict is not None and evidence.report is None:
        notes.warn(
            "R16",
            last.line,
            f"The sync finds no uv.lock in its folder or above, without which it fails ({strict}): run "
            "`uv lock` and copy the file.",
        )
        return
    notes.warn(
        "R16",
        last.line,
        "The sync finds no uv.lock in its folder or above, so a later build may install other versions: "
        "run `uv lock` and copy the file.",
    )


def _makes_projects(evidence: Evidence) -> bool:
    """Does the build make a project itself (`uv init`)?"""
    texts = (command_text(step.instruction) for step in evidence.runs())
    return any(call.name == "init" for text in texts for call in uv_calls(text) or ())
