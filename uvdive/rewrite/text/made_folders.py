"""RUNs of the author's that make folders and give them away: told as they stand, below both stages (R29)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import replace

from uvdive.base.paths import is_below
from uvdive.dockerfile.shell.commands import Command, program_words
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step, workdir_after
from uvdive.rewrite.copies import CopySet
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.text.parts import Parts

_WORD = re.compile(r"\bch(?:own|grp|mod)\b")
_RECURSIVE = re.compile(r"\s(?:-\w*R|--recursive)")
_OPTIONS = {
    "mkdir": frozenset({"-p", "-v", "-pv", "-vp", "--parents"}),
    **dict.fromkeys(("chown", "chgrp", "chmod"), frozenset({"-R", "-v", "-Rv", "--recursive"})),
}


def making(parts: Parts, runs: Mapping[int, Run]) -> dict[int, set[str]]:
    """The lines of RUNs that make users and folders and nothing else, each with the folders it gives away.

    They are the only ones of the file that change an owner or a mode, so that the folders are in
    the end as such a RUN leaves them. One whose folders hold something by then gives only the
    folders away, not what is in them.
    """
    giving = [run for run in runs.values() if _WORD.search(run.text)]
    if len(giving) != 1 or not giving[0].step.by_root or giving[0].step.line in parts.edits:
        return {}
    run = giving[0]
    found = _given(run)
    if (
        found
        and _RECURSIVE.search(run.text)
        and any(_fills(step, run.step, found) for step in parts.evidence.steps)
    ):
        return {}
    wanted = {folder.path for folder in parts.copies.folders}
    return {run.step.line: found} if found and found & wanted else {}


def without_made(parts: Parts, made: Mapping[int, set[str]]) -> CopySet:
    """The copies without the folders that such RUNs make, and without those that stay empty."""
    gone = {path for paths in made.values() for path in paths}
    others = [step for step in parts.evidence.steps if step.line not in made]
    empty = {path for path in gone if not any(path in f"{s.workdir} {s.instruction.value}" for s in others)}
    return replace(
        parts.copies,
        folders=[each for each in parts.copies.folders if each.path not in gone],
        paths=[path for path in parts.copies.paths if path not in empty],
    )


def _fills(step: Step, until: Step, folders: set[str]) -> bool:
    """Does an instruction before that RUN put something into one of the folders?"""
    if step.line >= until.line:
        return False
    if step.keyword == "WORKDIR":
        here = workdir_after(step)
        return any(here != folder and is_below(here, folder) for folder in folders)
    if step.keyword in ("COPY", "ADD"):
        target = sources(step)[1]
        return any(is_below(target, folder) or is_below(folder, target) for folder in folders)
    text = command_text(step.instruction) if step.keyword == "RUN" else ""
    return any(folder in text or is_below(step.workdir, folder) for folder in folders if text)


def _given(run: Run) -> set[str] | None:
    """The folders that a RUN gives away; None where it does more than make users and folders."""
    made: set[str] = set()
    given: set[str] = set()
    if run.script is None or run.step.instruction.heredocs:
        return None
    for part, name in run.parts:
        if name == "user":
            continue
        for command in part.commands:
            paths = _paths(command, run.step)
            if paths is None:
                return None
            (made if command.program == "mkdir" else given).update(paths)
    return given if given <= made else None


def _paths(command: Command, step: Step) -> list[str] | None:
    """The folders that one command is about; None for another kind of command, or one with variables."""
    words = program_words(command)
    if command.nested or not words or words[0].text not in _OPTIONS or not all(w.literal for w in words):
        return None
    texts = [word.text for word in words[1:]]
    options = {text for text in texts if text.startswith("-")}
    if not options <= _OPTIONS[words[0].text]:
        return None
    given = [text for text in texts if not text.startswith("-")]
    paths = given if words[0].text == "mkdir" else given[1:]
    return [posixpath.normpath(posixpath.join(step.workdir, path)) for path in paths]
