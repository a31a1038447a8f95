"""What a plan without an image refuses on top: whatever only the image could tell (R10, R29, R34, R35)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from uvdive.dockerfile.commands import Command, program_words
from uvdive.dockerfile.shell import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.copies.copy_set import Folder
from uvdive.rewrite.evidence.command_effects import Place, effects_of_parts
from uvdive.rewrite.evidence.command_kinds import classify, paths_of
from uvdive.rewrite.evidence.context_files import is_copied
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.evidence.shell_words import values_of
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.users import home_of
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.calls import subcommand
from uvdive.uv.mentions import installs_uv

_HINT = "Build the image first and plan with it (leave out --static)."
# They write the project, its environment or uv's cache, or nothing at all.
_IN_PROJECT = frozenset(
    (
        *("sync", "lock", "venv", "export", "version", "init", "add", "remove", "tree", "help", "build", ""),
        *("self update", "self", "pip compile", "pip list", "pip freeze", "pip check", "pip show"),
        *("pip uninstall", "python find", "python list", "cache", "cache clean", "cache prune"),
    )
)
_REMOVERS = frozenset({"rm", "rmdir", "unlink", "find"})
_UV_ITSELF = re.compile(r"(?:uv|pip|setuptools|wheel)(?:\[\w+\])?(?:[=<>~!].*)?$")
# Django's commands that write what the settings name, which is the project's as a rule.
_DJANGO = frozenset(
    ("collectstatic", "compilemessages", "migrate", "check", "makemigrations", "compress", "createcachetable")
)
_UVS_FILES = re.compile(
    r"(?:/root|~|\$HOME|\$\{HOME\})/\.(?:local/bin|cargo/bin|cache)(?:/|$)|.*/uv(?:x?|[\w.-]*\.sh)$"
)


def check_static(evidence: Evidence, runs: Sequence[Run], notes: Notes) -> list[Folder]:
    """Refuse RUNs whose effect, and folders whose owner, the text does not tell.

    Returns the work directory as a folder to make first, if a RUN gave it an owner.

    Raises:
        Refused: R10, R34, R35 or R29, with the line.
    """
    folders: list[Folder] = []
    for run in runs:
        if run.has("other"):
            raise _unknown("R34", run.step)
        _check_run(run, evidence, notes, folders)
    for step in evidence.steps:
        if (
            step.keyword == "RUN"
            and step.user not in ("", "root", "0")
            and "uv" in command_text(step.instruction)
        ):
            raise Refused(
                "R29", f"Which files belong to {step.user} cannot be told from the text. {_HINT}", step.line
            )
    return folders


def _check_run(run: Run, evidence: Evidence, notes: Notes, folders: list[Folder]) -> None:
    parts = run.parts
    written = _written(evidence, run) if parts else []
    for (part, name), paths in zip(parts, written, strict=True):
        if name not in ("uv", "files"):
            continue
        for command in part.commands:
            kind = classify(command)
            if kind == "uv":
                _check_python_tool(command, run.step, notes)
            elif kind == "files" and command.program in ("chown", "chmod", "chgrp"):
                _check_owner(command, evidence, run.step, folders)
            elif kind == "files":
                known = paths if name == "files" else []
                _check_written([*known, *_named(command, run.step, name)], evidence, run.step)
            elif kind == "other" and not installs_uv(run.text[part.start : part.end]):
                raise _unknown("R34", run.step)


def _written(evidence: Evidence, run: Run) -> list[list[str]]:
    """The paths that each part of a RUN writes, and the folders that it may write anything in."""
    step, script = run.step, run.script
    assert script is not None
    home = home_of(evidence, step.user, step.values.get("HOME", "")) or "/home"
    found = effects_of_parts(script.parts, values_of(script, step.values), Place(step.workdir, home))
    return [[*(path for path, _ in each.named), *each.zones] for each in found]


def _named(command: Command, step: Step, part: str) -> list[str]:
    """The paths in a command's words, where what it writes does not tell: it removes, or stands beside uv."""
    if part == "files" and command.program not in _REMOVERS:
        return []
    return [posixpath.normpath(posixpath.join(step.workdir, path)) for path in paths_of(command)]


