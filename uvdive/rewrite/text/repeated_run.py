"""A RUN as the final stage repeats it: the author's text without what only the build does (R28, R33)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from uvdive.distro.managers import user_operands
from uvdive.distro.places import is_cleaned, is_temporary
from uvdive.dockerfile.shell.commands import Command, Part, Word, program_words
from uvdive.dockerfile.text.edits import Edit, source_with
from uvdive.ledger.report import User
from uvdive.rewrite.evidence.commands.command_kinds import REPEATED, Class
from uvdive.rewrite.evidence.commands.gone_again import lacks, removed_words
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.packages import PackagePlan

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
    missed = missed or any(_cut_words(run, *each) != [] for each in run.parts)
    missed = missed or any(_asks_what_is_gone(part, edited=bool(edits)) for part, _ in run.parts)
    as_it_is = run.repeated_whole and not missed and not packages.without.get(run.step.line)
    whole = len(kept) == len(run.parts) or as_it_is
    if not whole:
        edits = [edit for edit in edits if _inside(run, kept, edit)] + list(_cuts(run, kept))
    edits += [edit for index, each in enumerate(run.parts) if index in kept for edit in _shorter(run, *each)]
    if not edits:
        return run.step.instruction.source.rstrip("\r\n") + "\n"
    source = source_with(run.step.instruction, edits, escape)
    if source is None:
        source = _on_one_line(run, kept, edits)
    return source.rstrip("\r\n") + "\n"


def rest_of(run: Run, packages: PackagePlan, escape: str) -> str | None:
    """What a RUN does behind what is repeated of it, as a RUN of its own.

    None where that is all of it, and where the two are not one behind the other, tied by `&&` alone, or
    share the shell's state.
    """
    line = run.step.line
    if packages.without.get(line) or packages.edits.get(line):
        return None
    kept = _kept_parts(run, set())
    cut = [(part, words) for part, name in run.parts if (words := _cut_words(run, part, name))]
    if len(kept) == len(run.parts):
        return _rest_of_removal(run, *cut[0]) if len(cut) == 1 else None
    if cut:
        return None
    behind = [part for part, _ in run.parts[len(kept) :]]
    stateless = all(run.classes[index] != "state" for index in kept)
    tied = all(part.before == "&&" for part in behind)
    if not kept or kept != list(range(len(kept))) or not stateless or not tied:
        return None
    if run.step.instruction.flags or run.step.instruction.heredocs:
        return None
    return source_with(run.step.instruction, [Edit(run.parts[0][0].start, behind[0].start)], escape)


def _kept_parts(run: Run, without: set[int]) -> list[int]:
    """The repeated parts, and the shell's state that they stand on; never its folder."""
    wanted = [i for i, name in enumerate(run.classes) if name in REPEATED and i not in without]
    last = max(wanted, default=-1)
    kept = []
    for index, (part, name) in enumerate(run.parts):
        moves = any(command.program == "cd" for command in part.commands)
        serves = name == "state" and not moves and index < last and index not in without
        # What cleans up behind an install in the same RUN, or talks about it.
        cut = _cut_words(run, part, name)
        cleans = cut is not None and (name == "nothing" or bool(cut))
        cleans = cleans and any(run.classes[i] == "os-packages" for i in wanted)
        cleans = cleans and not any(_misses(command) for command in part.commands)
        cleans = cleans and not any(_asks(command) for command in part.commands)
        if index in wanted or serves or (cleans and index not in without):
            kept.append(index)
    return kept


def _cut_words(run: Run, part: Part, name: Class) -> list[Word] | None:
    """What an ``rm`` removes and the final stage never has; None where that is all of it.

    That is whatever packages do not leave behind, and temporary files that were brought to the build
    stage alone.
    """
    paths = removed_words(part) if name in ("files", "nothing") else []
    cut = [word for word in paths if (name == "files" and not is_cleaned(word.text)) or lacks(run, word)]
    return None if paths and len(cut) == len(paths) else cut


def _shorter(run: Run, part: Part, name: Class) -> list[Edit]:
    """Takes them out."""
    words = list(program_words(part.commands[0])) if part.commands else []
    return [Edit(words[words.index(word) - 1].end, word.end) for word in _cut_words(run, part, name) or ()]


def _rest_of_removal(run: Run, part: Part, cut: Sequence[Word]) -> str | None:
    """What an ``rm`` does beside what the final stage repeats of it, as a RUN of its own."""
    if run.step.instruction.flags or run.step.instruction.heredocs:
        return None
    words = program_words(part.commands[0])
    options = [word for word in words[1:] if word.text.startswith("-")]
    said = (run.text[word.start : word.end] for word in (words[0], *options, *cut))
    return f"RUN {' '.join(said)}\n"


def _misses(command: Command) -> bool:
    """Does a command remove a temporary file that only the build stage has, and fail without it?"""
    forced = any(re.match(r"-[a-zA-Z]*f|--force", word) for word in command.argv)
    return command.program == "rm" and not forced and any(map(is_temporary, command.argv))


def _asks_what_is_gone(part: Part, *, edited: bool) -> bool:
    """Does a part ask a program about itself that only the build stage may have?

    That is uv, and any where packages are left out.
    """
    return any(_asks(command) and (edited or command.program in ("uv", "uvx")) for command in part.commands)


def _asks(command: Command) -> bool:
    """Does a command only print a program's version, which tells the build and makes nothing?"""
    return len(command.argv) == 2 and command.argv[1] in ("--version", "-V", "-v", "version", "--help")


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
    operands = user_operands(words[1:])
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
