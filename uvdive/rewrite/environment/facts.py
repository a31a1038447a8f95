"""The environment that the app runs in, and the interpreter behind it (R1, R7, R9, R10, R41)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from uvdive.dockerfile.shell import command_text
from uvdive.dockerfile.steps import Step
from uvdive.ledger.report import VIRTUAL, Environment
from uvdive.rewrite.environment.python_by_text import python_by_text
from uvdive.rewrite.environment.which import (
    Found,
    choose_environment,
    nothing_installed,
    project_environment,
    without_spare,
)
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.calls import calls_sync

# `$UV sync`: only the shell knows what this calls.
HIDDEN = re.compile(r"\$\{?\w+\}?\s+(?:sync|pip|add)\b")
_SYSTEM = re.compile(r"--system\b|\bpip\s+(?:install|sync)\b")
_HINT = "Build the image first and plan with it (leave out --static)."
_MANAGED = re.compile(r"(?P<home>/.*?)/(?P<build>(?P<kind>cpython|pypy|graalpy)-(?P<version>[\d.]+)[^/]*)/")


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """``minor`` is ``3.13``; ``version`` the full one where it is known.

    ``managed_home`` is the folder of uv's Pythons (``…/uv/python``), None for an
    interpreter that the image itself has; ``build`` is the managed build's folder.
    ``scripts`` are the environment's console scripts, None without an image.
    ``system`` is the prefix of an interpreter that has the packages itself (R10), and
    ``sites`` its folders of packages. ``folders`` hold whole environments: this one,
    others that stay (R9), and those of uv's tools (R41). ``left_out`` are those that
    a choice drops, ``other_interpreters`` those that the others run on, where it is not
    this one's. ``at_start`` says that the image has no environment yet: `uv run` makes
    it when a container starts (R15). ``other_systems`` are the prefixes of other interpreters
    that have packages of their own.
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
    folders: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    system: bool = False
    other_interpreters: tuple[str, ...] = ()
    at_start: bool = False
    other_systems: tuple[str, ...] = ()

    @property
    def bin(self) -> str:
        """The environment's folder of programs."""
        return f"{self.path}/bin"

    def holds(self, path: str) -> bool:
        """Does a path lie in an environment that is copied whole?"""
        return any(path == folder or path.startswith(f"{folder}/") for folder in self.folders)


def find_environment(evidence: Evidence, files: Files | None, notes: Notes) -> Found | EnvironmentFacts:
    """The environment of the app, as far as no choice decides.

    Raises:
        Refused: there is none (R7, R10, R15), or more than one and nobody knows which (R9).
    """
    if evidence.report is None or files is None:
        return _from_text(evidence, notes)
    return choose_environment(evidence, files)


def settled(found: Found | EnvironmentFacts, notes: Notes) -> EnvironmentFacts:
    """The environment under the user's choices.

    Raises:
        Refused: its interpreter is not there (R1), or others have one that does not fit (R9).
    """
    return found if isinstance(found, EnvironmentFacts) else _from_report(without_spare(found, notes))


def _from_report(found: Found) -> EnvironmentFacts:
    env = found.main
    managed = _managed(env)
    for other in found.others:
        theirs = _managed(other)
        homes = {None if match is None else match["home"] for match in (managed, theirs)}
        if len(homes) > 1:
            raise Refused(
                "R9",
                f"{env.path} and {other.path} run on Pythons of different origin "
                f"({env.interpreter_path}, {other.interpreter_path}), and no base has both. Build them "
                "with the same Python, or leave one out.",
            )
    assert env.python is not None
    version = env.python
    if managed and managed["version"].count(".") == 2:
        version = managed["version"]
    system = env.kind not in VIRTUAL
    every = (env, *found.others)
    others = {each.interpreter_path for each in found.others if each.interpreter_path}
    kept = [each.path.rstrip("/") for each in every if each.kind in VIRTUAL]
    return EnvironmentFacts(
        path=env.path.rstrip("/"),
        minor=".".join(env.python.split(".")[:2]),
        version=version if version.count(".") == 2 else None,
        interpreter=env.interpreter_path,
        managed_home=managed["home"] if managed else None,
        build=managed["build"] if managed else "",
        uv_version=env.uv_version,
        scripts=frozenset(script.name for script in env.scripts),
        roots=tuple(root for each in every for root in each.roots),
        folders=tuple(kept),
        left_out=found.left_out,
        system=system,
        other_interpreters=tuple(sorted(others - {env.interpreter_path})),
        other_systems=tuple(other.path.rstrip("/") for other in found.others if other.kind not in VIRTUAL),
    )


def _managed(env: Environment) -> re.Match[str] | None:
    """The parts of a managed interpreter's path.

    Raises:
        Refused: R1, there is no interpreter.
    """
    if env.interpreter_path is None or not env.python:
        raise Refused(
            "R1",
            f"{env.interpreter} leads to nothing ({' -> '.join(env.hops)}): the environment has no "
            "interpreter. "
            "Make the image that it was built in and the image that it runs in agree on the Python.",
        )
    return _MANAGED.match(env.interpreter_path)


def _from_text(evidence: Evidence, notes: Notes) -> EnvironmentFacts:
    path = project_environment(evidence)
    runs = [(step, command_text(step.instruction)) for step in evidence.runs()]
    system = next((step for step, text in runs if _SYSTEM.search(text)), None)
    tool = next((step for step, text in runs if "uv tool install" in text), None)
    hidden = next((step for step, text in runs if HIDDEN.search(text)), None)
    if path is None and system is None and hidden is None and (nothing := nothing_installed(evidence)):
        raise nothing
    if tool is not None and (path is not None or system is None):
        raise Refused(
            "R41",
            f"Where `uv tool install` puts its tool cannot be told from the text. {_HINT}",
            tool.line,
        )
    if path is None and system is None:
        raise _no_environment(hidden, evidence)
    if path is None or path.rstrip("/") in ("", "/usr", "/usr/local"):
        raise Refused(
            "R10",
            "The packages go to the system's Python, and which files there are theirs cannot be told from "
            f"the text. {_HINT}",
            (system or next((step for step, text in runs if calls_sync(text)), None) or runs[0][0]).line,
        )
    minor = python_by_text(evidence, notes)
    warn_draft(notes)
    return EnvironmentFacts(path, minor, None, None, None, "", None, None, (), (path,))


def warn_draft(notes: Notes) -> None:
    """Say that no image was there."""
    notes.warn(
        "R46", None, "This is a draft from the text alone: no image was looked into, nothing is proven."
    )


def _no_environment(hidden: Step | None, evidence: Evidence) -> Refused:
    """Why nobody knows where the environment is: a variable hides the call, or nothing makes one."""
    if hidden is not None:
        return Refused(
            "R7",
            "This RUN calls uv by a variable, so the text does not tell where the environment is. Write `uv` "
            f"there, or plan with the image. {_HINT}",
            hidden.line,
        )
    return Refused(
        "R7",
        f"No RUN calls `uv sync` or `uv venv`, so the text tells of no environment. If a script or the base "
        f"makes one: {_HINT[0].lower()}{_HINT[1:]}",
        evidence.stages[-1].source.line,
    )
