"""What a plan without an image refuses on top: whatever only the image could tell (R10, R29, R34, R35)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from uvdive.base.paths import is_below
from uvdive.base.words import all_of
from uvdive.distro.places import is_shared
from uvdive.dockerfile.shell.commands import Command, Part, program_words
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import expand_known
from uvdive.rewrite.copies.by_text.made import Made
from uvdive.rewrite.copies.by_text.owners import check_users, note_owner
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.commands.command_effects import Place, effects_of_parts
from uvdive.rewrite.evidence.commands.command_kinds import REPEATED, SIDE, Class, classify, paths_of
from uvdive.rewrite.evidence.commands.effects import NOTHING, Effects
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.commands.shell_words import UNKNOWN, values_of
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.users import home_of
from uvdive.rewrite.notes import BUILD_FIRST, Notes, Refused
from uvdive.uv.calls import TRUE, subcommand, uv_calls, value_of
from uvdive.uv.mentions import installs_uv
from uvdive.uv.pip_words import read_pip_install

# They write the project, its environment or uv's cache, or nothing at all.
_IN_PROJECT = frozenset(
    (
        *("sync", "lock", "venv", "export", "version", "init", "add", "remove", "tree", "help", "build", ""),
        *("self update", "self", "pip compile", "pip list", "pip freeze", "pip check", "pip show"),
        *("pip uninstall", "python find", "python list", "cache", "cache clean", "cache prune"),
    )
)
# What they write is an environment, which goes over by its own name.
_ELSEWHERE = frozenset({"pip install", "pip sync", "sync", "venv", "tool install", "python install", "cache"})
_MAKERS = frozenset({"mkdir", "touch", "install"})
_SCRIPT = re.compile(r"(?:\./)?[\w-][\w./-]*\.[cm]?js")
_NODE = frozenset({"npm", "npx", "pnpm", "yarn", "bun", "bunx"})
_IN_FOLDER = frozenset({"--prefix", "-C", "--cwd", "--dir"})
_FETCHERS = frozenset({"curl", "wget"})
_WRITERS = _MAKERS | _FETCHERS | {"git"}
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


def check_static(
    evidence: Evidence, env: EnvironmentFacts, runs: Sequence[Run], notes: Notes, *, moved: Collection[int]
) -> Made:
    """Refuse RUNs whose effect, and folders whose owner, the text does not tell.

    ``moved`` are the lines of RUNs that install into a folder of their own, which is copied (R10).

    Returns what RUNs make outside the work directory, and the folders to make first: those that a RUN
    gave an owner, the work directory too.

    Raises:
        Refused: R10, R34, R35 or R29, with the line.
    """
    made = Made()
    for run in runs:
        _check_run(run, evidence, env, notes, made, in_place=run.step.line not in moved)
    check_users(evidence, env, made)
    return made


def leaves_alone(runs: Sequence[Run]) -> bool:
    """Do RUNs surely make nothing in the folder that they run in: repeated ones, and installs elsewhere?"""
    return all(_makes_nothing_here(run, part, name) for run in runs for part, name in run.parts) and all(
        run.script is not None for run in runs
    )


def _makes_nothing_here(run: Run, part: Part, name: Class) -> bool:
    if name in REPEATED | SIDE or installs_uv(run.text[part.start : part.end]):
        return True
    if name != "uv":
        return False
    calls = uv_calls(run.text[part.start : part.end], run.step.workdir) or ()
    return len(calls) == len(part.commands) and all(call.name in _ELSEWHERE for call in calls)


def _check_run(
    run: Run, evidence: Evidence, env: EnvironmentFacts, notes: Notes, made: Made, *, in_place: bool
) -> None:
    if run.script is None:
        raise _unknown("R34", run.step)
    written, folders = _written(evidence, run), _stands_in(run)
    for index, (part, name) in enumerate(run.parts):
        place = _Part(run, part, name, written[index], env, in_place, folders[index])
        if name == "other":
            if _builds_scripts(place, evidence, notes):
                continue
            if not _fetches(part.commands):
                raise _unknown("R34", run.step, _first_other(part.commands))
            _check_written(place, [], evidence, made)
        elif name in ("uv", "files"):
            for command in part.commands:
                _check_command(command, place, evidence, notes, made)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a RUN, its class, and what it writes; does it install where the app finds it?"""

    run: Run
    part: Part
    name: Class
    writes: Effects
    env: EnvironmentFacts
    in_place: bool
    folder: str


def _check_command(command: Command, place: _Part, evidence: Evidence, notes: Notes, made: Made) -> None:
    run, part = place.run, place.part
    kind = classify(command)
    if kind == "uv":
        _check_python_tool(command, place, notes)
    elif kind == "files" and command.program in ("chown", "chmod", "chgrp"):
        note_owner(command, evidence, run.step, made)
    elif kind == "files":
        _check_written(place, _named(command, run.step, place.name), evidence, made)
    elif kind == "other" and not installs_uv(run.text[part.start : part.end]):
        raise _unknown("R34", run.step, command)


