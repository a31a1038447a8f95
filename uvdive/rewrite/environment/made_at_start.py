"""An environment that nothing builds: `uv run` makes it whenever a container starts (R15)."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from uvdive.base import toml
from uvdive.base.paths import upward
from uvdive.rewrite.environment.facts import EnvironmentFacts, find_environment, warn_draft
from uvdive.rewrite.environment.which import Found
from uvdive.rewrite.evidence.context_files import context_text, is_copied
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.images import Reference, python_of

_LEAST = re.compile(r">=\s*(\d+)\.(\d+)")


def environment_of(evidence: Evidence, files: Files | None, notes: Notes) -> Found | EnvironmentFacts:
    """The environment of the app, or the one that the build shall make in its place.

    Raises:
        Refused: as ``find_environment`` says.
    """
    try:
        return find_environment(evidence, files, notes)
    except Refused as refused:
        if refused.rule != "R15":
            raise
        found = _made_at_start(evidence, files, refused)
        if files is None:
            warn_draft(notes)
        return found


def _made_at_start(evidence: Evidence, files: Files | None, refused: Refused) -> EnvironmentFacts:
    """The environment that `uv run` would make, which the build shall make instead.

    Its Python must be the base's own, for another would be fetched, nobody knows which.

    Raises:
        Refused: ``refused``, or R15 with what is missing: project, lock or Python.
    """
    root = _project(evidence, files)
    if root is None:
        raise Refused(
            "R15",
            f"There is no pyproject.toml in {evidence.workdir} or above it, so `uv run` has no project to "
            "install. Start the program without `uv run`, or copy the project.",
            refused.line,
        )
    if not _holds(evidence, files, posixpath.join(root, "uv.lock")):
        raise Refused(
            "R15",
            "`uv run` makes the environment whenever a container starts, without a uv.lock: to build it "
            "would freeze the versions that happen to be the newest today. Run `uv lock`, and copy the file.",
            refused.line,
        )
    minor = python_of(Reference.read(evidence.base))
    if minor is None:
        raise refused
    _check_python(evidence, root, minor, refused.line)
    environ = evidence.report.config.environ if evidence.report else evidence.stages[-1].env
    named = environ.get("UV_PROJECT_ENVIRONMENT") or ".venv"
    path = posixpath.normpath(posixpath.join(root, named))
    return EnvironmentFacts(
        path=path,
        minor=minor,
        version=None,
        interpreter=None,
        managed_home=None,
        build="",
        uv_version=None,
        scripts=None,
        roots=(root,),
        folders=(path,),
        at_start=True,
    )


def _holds(evidence: Evidence, files: Files | None, path: str) -> bool:
    """Is the file in the image, or in one that is built by the text?"""
    return is_copied(evidence, path) if files is None else files.follow(path) is not None


def _project(evidence: Evidence, files: Files | None) -> str | None:
    """The folder of the project that uv finds from the work directory."""
    folders = upward(evidence.workdir)
    return next((f for f in folders if _holds(evidence, files, posixpath.join(f, "pyproject.toml"))), None)


def project_settings(evidence: Evidence, root: str) -> dict[str, Any]:
    """The project file of a folder, as the build context has it; empty where it cannot be read."""
    try:
        return toml.loads(context_text(evidence, posixpath.join(root, "pyproject.toml")) or "")
    except toml.TomlError:
        return {}


def _check_python(evidence: Evidence, root: str, minor: str, line: int | None) -> None:
    """Refuse where uv would fetch a Python (R6, R50)."""
    wanted = str(project_settings(evidence, root).get("project", {}).get("requires-python", ""))
    least = _LEAST.search(wanted)
    pin = re.match(r"\s*(?:cpython@?)?(\d+\.\d+)", context_text(evidence, ".python-version") or "")
    too_old = least and (int(least[1]), int(least[2])) > tuple(map(int, minor.split(".")))
    if too_old or (pin and pin[1] != minor):
        said = f".python-version says {pin[1]}" if pin and pin[1] != minor else f"requires-python is {wanted}"
        raise Refused(
            "R15",
            f"`uv run` fetches a Python at every start: the base has {minor}, and {said}. Start from the "
            "python image of that version.",
            line,
        )
