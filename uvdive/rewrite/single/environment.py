"""The environment of a stage that stays whole: which Python it has does not matter (R61)."""

from __future__ import annotations

import posixpath
import re

from uvdive.dockerfile.shell.reading import command_text
from uvdive.rewrite.environment import (
    HIDDEN,
    OFFICIAL,
    EnvironmentFacts,
    check_pin,
    find_environment,
    is_prefix,
    nothing_installed,
    project_above,
    project_environment,
    settled,
)
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.calls import uv_calls
from uvdive.uv.images import Reference, python_of


def environment_in_place(evidence: Evidence, files: Files | None, notes: Notes) -> EnvironmentFacts:
    """The environment by the image, else by the text; without one the system's Python.

    Raises:
        Refused: R15 or R24, nothing is installed before the start; R50, the start takes another Python.
    """
    if files is not None:
        try:
            return settled(find_environment(evidence, files, notes), notes)
        except Refused as refused:
            if refused.rule in ("R15", "R24"):
                raise
    path = project_environment(evidence) or _hidden(evidence)
    if path is None and not _installs(evidence) and (nothing := nothing_installed(evidence)) is not None:
        raise nothing
    check_pin(evidence)
    if path is None or is_prefix(path):
        return EnvironmentFacts(OFFICIAL, _minor(evidence), system=True)
    return EnvironmentFacts(path, _minor(evidence), folders=(path,))


def _hidden(evidence: Evidence) -> str | None:
    """The environment that PATH names, else the project's, where a variable hides the call that makes it."""
    steps = [step for step in evidence.runs() if HIDDEN.search(command_text(step.instruction))]
    if not steps:
        return None
    folders = evidence.stages[-1].env.get("PATH", "").split(":")
    found = (re.fullmatch(r"(/.*venv)/bin/?", folder) for folder in folders)
    named = steps[-1].values.get("UV_PROJECT_ENVIRONMENT") or ".venv"
    own = posixpath.normpath(posixpath.join(steps[-1].workdir, named))
    return next((match[1] for match in found if match), own)


def _minor(evidence: Evidence) -> str:
    """The minor version of Python that the text asks for; empty where nothing does, and nobody knows."""
    asked = evidence.stages[-1].env.get("UV_PYTHON", "")
    found = re.search(r"(?<![\d.])3\.\d+", asked)
    return found[0] if found else python_of(Reference.read(evidence.base)) or ""


def _installs(evidence: Evidence) -> bool:
    for step in evidence.runs():
        calls = uv_calls(command_text(step.instruction), step.workdir)
        if calls is None or any(call.installs and call.name != "run" for call in calls):
            return True
    return False


def check_start(evidence: Evidence, env: EnvironmentFacts, removed: frozenset[str]) -> None:
    """Refuse where `uv run` starts in an environment that no instruction makes (R15)."""
    if not env.system or "uv run" not in removed or project_environment(evidence) is not None:
        return
    if evidence.context is not None and project_above(evidence, None, evidence.workdir) is None:
        return
    start = evidence.starter
    raise Refused(
        "R15",
        "The build installs into the system's Python, but `uv run` makes an environment of the project's own "
        "whenever a container starts, and the app runs in that one. Install with `uv sync`, or start the "
        "program without `uv run`.",
        start.line if start is not None else None,
    )