def _builds_scripts(place: _Part, evidence: Evidence, notes: Notes) -> bool:
    """Do npm and its like, or node, build in a folder that goes over whole?"""
    step, commands = place.run.step, place.part.commands
    words = [[word.text for word in program_words(command)] for command in commands]
    found = [_folder_of_node(each, place.folder) for each in words if each[:1] != ["cd"]] or [place.folder]
    if not words or not all(found):
        return False
    targets = [sources(each)[1] for each in evidence.steps if each.keyword in ("COPY", "ADD")]
    around = [evidence.workdir, *(target for target in targets if target.endswith("/"))]
    whole = [each.rstrip("/") or "/" for each in around if not is_shared(each)]
    folders = [folder for folder in dict.fromkeys(found) if folder]
    if not all(any(is_below(folder, each) for each in whole) for folder in folders):
        return False
    notes.warn(
        "R37",
        step.line,
        f"`{words[0][0]}` writes where its settings say; this draft takes that for {all_of(folders)}.",
    )
    return True


def _folder_of_node(words: Sequence[str], folder: str) -> str | None:
    """The folder that a command of node's works in alone; None where it is none, or nobody knows.

    With ``-g`` it installs programs elsewhere.
    """
    program = posixpath.basename(words[0]) if words else ""
    script = program == "node" and len(words) > 1 and _SCRIPT.fullmatch(words[1])
    if not (program in _NODE or script) or {"-g", "--global", "global", "--location=global"} & set(words):
        return None
    for index, word in enumerate(words):
        option, sign, value = word.partition("=")
        if option in _IN_FOLDER and program in _NODE:
            given = value if sign else words[index + 1] if index + 1 < len(words) else ""
            if not given or set(given) & set("$`*?~"):
                return None
            return posixpath.normpath(posixpath.join(folder, given))
    return folder


def _fetches(commands: Sequence[Command]) -> bool:
    """Do commands only fetch files, as far as their programs say?"""
    return bool(commands) and all(command.program in _FETCHERS for command in commands)


def _written(evidence: Evidence, run: Run) -> list[Effects]:
    """What each part of a RUN writes: paths, and folders that it may write anything in."""
    step, script = run.step, run.script
    assert script is not None
    home = home_of(evidence, step.user, step.values.get("HOME", "")) or "/home"
    values = values_of(script, {"HOME": home, **step.values})
    return effects_of_parts(script.parts, values, Place(step.workdir, home))


def _stands_in(run: Run) -> list[str]:
    """The folder that each part of a RUN begins in; UNKNOWN where only the shell knows it."""
    found = []
    folder = run.step.workdir
    for part, _ in run.parts:
        found.append(folder)
        for command in part.commands:
            if command.program == "cd" and len(command.argv) == 2:
                plain = command.words[1].literal
                folder = posixpath.normpath(posixpath.join(folder, command.argv[1])) if plain else UNKNOWN
    return found


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
    return Refused(rule, f"Nobody knows from the text which files {what} writes. {BUILD_FIRST}", step.line)


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
        if not is_plain or not programs <= _WRITERS or not made.take(path, programs):
            raise Refused(
                "R34",
                f"This RUN makes or changes {path if path != '/' else 'paths'} outside {workdir}, and what "
                f"it leaves there cannot be told from the text. {BUILD_FIRST}",
                step.line,
            )


def _check_python_tool(command: Command, place: _Part, notes: Notes) -> None:
    """uv, pip and python: what they install must be the environment's, and what they run must be known."""
    step = place.run.step
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
        if place.in_place and not _is_environments(words, place):
            raise Refused(
                "R10",
                f"Which files this RUN installs beside the environment only the image tells. {BUILD_FIRST}",
                step.line,
            )
    elif name == "run":
        while index < len(words) and words[index].startswith("-"):
            index += 1
        _check_program(words[index:], step, notes)
    elif name not in _IN_PROJECT and not _is_copied_whole(name, place.env):
        raise _unknown("R34", step, command)


def _is_environments(words: Sequence[str], place: _Part) -> bool:
    """Does a `uv pip install` put its packages into what is copied as the environment?"""
    step = place.run.step
    given = value_of(words, "--target", "-t", "--prefix")
    if given is not None:
        known = expand_known(given, step.values.get)
        return known is not None and place.env.holds(posixpath.normpath(posixpath.join(step.workdir, known)))
    system = step.values.get("UV_SYSTEM_PYTHON", "").lower() in TRUE
    return not system and re.search(r"\s--(?:system|python)\b", f" {' '.join(words)}") is None


def _is_copied_whole(name: str, env: EnvironmentFacts) -> bool:
    """Does a call of uv write what goes over as a folder of its own: tools, uv's Pythons?"""
    of_tools, of_pythons = name == "tool install", name == "python install"
    return (of_tools and bool(env.programs)) or (of_pythons and env.managed_home is not None)


def _check_pip(words: Sequence[str], step: Step) -> None:
    install = read_pip_install(words)
    if install is None:
        return
    others = [words[number] for number in install.packages if not _UV_ITSELF.match(words[number])]
    if others or install.lists or install.places:
        named = ", ".join([*others, *install.lists, *install.places])
        raise Refused(
            "R10",
            f"Which files `pip install` adds to the base's Python for {named} only the image tells. "
            f"{BUILD_FIRST}",
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
