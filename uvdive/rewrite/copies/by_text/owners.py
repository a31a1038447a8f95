"""Whose the folders are that a plan without an image copies, and with which mode (R29)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace

from uvdive.distro.managers import makes_home
from uvdive.dockerfile.shell.commands import Command, program_words
from uvdive.dockerfile.shell.reading import command_text, read_script
from uvdive.dockerfile.steps import Step, workdir_after
from uvdive.rewrite.copies.by_text.made import Made
from uvdive.rewrite.copies.copy_set import Folder
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.files.context_files import is_copied, sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.users import home_of
from uvdive.rewrite.notes import BUILD_FIRST, Refused
from uvdive.uv.calls import uv_calls

_OWNER = re.compile(r"([a-z_][\w-]*|\d+)(?:[:.]([a-z_][\w-]*|\d+)?)?")
_CLAUSE = re.compile(r"([ugoa]*)([+=-])([rwxX]*)")
_BITS = {"r": 4, "w": 2, "x": 1, "X": 1}
_SHIFTS = {"u": 6, "g": 3, "o": 0}
_MADE = 0o755


def note_owner(command: Command, evidence: Evidence, step: Step, made: Made) -> None:
    """Note what `chown`, `chgrp` or `chmod` makes of folders that are made first; what lies in them has it.

    Raises:
        Refused: R29, the folder is none that the text knows, or only the shell knows its owner.
    """
    workdir = evidence.workdir
    every = [word.text for word in program_words(command)[1:]]
    words = [word for word in every if not re.match(r"-[a-zA-Z-]", word)]
    if any(word.startswith(("--from", "--reference")) for word in every):
        raise Refused(
            "R29", f"Whose {words[-1]} is in the end cannot be told from the text. {BUILD_FIRST}", step.line
        )
    for word in words[1:]:
        path = posixpath.normpath(posixpath.join(step.workdir, word))
        if (f"{path}/".startswith(f"{workdir}/") and path != workdir) or is_copied(evidence, path):
            continue  # a file's owner and mode come along
        if path in made.files:
            continue
        before = next((folder for folder in made.folders if folder.path == path), None)
        known = path == workdir or path in made.paths
        changed = _changed(command.program, words[0], before or Folder(path, _MADE, "root", "root"))
        if not known or changed is None or "$" in word:
            raise Refused(
                "R29",
                f"Whose {path} is in the end cannot be told from the text. {BUILD_FIRST}",
                step.line,
            )
        made.folders[:] = [folder for folder in made.folders if folder.path != path]
        if (changed.mode, changed.uid) != (_MADE, "root"):
            made.folders.append(changed)


def _changed(program: str, word: str, folder: Folder) -> Folder | None:
    """The folder with another owner or mode; None where the word does not tell."""
    if program == "chmod":
        mode = _mode(word, folder.mode)
        return None if mode is None else replace(folder, mode=mode)
    owner = _OWNER.fullmatch(word)
    if owner is None:
        return None
    if program == "chgrp":
        return replace(folder, gid=owner[1])
    group = owner[2] or (owner[1] if word[-1] in ":." else "0")
    return replace(folder, uid=owner[1], gid=group)


def _mode(text: str, before: int) -> int | None:
    """The mode of a folder after `chmod`; None for a form that is not known."""
    if re.fullmatch(r"[0-7]{3,4}", text):
        return int(text, 8)
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return None
        bits = 0
        for letter in match[3]:
            bits |= _BITS[letter]
        for who in "ugo" if not match[1] or "a" in match[1] else match[1]:
            given, every = bits << _SHIFTS[who], 7 << _SHIFTS[who]
            before = {"+": before | given, "-": before & ~given, "=": before & ~every | given}[match[2]]
    return before


def check_users(evidence: Evidence, env: EnvironmentFacts, made: Made) -> None:
    """See that what another user than root installs lies in a folder of theirs, in the last stage too.

    Raises:
        Refused: R29, the text does not tell whose that folder is.
    """
    for step in evidence.runs():
        name = step.user.partition(":")[0]
        text = command_text(step.instruction)
        if name in ("", "root", "0") or "uv" not in text or _only_tools(text, step, env):
            continue
        if not _is_theirs(evidence, step, name, made):
            raise Refused(
                "R29",
                f"Which files belong to {step.user} cannot be told from the text. {BUILD_FIRST}",
                step.line,
            )


def _only_tools(text: str, step: Step, env: EnvironmentFacts) -> bool:
    """Does a RUN only install tools, which nobody writes into when they run?"""
    calls = uv_calls(text, step.workdir)
    return bool(env.programs and calls) and all(call.name == "tool install" for call in calls or ())


def _is_theirs(evidence: Evidence, step: Step, name: str, made: Made) -> bool:
    """Was the work directory given to a user: by `chown`, as their home, or by WORKDIR behind USER?"""
    workdir = evidence.workdir
    if not f"{step.workdir}/".startswith(f"{workdir}/"):
        return False
    given = next((folder for folder in made.folders if folder.path == workdir), None)
    if given is not None:
        return given.uid == name
    if workdir == home_of(evidence, step.user) and _has_home(evidence.runs(), name):
        return True
    first = next((each for each in evidence.steps if _makes(each, workdir)), None)
    made.as_user = first is not None and first.keyword == "WORKDIR" and first.user == step.user
    return made.as_user


def _makes(step: Step, folder: str) -> bool:
    """Does an instruction make a folder, or one in it?"""
    if step.keyword == "WORKDIR":
        return f"{workdir_after(step)}/".startswith(f"{folder}/")
    if step.keyword in ("COPY", "ADD"):
        return f"{sources(step)[1]}/".startswith(f"{folder}/")
    return step.keyword == "RUN" and folder in command_text(step.instruction)


def _has_home(runs: Sequence[Step], name: str) -> bool:
    """Does a command make a user together with a home?"""
    for step in runs:
        script = read_script(command_text(step.instruction))
        for command in script.commands if script is not None else ():
            if name in command.argv and makes_home(command.argv):
                return True
    return False
