"""Where the packages go, by the instructions alone (R7, R10, R41)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import expand_known
from uvdive.rewrite.environment.facts import EnvironmentFacts
from uvdive.rewrite.environment.interpreter_by_text import Interpreter, interpreter_by_text
from uvdive.rewrite.environment.tools_by_text import Tools, tools_by_text
from uvdive.rewrite.environment.which import (
    OFFICIAL,
    is_prefix,
    nothing_installed,
    project_environment,
    starts_by_uv_run,
)
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import BUILD_FIRST, Notes, Refused
from uvdive.uv.calls import TRUE, Call, calls_sync, value_of
from uvdive.uv.images import Reference

# `$UV sync`: only the shell knows what this calls.
HIDDEN = re.compile(r"\$\{?\w+\}?\s+(?:sync|pip|add)\b")
_SYSTEM = re.compile(r"--system\b|\bpip\s+(?:install|sync)\b")


def environment_by_text(evidence: Evidence, notes: Notes) -> EnvironmentFacts:
    """The environment, or the folders that packages are installed into.

    Raises:
        Refused: the text does not tell where they are (R7, R10, R41), or there are none (R15, R24).
    """
    path = project_environment(evidence)
    runs = [(step, command_text(step.instruction)) for step in evidence.runs()]
    system = next((step for step, text in runs if _SYSTEM.search(text)), None)
    hidden = next((step for step, text in runs if HIDDEN.search(text)), None)
    if path is None and system is None and hidden is None and (nothing := nothing_installed(evidence)):
        raise nothing
    tools = tools_by_text(evidence)
    if path is None and (hidden is not None or (system is None and tools is None)):
        raise _no_environment(hidden, evidence)
    if path is None and system is None and tools is not None:
        return _with_tools(_of_tools(evidence, tools, notes), tools)
    folders = tuple(dict.fromkeys(_folders(evidence)))
    if path is None or is_prefix(path):
        line = system or next((step for step, text in runs if calls_sync(text)), None) or runs[0][0]
        return _with_tools(_without_venv(evidence, path, folders, line, notes), tools)
    python = interpreter_by_text(evidence, notes)
    warn_draft(notes)
    return _with_tools(_facts(path, python, (path, *folders)), tools)


def _of_tools(evidence: Evidence, tools: Tools, notes: Notes) -> EnvironmentFacts:
    """A file that installs nothing but tools of uv's."""
    _check_starts_plainly(evidence, tools.folder)
    python = interpreter_by_text(evidence, notes)
    warn_draft(notes)
    return _facts(tools.folder, python, ())


def _with_tools(facts: EnvironmentFacts, tools: Tools | None) -> EnvironmentFacts:
    if tools is None:
        return facts
    return replace(facts, folders=(*facts.folders, tools.folder), programs=tools.programs)


def _facts(
    path: str, python: Interpreter, folders: tuple[str, ...], *, system: bool = False
) -> EnvironmentFacts:
    return EnvironmentFacts(path, python.minor, managed_home=python.home, folders=folders, system=system)


def _without_venv(
    evidence: Evidence, path: str | None, folders: tuple[str, ...], step: Step, notes: Notes
) -> EnvironmentFacts:
    """A system's Python with packages of its own, or a folder that the program is told to look into."""
    installs = list(_installs(evidence))
    if path is None and (found := folders_by_text(evidence, notes)) is not None:
        warn_draft(notes)
        return found
    official = Reference.read(evidence.base).family in ("python", "uv-python")
    into_it = path is not None or (bool(installs) and all(each.system for each in installs))
    if not official or not into_it or folders or (path or OFFICIAL).rstrip("/") != OFFICIAL:
        raise Refused(
            "R10",
            "The packages go to the system's Python, and which files there are theirs cannot be told from "
            f"the text. {BUILD_FIRST}",
            step.line,
        )
    python = interpreter_by_text(evidence, notes)
    warn_draft(notes)
    return _facts(OFFICIAL, python, (), system=True)


def folders_by_text(evidence: Evidence, notes: Notes) -> EnvironmentFacts | None:
    """The folders that `uv pip install --target` fills, where it installs nowhere else; else None.

    Raises:
        Refused: R1 or R6, the text does not tell of the Python; R10, the start does not look there.
    """
    installs = list(_installs(evidence))
    folders = tuple(dict.fromkeys(each.folder for each in installs))
    if not installs or not all(folders):
        return None
    _check_starts_plainly(evidence, folders[0])
    return _facts(folders[0], interpreter_by_text(evidence, notes), folders)


def _check_starts_plainly(evidence: Evidence, folder: str) -> None:
    """Refuse a start by `uv run`, which knows nothing of a folder of packages (R10)."""
    for keyword in ("ENTRYPOINT", "CMD"):
        start = evidence.starting(keyword)
        if start is not None and starts_by_uv_run(command_text(start.instruction)):
            raise Refused(
                "R10",
                f"The packages are in {folder}, and `uv run` does not look there: it makes an environment of "
                "its own at every start. Start the program without `uv run`.",
                start.line,
            )


@dataclass(frozen=True, slots=True)
class _Install:
    """A `uv pip install` of a step; ``folder`` is where `--target` or `--prefix` puts it, empty without."""

    step: Step
    folder: str = ""
    system: bool = False


def _installs(evidence: Evidence) -> Iterator[_Install]:
    for step, call in evidence.calls():
        if call.name in ("pip install", "pip sync"):
            yield _Install(step, _folder(call, step), _is_system(call, step))


def _folders(evidence: Evidence) -> Iterator[str]:
    """The folders that packages are installed into by `--target` or `--prefix`."""
    return (each.folder for each in _installs(evidence) if each.folder)


def _folder(call: Call, step: Step) -> str:
    given = value_of(call.words, "--target", "-t", "--prefix")
    if given is None:
        return ""
    known = expand_known(given, call.environ_in(step.values).get)
    if known is None or not known or re.search(r"[`*?~]|\$\(", known):
        raise Refused(
            "R10",
            f"This RUN installs into {given}, and which folder that is the text does not tell. {BUILD_FIRST}",
            step.line,
        )
    return posixpath.normpath(posixpath.join(call.folder or step.workdir, known))


def _is_system(call: Call, step: Step) -> bool:
    environ = call.environ_in(step.values)
    return "--system" in call.words or environ.get("UV_SYSTEM_PYTHON", "").lower() in TRUE


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
            f"there. {BUILD_FIRST}",
            hidden.line,
        )
    return Refused(
        "R7",
        f"No RUN calls `uv sync` or `uv venv`, so the text tells of no environment. If a script or the base "
        f"makes one: {BUILD_FIRST[0].lower()}{BUILD_FIRST[1:]}",
        evidence.stages[-1].source.line,
    )
