"""What ``--chown`` says, and whether its user is there when COPY runs (R28, R29)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.base.paths import is_below
from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.shell.commands import Word
from uvdive.dockerfile.variables import expand_known
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.improve.owned import Owned
from uvdive.rewrite.improve.work import ROOT, Copied, Unsafe, Work, lines_between

_NUMBERS = re.compile(r"\d*")
_STATE = ("ENV", "ARG", "SHELL", "USER")


@dataclass(frozen=True, slots=True)
class Given:
    """The value of ``--chown``; ``maker`` is the RUN whose ``parts`` make the user, if those have to move."""

    text: str
    maker: Run | None = None
    parts: tuple[int, ...] = ()


def given_owner(
    work: Work, run: Run, word: Word, copies: Sequence[Copied], folders: Sequence[str], owned: Sequence[Owned]
) -> Given:
    """The owner as COPY takes it.

    Args:
        work: what is known of the file.
        run: the RUN that changes the owner.
        word: the owner as the command has it.
        copies: the COPYs that get the flag, in order.
        folders: what changes hands.
        owned: what the image tells of them.

    Raises:
        Unsafe: COPY cannot give it.
    """
    first = copies[0].step
    user, group = _named(run, word, copies)
    written = word.text
    if not group:
        number = _group(copies, owned)
        group, written = str(number), f"{word.text}:{number}"
    names = [name for name in (user, group) if not _NUMBERS.fullmatch(name)]
    if names and any(copy.step.instruction.flag("link") is not None for copy in copies):
        raise Unsafe("COPY --link knows no names of users")
    makers = [maker for name in names if (maker := _maker(work, name)) is not None]
    late = [maker for maker in makers if maker.step.line > first.line]
    if not late:
        return Given(written)
    parts = _movable(work, late[0], first.line, folders)
    if parts is None or first.user not in ROOT or any(maker is not late[0] for maker in late):
        raise Unsafe("the user is made behind the COPY: make it before")
    return Given(written, late[0], parts)


def _named(run: Run, word: Word, copies: Sequence[Copied]) -> tuple[str, str]:
    """User and group as they are known where COPY stands; no group where none is named."""
    known = word.text if word.literal else expand_known(word.text, run.step.values.get)
    there = {expand_known(word.text, copy.step.values.get) for copy in copies}
    if known is None or (not word.literal and there != {known}) or "." in known or "`" in known:
        raise Unsafe("its owner is not known where COPY stands")
    user, colon, group = known.partition(":")
    if not user or (colon and not group):
        raise Unsafe("it names no user and group that COPY could give")
    return user, group


def _group(copies: Sequence[Copied], owned: Sequence[Owned]) -> int:
    """The group that all copied files have without one being named: root's, as far as the text tells."""
    groups = frozenset[int]().union(*(each.groups for each in owned))
    plain = all(copy.source is None and copy.step.instruction.flag("chown") is None for copy in copies)
    if len(groups) > 1 or not (groups or plain):
        raise Unsafe("the files keep groups of their own, which COPY could not give them")
    return next(iter(groups), 0)


def _maker(work: Work, name: str) -> Run | None:
    """The RUN that makes a user or group; None where the base has it."""
    for run in work.runs:
        for part, kind in run.parts:
            if kind == "user" and any(name in command.argv[1:] for command in part.commands):
                return run
    return None


def _movable(work: Work, run: Run, to: int, folders: Sequence[str]) -> tuple[int, ...] | None:
    """The parts of a RUN that make users, if they can run before a COPY; None where they cannot."""
    parts = [index for index, (_, kind) in enumerate(run.parts) if kind == "user"]
    between = [*lines_between(work.steps, to, run.step.line)]
    if any(step.keyword in _STATE for step in between) or mounts_of(run.step.instruction):
        return None
    for part, kind in run.parts[: parts[-1]]:
        sets = kind == "state" and all(command.program == "set" for command in part.commands)
        if kind not in ("user", "nothing", "files") and not sets:
            return None
    for index in parts:
        for command in run.parts[index][0].commands:
            named = [word for word in command.argv[1:] if word.startswith("/")]
            homes = [f"/home/{word}" for word in command.argv[1:] if not word.startswith(("-", "/"))]
            if command.outputs or any(
                is_below(path, folder) or is_below(folder, path)
                for folder in folders
                for path in [*named, *homes]
                if path != "/"
            ):
                return None
    return tuple(parts)
