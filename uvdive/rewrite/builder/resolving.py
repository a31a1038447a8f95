"""What makes two builds of one file differ: no lock (R16)."""

from __future__ import annotations

import os
from pathlib import Path

from uvdive.dockerfile.shell import command_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.uv.calls import calls_sync, uv_calls
from uvdive.uv.selection import is_set

_ELSEWHERE = frozenset({"node_modules", ".venv", "venv", ".git", "__pycache__"})
_FOLDERS = 2000


def warn_resolving(evidence: Evidence, notes: Notes) -> None:
    """Say where a later build may install other versions, or cannot build at all."""
    syncs = [step for step in evidence.runs() if calls_sync(command_text(step.instruction))]
    context = evidence.context
    if not syncs or context is None or _has_lock(context):
        return
    last = syncs[-1]
    calls = uv_calls(command_text(last.instruction), last.workdir) or ()
    told = [option for call in calls if call.name == "sync" for option in call.words]
    strict: str | None = next((word for word in ("--frozen", "--locked") if word in told), None)
    if strict is None and (is_set(last.values, "UV_FROZEN") or is_set(last.values, "UV_LOCKED")):
        strict = "UV_FROZEN" if is_set(last.values, "UV_FROZEN") else "UV_LOCKED"
    if strict is not None and evidence.report is None:
        notes.warn(
            "R16",
            last.line,
            f"There is no uv.lock, without which `uv sync` fails ({strict}): run `uv lock` and copy the "
            "file.",
        )
        return
    notes.warn(
        "R16",
        last.line,
        "There is no uv.lock, so a later build may install other versions: run `uv lock` and copy the file.",
    )


def _has_lock(context: Path) -> bool:
    """Is there a uv.lock in a folder or below it, as far as one looks in reasonable time?"""
    for number, (_, folders, names) in enumerate(os.walk(context)):
        if "uv.lock" in names:
            return True
        if number > _FOLDERS:
            break
        folders[:] = [name for name in folders if name not in _ELSEWHERE]
    return False
