"""An environment that nothing builds: `uv run` makes it whenever a container starts (R15)."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from uvdive.base import toml
from uvdive.base.paths import upward
from uvdive.dockerfile.shell.reading import command_text
from uvdive.rewrite.environment.by_text import warn_draft
from uvdive.rewrite.environment.facts import EnvironmentFacts
from uvdive.rewrite.environment.find import find_environment
from uvdive.rewrite.environment.which import Found
from uvdive.rewrite.evidence.files.context_files import context_text, is_copied
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.images import Reference, python_of
from uvdive.uv.lock import as_table
from uvdive.uv.mentions import brings_uv

_FETCHED = re.compile(r"://|\.t(?:ar|gz|bz2|xz|zst)\b|\.git\b")
_MAKES = re.compile(r"pyproject|\buv\s+init\b|\b(?:git|curl|wget|tar|unzip|svn|hg|copier|cookiecutter)\b")
"""What may bring a project: by its name, or from elsewhere."""

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
    root = project_above(evidence, files, evidence.workdir)
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
    return EnvironmentFacts(path, minor, roots=(root,), folders=(path,), at_start=True)


def _holds(evidence: Evidence, files: Files | None, path: str) -> bool:
    """Is the file in the image, or in one that is built by the text?"""
    return is_copied(evidence, path) if files is None else files.follow(path) is not None


def project_above(evidence: Evidence, files: Files | None, folder: str) -> str | None:
    """The folder of the project that uv finds from a folder of the image; None where none is known."""
    above = upward(folder)
    return next((f for f in above if _holds(evidence, files, posixpath.join(f, "pyproject.toml"))), None)


def project_settings(evidence: Evidence, root: str) -> dict[str, Any]:
    """The project file of a folder, as the build context has it; empty where it cannot be read."""
    try:
        return toml.loads(context_text(evidence, posixpath.join(root, "pyproject.toml")) or "")
    except toml.TomlError:
        return {}


def has_dev(evidence: Evidence, root: str) -> bool | None:
    """Has a project a dev group? None where its file cannot be read."""
    settings = project_settings(evidence, root)
    if not settings:
        return None
    groups = settings.get("dependency-groups")
    own = as_table(as_table(settings.get("tool")).get("uv")).get("dev-dependencies")
    return bool(as_table(groups).get("dev") or own)


def is_package(evidence: Evidence, root: str) -> bool | None:
    """Does uv build and install a folder's project itself? None where its file cannot be read.

    https://docs.astral.sh/uv/concepts/projects/config/#project-packaging
    """
    settings = project_settings(evidence, root)
    if not settings:
        return None
    said = as_table(as_table(settings.get("tool")).get("uv")).get("package")
    return said if isinstance(said, bool) else "build-system" in settings


def lacks_project(evidence: Evidence, folder: str) -> bool:
    """Is it plain from the text and the context that no project file is in a folder or above it?"""
    if evidence.context is None:
        return False
    if project_above(evidence, None, folder) is not None:
        return False
    copies = (step for step in evidence.steps if step.keyword in ("COPY", "ADD"))
    brought = any(
        (step.instruction.flag("from") is not None and not brings_uv(step.instruction))
        or step.instruction.heredocs
        or (step.keyword == "ADD" and _FETCHED.search(step.instruction.arguments))
        for step in copies
    )
    return not brought and not any(_MAKES.search(command_text(step.instruction)) for step in evidence.runs())


def _check_python(evidence: Evidence, root: str, minor: str, line: int | None) -> None:
    """Refuse where uv would fetch a Python (R6, R50)."""
    wanted = str(as_table(project_settings(evidence, root).get("project")).get("requires-python", ""))
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