def _unknown(rule: str, step: Step) -> Refused:
    return Refused(rule, f"Nobody knows from the text which files this RUN writes. {_HINT}", step.line)


def _check_written(paths: Sequence[str], evidence: Evidence, step: Step) -> None:
    """Below the work directory anything may happen: it is copied as it is."""
    workdir = evidence.workdir
    for path in paths:
        if not f"{path}/".startswith(f"{workdir.rstrip('/')}/") and not _UVS_FILES.match(path):
            raise Refused("R34", f"This RUN makes or changes paths outside {workdir}. {_HINT}", step.line)


def _check_owner(command: Command, evidence: Evidence, step: Step, folders: list[Folder]) -> None:
    workdir = evidence.workdir
    words = [word.text for word in program_words(command)[1:] if not word.text.startswith("-")]
    for word in words[1:]:
        path = posixpath.normpath(posixpath.join(step.workdir, word))
        if (f"{path}/".startswith(f"{workdir}/") and path != workdir) or is_copied(evidence, path):
            continue  # a file's owner and mode come along
        owner = re.fullmatch(r"([a-z_][\w-]*|\d+)(?:[:.]([a-z_][\w-]*|\d+)?)?", words[0])
        if path != workdir or command.program != "chown" or owner is None or "$" in word:
            raise Refused(
                "R29", f"Whose {path} is in the end cannot be told from the text. {_HINT}", step.line
            )
        group = owner[2] or (owner[1] if words[0][-1] in ":." else "0")
        folders[:] = [Folder(workdir, 0o755, owner[1], group)]


def _check_python_tool(command: Command, step: Step, notes: Notes) -> None:
    """uv, pip and python: what they install must be the environment's, and what they run must be known."""
    words = [word.text for word in program_words(command)]
    program = words[0].rsplit("/", 1)[-1] if words else ""
    if words[1:3] == ["-m", "pip"] or program in ("pip", "pip3", "pipx"):
        _check_pip(words, step)
        return
    if program != "uv":
        _check_program(words, step, notes)
        return
    name, index = subcommand(words)
    if name in ("pip install", "pip sync"):
        system = step.values.get("UV_SYSTEM_PYTHON", "").lower() in ("1", "true", "yes")
        if system or re.search(r"\s--(?:system|target|prefix|python)\b", f" {' '.join(words)}"):
            raise Refused(
                "R10",
                f"Which files this RUN installs beside the environment only the image tells. {_HINT}",
                step.line,
            )
    elif name == "run":
        while index < len(words) and words[index].startswith("-"):
            index += 1
        _check_program(words[index:], step, notes)
    elif name not in _IN_PROJECT:
        raise _unknown("R34", step)


def _check_pip(words: Sequence[str], step: Step) -> None:
    index = next((i for i, word in enumerate(words) if word == "install"), None)
    if index is None:
        return
    named = [word for word in words[index + 1 :] if not word.startswith("-")]
    if not all(_UV_ITSELF.match(word) for word in named):
        raise Refused(
            "R10",
            f"Which files `pip install` adds to the base's Python only the image tells. {_HINT}",
            step.line,
        )


def _check_program(words: Sequence[str], step: Step, notes: Notes) -> None:
    """A program of the environment, started in the build."""
    names = [word.rsplit("/", 1)[-1] for word in words]
    if names and re.fullmatch(r"python[\d.]*", names[0]):
        names = names[1:]
    if names[:2] == ["-m", "compileall"] or names[:1] in (["--version"], ["-V"]):
        return
    if "manage.py" in names[:1] and names[1:2] and names[1] in _DJANGO:
        notes.warn(
            "R37",
            step.line,
            f"{names[1]} writes where the settings say; this draft takes that for the work directory.",
        )
        return
    raise _unknown("R36" if "playwright" in names else "R35", step)
