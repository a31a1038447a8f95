"""An environment that nothing builds: `uv run` makes it whenever a container starts (R15)."""

from __future__ import annotations

import posixpath
import re
import tomllib
from dataclasses import replace
from typing import Any

from uvdive.base.paths import upward
from uvdive.dockerfile.shell import command_text
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.environment.facts import EnvironmentFacts, find_environment
from uvdive.rewrite.evidence.context_files import context_text
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused, options
from uvdive.rewrite.plan import Decision
from uvdive.uv.images import Reference, python_of

_CARRIED = ("--no-dev", "--no-default-groups", "--compile-bytecode")
"""Options of `uv run` that its sync obeys and `uv sync` knows too."""

_LEAST = re.compile(r">=\s*(\d+)\.(\d+)")


def environment_of(evidence: Evidence, files: Files | None, notes: Notes) -> EnvironmentFacts:
    """The environment of the app, or the one that the build shall make in its place.

    Raises:
        Refused: as ``find_environment`` says.
    """
    try:
        return find_environment(evidence, files, notes)
    except Refused as refused:
        if refused.rule != "R15" or files is None:
            raise
        return _made_at_start(evidence, files, refused)


def _made_at_start(evidence: Evidence, files: Files, refused: Refused) -> EnvironmentFacts:
    """The environment that `uv run` would make, which the build shall make instead.

    Its Python must be the base's own, for another would be fetched, nobody knows which.

    Raises:
        Refused: ``refused``, or R15 with what is missing: project, lock or Python.
    """
    assert evidence.report is not None
    root = _project(evidence, files)
    if root is None:
        raise Refused(
            "R15",
            f"There is no pyproject.toml in {evidence.workdir} or above it, so `uv run` has no project to "
            "install. Start the program without `uv run`, or copy the project.",
            refused.line,
        )
    if files.follow(posixpath.join(root, "uv.lock")) is None:
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
    named = evidence.report.config.environ.get("UV_PROJECT_ENVIRONMENT") or ".venv"
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


def _project(evidence: Evidence, files: Files) -> str | None:
    """The folder of the project that uv finds from the work directory."""
    folders = upward(evidence.workdir)
    return next((f for f in folders if files.follow(posixpath.join(f, "pyproject.toml")) is not None), None)


def _settings(evidence: Evidence, root: str) -> dict[str, Any]:
    try:
        return tomllib.loads(context_text(evidence, posixpath.join(root, "pyproject.toml")) or "")
    except tomllib.TOMLDecodeError:
        return {}


def _check_python(evidence: Evidence, root: str, minor: str, line: int | None) -> None:
    """Refuse where uv would fetch a Python (R6, R50)."""
    wanted = str(_settings(evidence, root).get("project", {}).get("requires-python", ""))
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


def first_sync(
    evidence: Evidence, env: EnvironmentFacts, wanted: set[tuple[str, ...]], notes: Notes
) -> list[str]:
    """The `uv sync` that the build gets, with what `uv run` was told to install.

    The cache stays out of it, as nothing of the author's says where one may be (R42).
    """
    start = evidence.last("ENTRYPOINT") or evidence.last("CMD")
    line = None if start is None else start.line
    steps = [step for name in ("ENTRYPOINT", "CMD") if (step := evidence.last(name)) is not None]
    words = " ".join(command_text(step.instruction) for step in steps).split()
    environ = evidence.report.config.environ if evidence.report else {}
    lock = "--frozen" if "--frozen" in words else "--locked"
    if environ.get("UV_FROZEN") or environ.get("UV_LOCKED"):
        lock = ""
    told = [option for option in _CARRIED if option in words]
    if _has_dev(evidence, env.roots[0]) and "--no-dev" not in told and not environ.get("UV_NO_DEV"):
        decision = Decision(
            "dev-group",
            "R14",
            line,
            "The dev group",
            "`uv run` installs it at every start. Nothing in the text says that the app needs it; only its "
            "author knows.",
            alternatives=options(keep="install it, as `uv run` does", remove="leave it out (--no-dev)"),
        )
        if notes.choose(decision, "keep") == "remove":
            told.append("--no-dev")
    notes.decide(
        "first-sync",
        "R15",
        line,
        "Install everything in the build",
        f"Nothing in the build does: `uv run` made {env.path} anew whenever a container started.",
    )
    notes.warn(
        "R15",
        line,
        "The original has no environment until it starts, so the new size is unknown until it is built, and "
        "the original needs a network to start.",
    )
    notes.installs_at_start = True
    rest = [word for option in sorted(wanted) for word in option]
    built = [step for step in evidence.steps if step.keyword in ("RUN", "COPY", "ADD")]
    # A WORKDIR behind all of these is the final image's alone.
    place = [] if built and built[-1].workdir == evidence.workdir else ["--directory", env.roots[0]]
    return [" ".join(["RUN uv", *place, "sync", *filter(None, (lock,)), *told, *rest, "--no-cache"]) + "\n"]


def _has_dev(evidence: Evidence, root: str) -> bool:
    settings = _settings(evidence, root)
    groups = settings.get("dependency-groups", {})
    own = settings.get("tool", {}).get("uv", {}).get("dev-dependencies")
    return bool(groups.get("dev") or own)


def with_environment(copies: CopySet, env: EnvironmentFacts) -> CopySet:
    """The copies with the environment that the original lacks, where no folder of theirs holds it."""
    if not env.at_start or any(f"{env.path}/".startswith(f"{path.rstrip('/')}/") for path in copies.paths):
        return copies
    return replace(copies, paths=[env.path, *copies.paths])
