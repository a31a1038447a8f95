"""The host's own .venv, which a COPY of the whole folder brings along (R40)."""

from __future__ import annotations

from uvdive.dockerfile.shell import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.evidence.context_files import ignores, sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.plan import FileChange
from uvdive.uv.calls import calls_sync

_FILE = ".dockerignore"


def keep_host_environment_out(evidence: Evidence, notes: Notes) -> tuple[FileChange, ...]:
    """Offer to leave .venv out of the context; what that changes, nothing by default.

    Where the copy comes after the sync, the host's .venv would go over the one of the
    build, which is warned of.
    """
    found = _whole_copy(evidence)
    if found is None or evidence.context is None:
        return ()
    step, synced = found
    others = [path for path in evidence.context.glob("*.dockerignore") if path.name != _FILE]
    chosen = "keep"
    if not others:  # BuildKit may read one of those in its place
        chosen = notes.choose(
            CHOICES["dockerignore"],
            step.line,
            "This copies the whole folder, and .dockerignore does not leave .venv out.",
        )
    if chosen == "add":
        return (_with_line(evidence),)
    if synced:
        notes.warn(
            "R40",
            step.line,
            "This copies the folder's own .venv over the one of the build where there is one: "
            "put .venv into .dockerignore" + ("." if others else ", or choose dockerignore=add."),
        )
    return ()


def _whole_copy(evidence: Evidence) -> tuple[Step, bool] | None:
    """The first COPY of the whole folder with .venv, and whether a sync came before; one behind it counts."""
    if evidence.context is None or ignores(evidence.context, ".venv"):
        return None
    synced, first = False, None
    for step in evidence.steps:
        synced = synced or (step.keyword == "RUN" and calls_sync(command_text(step.instruction)))
        if step.keyword not in ("COPY", "ADD") or step.instruction.flag("from") is not None:
            continue
        if any(source.rstrip("/") == "." for source in sources(step)[0]):
            if synced:
                return step, True
            first = first or step
    return None if first is None else (first, False)


def _with_line(evidence: Evidence) -> FileChange:
    assert evidence.context is not None
    path = evidence.context / _FILE
    old = path.read_text("utf-8", "surrogateescape") if path.is_file() else ""
    new = f"{old}{'' if not old or old.endswith(chr(10)) else chr(10)}.venv\n"
    return FileChange.of(_FILE, old, new)
