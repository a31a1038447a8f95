"""The environment that the app runs in, and the interpreter behind it (R1, R7, R9)."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from uvdive.ledger.report import Environment
from uvdive.rewrite.images import Reference, python_of
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.steps import Evidence, command_text

_MANAGED = re.compile(r"(?P<home>/.*?)/(?P<build>(?P<kind>cpython|pypy|graalpy)-(?P<version>[\d.]+)[^/]*)/")


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """``minor`` is ``3.13``; ``version`` the full one where it is known.

    ``managed_home`` is the folder of uv's Pythons (``…/uv/python``), None for an
    interpreter that the image itself has; ``build`` is the managed build's folder.
    ``scripts`` are the environment's console scripts, None without an image.
    """

    path: str
    minor: str
    version: str | None
    interpreter: str | None
    managed_home: str | None
    build: str
    uv_version: str | None
    scripts: frozenset[str] | None
    roots: tuple[str, ...]

    @property
    def bin(self) -> str:
        """The environment's folder of programs."""
        return f"{self.path}/bin"


def project_environment(evidence: Evidence) -> str | None:
    """Where ``uv sync`` puts the environment by the text (R7): None where nothing syncs."""
    for step in reversed(evidence.runs()):
        text = command_text(step.instruction)
        if re.search(r"\buv\s+(?:\S+\s+)*?sync\b|\buv\s+venv\b", text):
            named = step.values.get("UV_PROJECT_ENVIRONMENT", ".venv")
            return posixpath.normpath(posixpath.join(step.workdir, named))
    return None


def find_environment(evidence: Evidence, notes: Notes) -> EnvironmentFacts:
    """The environment of the app.

    Raises:
        Refused: there is none (R7), more than one (R9), it is the system's (R10), or
            its interpreter is not there (R1).
    """
    if evidence.report is None:
        return _from_text(evidence, notes)
    venvs = [env for env in evidence.report.environments if env.kind == "venv"]
    if not venvs:
        raise Refused(
            "R10",
            "The image has no virtual environment: packages are in the system's Python or not installed at "
            "all. "
            "Install them with `uv sync`, which makes a .venv.",
        )
    if len(venvs) > 1:
        names = " and ".join(env.path for env in venvs)
        raise Refused(
            "R9", f"The image has more than one environment ({names}). Keep the one that the app runs in."
        )
    return _from_report(venvs[0], evidence)


def _from_report(env: Environment, evidence: Evidence) -> EnvironmentFacts:
    if env.interpreter_path is None or not env.python:
        raise Refused(
            "R1",
            f"{env.interpreter} leads to nothing ({' -> '.join(env.hops)}): the environment has no "
            "interpreter. "
            "Make the image that it was built in and the image that it runs in agree on the Python.",
        )
    managed = _MANAGED.match(env.interpreter_path)
    version = env.python
    if managed and managed["version"].count(".") == 2:
        version = managed["version"]
    home = managed["home"] if managed else None
    if home is None and not env.interpreter_path.startswith("/usr/local/bin/python"):
        raise Refused(
            "R5",
            f"The environment runs on {env.interpreter_path}, which an OS package or somebody else's image "
            "put there; moving it to another base is not supported yet. Use a python:X.Y-slim base.",
            evidence.stages[0].source.line,
        )
    return EnvironmentFacts(
        path=env.path.rstrip("/"),
        minor=".".join(env.python.split(".")[:2]),
        version=version if version.count(".") == 2 else None,
        interpreter=env.interpreter_path,
        managed_home=home,
        build=managed["build"] if managed else "",
        uv_version=env.uv_version,
        scripts=frozenset(script.name for script in env.scripts),
        roots=env.roots,
    )


def _from_text(evidence: Evidence, notes: Notes) -> EnvironmentFacts:
    path = project_environment(evidence)
    if path is None:
        raise Refused("R7", "No RUN makes an environment with `uv sync`, and there is no image to look into.")
    minor = python_of(Reference.read(evidence.base))
    if minor is None:
        raise Refused(
            "R1",
            f"From the text alone nobody knows which Python {evidence.base} ends up with. "
            "Build the image first and plan with it (leave out --static).",
            evidence.stages[0].source.line,
        )
    notes.warn(
        "R46", None, "This is a draft from the text alone: no image was looked into, nothing is proven."
    )
    return EnvironmentFacts(path, minor, None, None, None, "", None, None, ())
