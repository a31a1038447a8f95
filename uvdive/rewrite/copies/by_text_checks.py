"""What a plan without an image refuses on top: whatever only the image could tell (R10, R29, R34, R35)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.dockerfile.commands import Command, Part, program_words
from uvdive.dockerfile.shell import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.copies.by_text_made import Made
from uvdive.rewrite.copies.copy_set import Folder
from uvdive.rewrite.evidence.command_effects import Place, effects_of_parts
from uvdive.rewrite.evidence.command_kinds import Class, classify, paths_of
from uvdive.rewrite.evidence.context_files import is_copied
from uvdive.rewrite.evidence.effects import NOTHING, Effects
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.evidence.shell_words import values_of
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.users import home_of
from uvdive.rewrite.notes import Notes, Refused
from uvdive.uv.calls import subcommand
from uvdive.uv.mentions import installs_uv
from uvdive.uv.pip_words import read_pip_install

_HINT = "Build the image first and plan with it (leave out --static)."
# They write the project, its environment or uv's cache, or nothing at all.
_IN_PROJECT = frozenset(
    (
        *("sync", "lock", "venv", "export", "version", "init", "add", "remove", "tree", "help", "build", ""),
        *("self update", "self", "pip compile", "pip list", "pip freeze", "pip check", "pip show"),
        *("pip uninstall", "python find", "python list", "cache", "cache clean", "cache prune"),
    )
)
_MAKERS = frozenset({"mkdir", "touch", "install"})
_FETCHERS = frozenset({"curl", "wget"})
_SHOWN = 60
_REMOVERS = frozenset({"rm", "rmdir", "unlink", "find"})
_UV_ITSELF = re.compile(r"(?:uv|pip|setuptools|wheel)(?:\[\w+\])?(?:[=<>~!].*)?$")
# Django's commands that write what the settings name, which is the project's as a rule.
_DJANGO = frozenset(
    ("collectstatic", "compilemessages", "migrate", "check", "makemigrations", "compress", "createcachetable")
)
_UVS_FILES = re.compile(
    r"(?:/root|~|\$HOME|\$\{HOME\})/\.(?:local/bin|cargo/bin|cache)(?:/|$)|.*/uv(?:x?|[\w.-]*\.sh)$"
)


def check_static(evidence: Evidence, runs: Sequence[Run], notes: Notes) -> Made:
    """Refuse RUNs whose effect, and folders whose owner, the text does not tell.

    Returns what RUNs make outside the work directory, and the folders to make first: those that a RUN
    gave an owner, the work directory too.

    Raises:
        Refused: R10, R34, R35 or R29, with the line.
    """
    made = Made()
    for run in runs:
        _check_run(run, evidence, notes, made)
    folders = made.folders
    for step in evidence.steps:
        if (
            step.keyword == "RUN"
            and step.user not in ("", "root", "0")
            and "uv" in command_text(step.instruction)
            and not _is_theirs(evidence, step, folders)
        ):
            raise Refused(
                "R29", f"Which files belong to {step.user} cannot be told from the text. {_HINT}", step.line
            )
    return made


def _is_theirs(evidence: Evidence, step: Step, folders: Sequence[Folder]) -> bool:
    """Was the work directory given to the user that installs, so that nobody asks whose it is?"""
    name = step.user.partition(":")[0]
    own = next((folder for folder in folders if folder.path == evidence.workdir), None)
    return own is not None and own.uid == name and step.workdir.startswith(evidence.workdir)


def _check_run(run: Run, evidence: Evidence, notes: Notes, made: Made) -> None:
    if run.script is None:
        raise _unknown("R34", run.step)
    written = _written(evidence, run)
    for index, (part, name) in enumerate(run.parts):
        place = _Part(run, part, name, written[index])
        if name == "other":
            if not _fetches(part.commands):
                raise _unknown("R34", run.step, _first_other(part.commands))
            _check_written(place, [], evidence, made)
        elif name in ("uv", "files"):
            for command in part.commands:
                _check_command(command, place, evidence, notes, made)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a RUN, its class, and what it writes."""

    run: Run
    part: Part
    name: Class
    writes: Effects


