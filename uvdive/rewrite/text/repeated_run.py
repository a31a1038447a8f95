"""A RUN as the final stage repeats it: the author's text without what only the build does (R28, R33)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from uvdive.distro.places import is_temporary
from uvdive.dockerfile.commands import Command, program_words
from uvdive.dockerfile.edits import Edit, source_with
from uvdive.ledger.report import User
from uvdive.rewrite.evidence.command_kinds import REPEATED
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.packages import PackagePlan

_VALUES = frozenset(
    (
        *("--gecos", "--home", "--shell", "--ingroup", "--firstuid", "--lastuid", "--comment", "--conf"),
        *("-g", "-h", "-s", "-G", "-k", "-b", "-c", "-d", "-e", "-f", "-K", "-p", "-u"),
        *("--home-dir", "--base-dir", "--expiredate", "--inactive", "--gid", "--groups", "--skel", "--key"),
        *("--password", "--uid"),
    )
)
_MAKERS = frozenset({"useradd", "groupadd", "adduser", "addgroup"})


def repeated_text(
    run: Run, packages: PackagePlan, users: Sequence[User], os_id: str, escape: str
) -> str | None:
    """The instruction for the final stage, with one line end; None where nothing is left to repeat.

    Raises:
        Refused: it cannot be divided (R33).
    """
    kept = _kept_parts(run, packages.without.get(run.step.line, set()))
    if not any(run.classes[index] in REPEATED for index in kept):
        return None
    edits = [*packages.edits.get(run.step.line, ()), *_ids(run, users, os_id)]
    missed = any(_misses(command) for part, _ in run.parts for command in part.commands)
    as_it_is = run.repeated_whole and not missed and not packages.without.get(run.step.line)
    whole = len(kept) == len(run.parts) or as_it_is
    if not whole:
        edits = [edit for edit in edits if _inside(run, kept, edit)] + list(_cuts(run, kept))
    if not edits:
        return run.step.instruction.source.rstrip("\r\n") + "\n"
    source = source_with(run.step.instruction, edits, escape)
    if source is None:
        source = _on_one_line(run, kept, edits)
    return source.rstrip("\r\n") + "\n"


def _kept_parts(run: Run, without: set[int]) -> list[int]:
    """The repeated parts, and the shell's state that they stand on; never its folder."""
    wanted = [i for i, name in enumerate(run.classes) if name in REPEATED and i not in without]
    last = max(wanted, default=-1)
    kept = []
    for index, (part, name) in enumerate(run.parts):
        moves = any(command.program == "cd" for command in part.commands)
        serves = name == "state" and not moves and index < last and index not in without
        # What cleans up behind an install in the same RUN, or talks about it.
        cleans = name == "nothing" and any(run.classes[i] == "os-packages" for i in wanted)
        cleans = cleans and not any(_misses(command) for command in part.commands)
        if index in wanted or serves or (cleans and index not in without):
            kept.append(index)
    return kept


def _misses(command: Command) -> bool:
    """Does a command remove a temporary file that only the build stage has, and fail without it?"""
    forced = any(re.match(r"-[a-zA-Z]*f|--force", word) for word in command.argv)
    return command.program == "rm" and not forced and any(map(is_temporary, command.argv))


def _inside(run: Run, kept: Sequence[int], edit: Edit) -> bool:
    return any(run.parts[i][0].start <= edit.start and edit.end <= run.parts[i][0].end for i in kept)


def _cuts(run: Run, kept: Sequence[int]) -> Iterator[Edit]:
    """Take the other parts out, each with the operator that tied it to the part before."""
    parts = [part for part, _ in run.parts]
    if kept[0] > 0:
        yield Edit(parts[0].start, parts[kept[0]].start)
    for here, following in zip(kept, [*kept[1:], len(parts)], strict=True):
        if following > here + 1:
            yield Edit(parts[here].end, parts[following - 1].end)


def _on_one_line(run: Run, kept: Sequence[int], edits: Sequence[Edit]) -> str:
    """The instruction anew, where the author's text cannot be edited in place."""
    if run.step.instruction.heredocs and any("<<" in run.text[run.parts[i][0].start :] for i in kept):
        raise Refused(
            "R33",
            "This RUN can only be divided by hand: give what installs packages or makes users a RUN.",
            run.step.line,
        )
    pieces: list[str] = []
    for index in kept:
        part = run.parts[index][0]
        text = run.text[part.start : part.end]
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            if part.start <= edit.start and edit.end <= part.end:
                text = text[: edit.start - part.start] + edit.text + text[edit.end - part.start :]
        operator = "" if not pieces else " && " if part.before in ("&&", "\n") else f"{part.before} "
        pieces.append(f"{operator}{text}")
    flags = "".join(f"{flag} " for flag in run.step.instruction.flags)
    return f"RUN {flags}{''.join(pieces)}\n"


def _ids(run: Run, users: Sequence[User], os_id: str) -> Iterator[Edit]:
    """``useradd app`` with the number that the original image has for app (R28)."""
    for part, name in run.parts:
        if name != "user":
            continue
        for command in part.commands:
            option = None if command.nested == "sh -c" else _id_option(command, users, os_id)
            if option is not None:
                tool = program_words(command)[0]
                yield Edit(tool.end, tool.end, f" {option}")


def _id_option(command: Command, users: Sequence[User], os_id: str) -> str | None:
    words = [word.text for word in program_words(command)]
    if not words or words[0].rsplit("/", 1)[-1] not in _MAKERS:
        return None
    tool = words[0].rsplit("/", 1)[-1]
    operands = _operands(words[1:])
    user = next((user for user in users if operands and user.name == operands[-1]), None)
    if user is None:
        return None
    is_group = tool in ("groupadd", "addgroup")
    short, long, number = ("g", "gid", user.gid) if is_group else ("u", "uid", user.uid)
    if any(re.match(rf"-{short}\b|--{long}\b|-\w*{short}$", word) for word in words):
        return None
    if tool == "adduser" and len(operands) > 1:
        return None  # `adduser USER GROUP` makes nobody
    name = f"--{long}" if tool in ("adduser", "addgroup") and os_id != "alpine" else f"-{short}"
    return f"{name} {shlex.quote(str(number))}"


def _operands(words: Sequence[str]) -> list[str]:
    """The words that are neither options of useradd or of Debian's or busybox's adduser, nor their values."""
    found = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in _VALUES:
            skip = True
        elif not word.startswith("-"):
            found.append(word)
    return found
