"""The owner that one ``chown -R`` at the end of the build gives to the work directory, by the text (R29)."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from uvdive.base.paths import is_below
from uvdive.distro.managers import user_operands
from uvdive.dockerfile.shell.commands import Command, program_words
from uvdive.dockerfile.shell.reading import read_script, shell_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.steps import Evidence

_GROUP = {"useradd": {"-g", "--gid"}, "adduser": {"-G", "--ingroup", "--gid"}}
"""The options that name the first group of a new user."""

_THERE = frozenset({"/", "/srv", "/opt", "/home", "/usr/src", "/usr/local", "/var", "/var/lib"})
"""Folders that a base has, so that WORKDIR makes none above its own."""


def owned_by_text(evidence: Evidence, copies: CopySet) -> CopySet:
    """The copies with ``--chown``, where the last instruction of the build gave all of them one owner.

    The work directory is then made by WORKDIR behind USER, which it belongs to. That holds for a
    user with the group of its own name alone, as only the image tells another one's.
    """
    name = handed_to(evidence, copies)
    if not name:
        return copies
    owner = f"{name}:{name}"
    inside = [path for path in copies.paths if is_below(path, evidence.workdir)]
    return replace(
        copies,
        folders=[each for each in copies.folders if each.path != evidence.workdir],
        chown={**copies.chown, **dict.fromkeys(inside, owner)},
        own=[replace(each, owner="" if each.step.keyword == "RUN" else owner) for each in copies.own],
        workdir="as-user",
    )


def handed_to(evidence: Evidence, copies: CopySet) -> str:
    """The user who gets the work directory by the last instruction of the build; empty for none."""
    last = last_build(evidence)
    user = evidence.last("USER")
    folder = next((each for each in copies.folders if each.path == evidence.workdir), None)
    if last is None or user is None or folder is None or folder.mode != 0o755:
        return ""
    name = str(folder.uid)
    same = folder.gid == name and re.fullmatch(r"[a-z_][\w-]*", name) is not None
    wanted = user.instruction.arguments.strip() in (name, f"{name}:{name}")
    plain = gives_all(last, evidence.workdir) and posixpath.dirname(evidence.workdir) in _THERE
    return name if same and wanted and plain and _has_own_group(evidence, name) else ""


def hands_over(run: Run, folder: str) -> bool:
    """Does a RUN nothing but make users and give a folder away?"""
    return bool(run.parts) and all(
        name == "user" or all(is_handover(command, run.step, folder) for command in part.commands)
        for part, name in run.parts
    )


def _has_own_group(evidence: Evidence, name: str) -> bool:
    """Does an instruction make a user whose first group has the user's name?

    `useradd` and Debian's and busybox's `adduser` make that group, but for `adduser` of a system's user.
    """
    for step in evidence.runs():
        script = read_script(shell_text(step.instruction))
        for command in script.commands if script is not None else ():
            words = [word.text for word in program_words(command)]
            tool = posixpath.basename(words[0]) if words else ""
            if tool not in ("useradd", "adduser") or user_operands(words[1:])[:1] != [name]:
                continue
            groups = [value for option, value in _options(words[1:]) if option in _GROUP[tool]]
            if groups:
                return groups[-1] == name
            given = {option for option, _ in _options(words[1:])}
            if tool == "useradd":
                return not given & {"-N", "--no-user-group"}
            return "--group" in given or not given & {"-S", "--system", "-r"}
    return False


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Options with the word behind them, or behind their ``=``; of `-Sg` each letter."""
    for word, following in itertools.pairwise([*words, ""]):
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            yield name, value if equals else following
        elif word.startswith("-"):
            yield from ((f"-{letter}", following) for letter in word[1:])


def last_build(evidence: Evidence) -> Step | None:
    """The last RUN, COPY or ADD, where it is a RUN."""
    builds = [step for step in evidence.steps if step.keyword in ("RUN", "COPY", "ADD")]
    return builds[-1] if builds and builds[-1].keyword == "RUN" else None


def gives_all(step: Step, folder: str) -> bool:
    """Does a RUN end with a ``chown -R`` of a folder?"""
    script = read_script(shell_text(step.instruction)) if step.instruction.exec_form is None else None
    if script is None or not script.parts or len(script.parts[-1].commands) != 1:
        return False
    return is_handover(script.parts[-1].commands[0], step, folder)


def is_handover(command: Command, step: Step, folder: str) -> bool:
    """Is a command a ``chown -R NAME:GROUP`` of a folder and of nothing else?"""
    words = program_words(command)
    if not words or words[0].text != "chown" or not all(word.literal for word in words):
        return False
    texts = [word.text for word in words[1:]]
    options = {text for text in texts if text.startswith("-")}
    given = [text for text in texts if not text.startswith("-")]
    if options not in ({"-R"}, {"--recursive"}) or len(given) != len(("owner", "folder")):
        return False
    return ":" in given[0] and posixpath.normpath(posixpath.join(step.workdir, given[1])) == folder