def _check_command(command: Command, place: _Part, evidence: Evidence, notes: Notes, made: Made) -> None:
    run, part = place.run, place.part
    kind = classify(command)
    if kind == "uv":
        _check_python_tool(command, run.step, notes)
    elif kind == "files" and command.program in ("chown", "chmod", "chgrp"):
        _check_owner(command, evidence, run.step, made)
    elif kind == "files":
        _check_written(place, _named(command, run.step, place.name), evidence, made)
    elif kind == "other" and not installs_uv(run.text[part.start : part.end]):
        raise _unknown("R34", run.step, command)


def _fetches(commands: Sequence[Command]) -> bool:
    """Do commands only fetch files, as far as their programs say?"""
    return bool(commands) and all(command.program in _FETCHERS for command in commands)


def _written(evidence: Evidence, run: Run) -> list[Effects]:
    """What each part of a RUN writes: paths, and folders that it may write anything in."""
    step, script = run.step, run.script
    assert script is not None
    home = home_of(evidence, step.user, step.values.get("HOME", "")) or "/home"
    return effects_of_parts(script.parts, values_of(script, step.values), Place(step.workdir, home))


def _named(command: Command, step: Step, part: str) -> list[str]:
    """The paths in a command's words, where what it writes does not tell: it removes, or stands beside uv."""
    if part == "files" and command.program not in _REMOVERS:
        return []
    return [posixpath.normpath(posixpath.join(step.workdir, path)) for path in paths_of(command)]


def _first_other(commands: Sequence[Command]) -> Command | None:
    return next((command for command in commands if classify(command) == "other"), None)


def _unknown(rule: str, step: Step, command: Command | None = None) -> Refused:
    """The refusal of a command, which is named, or of a RUN that is not understood."""
    words = " ".join(command.argv) if command is not None else ""
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN].rstrip()} …"
    what = f"`{shown}`" if shown and "`" not in shown and "\n" not in shown else "this RUN"
    return Refused(rule, f"Nobody knows from the text which files {what} writes. {_HINT}", step.line)


def _check_written(place: _Part, named: Sequence[str], evidence: Evidence, made: Made) -> None:
    """Below the work directory anything may happen: it is copied as it is. Elsewhere what has a name may.

    ``named`` are paths of a part that removes, or of one beside a call of uv.
    """
    step, part, workdir = place.run.step, place.part, evidence.workdir
    found = place.writes if place.name != "uv" else NOTHING
    programs = {command.program for command in part.commands}
    plain = [(path, True) for path, _ in found.named]
    for path, is_plain in (*plain, *((path, False) for path in (*found.zones, *named))):
        if f"{path}/".startswith(f"{workdir.rstrip('/')}/") or _UVS_FILES.match(path):
            continue
        if not is_plain or not programs <= _MAKERS | _FETCHERS or not made.take(path, programs):
            raise Refused(
                "R34",
                f"This RUN makes or changes {path if path != '/' else 'paths'} outside {workdir}, and what "
                f"it leaves there cannot be told from the text. {_HINT}",
                step.line,
            )


def _check_owner(command: Command, evidence: Evidence, step: Step, made: Made) -> None:
    workdir, folders = evidence.workdir, made.folders
    words = [word.text for word in program_words(command)[1:] if not word.text.startswith("-")]
    for word in words[1:]:
        path = posixpath.normpath(posixpath.join(step.workdir, word))
        if (f"{path}/".startswith(f"{workdir}/") and path != workdir) or is_copied(evidence, path):
            continue  # a file's owner and mode come along
        if path in made.files:
            continue
        owner = re.fullmatch(r"([a-z_][\w-]*|\d+)(?:[:.]([a-z_][\w-]*|\d+)?)?", words[0])
        known = path == workdir or path in made.paths
        if not known or command.program != "chown" or owner is None or "$" in word:
            raise Refused(
                "R29", f"Whose {path} is in the end cannot be told from the text. {_HINT}", step.line
            )
        group = owner[2] or (owner[1] if words[0][-1] in ":." else "0")
        folders[:] = [folder for folder in folders if folder.path != path]
        folders.append(Folder(path, 0o755, owner[1], group))


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
        raise _unknown("R34", step, command)


def _check_pip(words: Sequence[str], step: Step) -> None:
    install = read_pip_install(words)
    if install is None:
        return
    others = [words[number] for number in install.packages if not _UV_ITSELF.match(words[number])]
    if others or install.lists or install.places:
        named = ", ".join([*others, *install.lists, *install.places])
        raise Refused(
            "R10",
            f"Which files `pip install` adds to the base's Python for {named} only the image tells. {_HINT}",
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
