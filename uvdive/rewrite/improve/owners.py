"""``chown -R`` in the last stage: the owner is given by COPY, so that no byte is stored twice (R29)."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.base.paths import is_below
from uvdive.base.units import size
from uvdive.dockerfile.shell.commands import Command, Word, program_words
from uvdive.dockerfile.text.edits import Edit
from uvdive.dockerfile.variables import expand_known
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.improve.new_owners import given_owner
from uvdive.rewrite.improve.owned import Owned, owned_by_image, owned_by_text
from uvdive.rewrite.improve.work import ROOT, Copied, Unsafe, Work, lone
from uvdive.rewrite.text import with_flag

DECISION = "copied-with-owner"
_CHANGES = frozenset({"chmod", "chgrp", "setfacl"})
_ADVICE = "Give the owner to COPY (--chown), so that each byte is stored once."


@dataclass(frozen=True, slots=True)
class Chown:
    """``chown -R OWNER PATH …`` as one part of a RUN; ``folders`` are absolute."""

    run: Run
    part: int
    command: Command
    options: tuple[str, ...]
    owner: Word
    folders: tuple[str, ...]


def mend_owners(work: Work) -> None:
    """Let COPY give the owner where the result is the same; else say why not, and what to do."""
    for run in work.runs:
        for index, (part, _) in enumerate(run.parts):
            command = lone(part)
            if command is None or command.program != "chown" or not _is_recursive(command):
                continue
            found = _read(run, index, command)
            if found is None:
                continue
            try:
                _mend(work, found)
            except Unsafe as unsafe:
                _warn(work, found, str(unsafe))


def _is_recursive(command: Command) -> bool:
    return any(
        word == "--recursive" or (word.startswith("-") and not word.startswith("--") and "R" in word)
        for word in command.argv[1:]
    )


def _read(run: Run, index: int, command: Command) -> Chown | None:
    """The command in parts; None where its words are not plain, so that nothing can be said of it."""
    words = list(program_words(command))[1:]
    options = [word.text for word in words if word.text.startswith("-")]
    operands = [word for word in words if not word.text.startswith("-")]
    moves = any(c.program == "cd" for part, _ in run.parts[:index] for c in part.commands)
    plain = all(option.lstrip("-") == "recursive" or not option.startswith("--") for option in options)
    if not plain or len(operands) < 2 or command.outputs:
        return None
    folders = []
    for word in operands[1:]:
        text = word.text if word.literal else expand_known(word.text, run.step.values.get)
        if text is None or any(sign in text for sign in "*?[$`") or (moves and not text.startswith("/")):
            return None
        folders.append(posixpath.normpath(posixpath.join(run.step.workdir, text)))
    left = tuple(option for option in options if option != "--recursive")
    return Chown(run, index, command, left, operands[0], tuple(folders))


def _copies(work: Work, chown: Chown, folder: str) -> list[Copied]:
    """What was copied below a folder before it changed hands."""
    line, stage = chown.run.step.line, chown.run.step.stage
    before = [copy for copy in work.copies if copy.step.line < line and copy.step.stage == stage]
    return [copy for copy in before if is_below(copy.target, folder)]


def _mend(work: Work, chown: Chown) -> None:
    """Change the COPYs and the command.

    Raises:
        Unsafe: the image would not be the same, or nobody knows.
    """
    found = {folder: _copies(work, chown, folder) for folder in chown.folders}
    found = {folder: copies for folder, copies in found.items() if copies}
    if not found:
        if _killed(work, chown):
            raise Unsafe("no COPY of that stage wrote it")
        return
    if chown.run.step.user not in ROOT or len(set(chown.options) - {"-R"}) > 0:
        raise Unsafe("it has options, or a user, that COPY cannot stand for")
    if (program := _written_anyway(chown, tuple(found))) is not None:
        raise Unsafe(f"{program} -R in the same RUN writes the files again too")
    owned = {folder: _owned(work, chown, folder, copies) for folder, copies in found.items()}
    copies = sorted({copy.step.line: copy for each in found.values() for copy in each}.items())
    given = given_owner(
        work, chown.run, chown.owner, [copy for _, copy in copies], tuple(found), list(owned.values())
    )
    staying = [(line, copy) for line, copy in copies if line not in work.edits.gone]
    flagged = {line: with_flag(copy.step.instruction, "chown", given.text) for line, copy in staying}
    sources = {line: source for line, source in flagged.items() if source is not None}
    rest = _rest(chown, owned)
    gone = set() if rest else {chown.part}
    moved_from = given.maker if given.maker is not None and given.maker is not chown.run else None
    unchanged = len(sources) < len(flagged) or any(line in work.edits.replaced for line in sources)
    if unchanged or not _can_cut(work, chown.run, gone, given.parts if moved_from is None else ()):
        raise Unsafe("the instruction cannot be changed where it stands")
    if moved_from is not None and not _can_cut(work, moved_from, set(), given.parts):
        raise Unsafe("the instruction that makes the user cannot be moved")
    for line, source in sources.items():
        work.edits.replaced[line] = (source, DECISION)
    change = work.change(chown.run, DECISION)
    if rest:
        part = chown.run.parts[chown.part][0]
        change.words.append(Edit(part.start, part.end, rest))
    change.gone |= gone
    if given.maker is not None:
        other = work.change(given.maker, DECISION)
        other.moved.update(given.parts)
        other.moved_to = copies[0][0]
    _note(work, chown, given.text, owned)


def _written_anyway(chown: Chown, folders: Sequence[str]) -> str | None:
    """The command of the same RUN that changes all files below or around a folder, whoever owns them."""
    run = chown.run
    for part, _ in run.parts:
        for command in part.commands:
            if command is chown.command or command.program not in _CHANGES or not _is_recursive(command):
                continue
            words = [word.text for word in program_words(command)[1:] if not word.text.startswith("-")]
            paths = [posixpath.normpath(posixpath.join(run.step.workdir, word)) for word in words[1:]]
            unknown = any(sign in word for word in words for sign in "*?[$`")
            near = any(is_below(path, each) or is_below(each, path) for path in paths for each in folders)
            if unknown or near:
                return command.program
    return None


def _can_cut(work: Work, run: Run, gone: set[int], moved: Sequence[int]) -> bool:
    every = set(range(len(run.parts)))
    left = sorted(gone | set(moved))
    return work.can_cut(run, left) and (not moved or work.can_cut(run, sorted(every - set(moved))))


def _owned(work: Work, chown: Chown, folder: str, copies: list[Copied]) -> Owned:
    """What the COPYs cannot give the owner to.

    Raises:
        Unsafe: the result would not be the same, or nobody knows.
    """
    if work.files is not None:
        return owned_by_image(work.files, chown.run, folder, copies)
    return owned_by_text(work, chown.run, chown.part, folder, copies)


def _rest(chown: Chown, owned: dict[str, Owned]) -> str:
    """The commands that are left: for folders that are there before the COPY, and for what RUNs made."""
    alone = [path for found in owned.values() for path in found.alone]
    whole = [path for found in owned.values() for path in found.whole]
    whole += [folder for folder in chown.folders if folder not in owned]
    owner = chown.owner.text
    parts = [f"chown {owner} {' '.join(alone)}"] if alone else []
    parts += [f"chown -R {owner} {' '.join(whole)}"] if whole else []
    return " && ".join(parts)


def _killed(work: Work, chown: Chown) -> dict[str, int]:
    layer = chown.run.step.layer
    return {} if layer is None else work.killed(layer, chown.folders)


def _note(work: Work, chown: Chown, owner: str, owned: dict[str, Owned]) -> None:
    line, layer = chown.run.step.line, chown.run.step.layer
    killed: dict[str, int] = {}
    if layer is not None:
        killed = work.killed(layer, tuple(owned))
        whole = [path for found in owned.values() for path in found.whole]
        for name, count in work.killed(layer, whole).items():
            killed[name] -= count
    for name, count in killed.items():
        work.save(name, count)
    total = sum(killed.values())
    twice = f"which stores {size(total)} a second time" if total else "which stores every file a second time"
    work.notes.decide(
        DECISION,
        "R29",
        line,
        f"Copy with --chown={owner}, instead of chown -R",
        f"A change of owner in a later layer writes the files again, {twice}; COPY gives them the owner "
        "at once. Every path keeps its owner, group and mode.",
    )
    work.mended.add(("rewritten-later", line))


def _warn(work: Work, chown: Chown, why: str) -> None:
    line, total = chown.run.step.line, sum(_killed(work, chown).values())
    work.mended.add(("rewritten-later", line))  # it is told here
    stores = f"stores {size(total)} a second time" if total else "stores every file a second time"
    work.notes.warn(
        "R29",
        line,
        f"This chown -R of {' and '.join(chown.folders)} {stores}. It is left as it is, as {why}. {_ADVICE}",
        total,
    )
