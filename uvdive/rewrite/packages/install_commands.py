"""The commands that install and remove OS packages, with their packages word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from uvdive.distro import managers
from uvdive.dockerfile.commands import Command, Word, program_words
from uvdive.rewrite.evidence.runs import Run

_NAME = re.compile(r"[a-z0-9@][a-z0-9+._@-]*")


@dataclass(frozen=True, slots=True)
class Listed:
    """One word of an installing command; ``name`` without version and architecture, empty if unknown."""

    word: Word
    name: str
    pin: str


@dataclass(frozen=True, slots=True)
class Install:
    """``apt-get install …`` or ``apk add …``: ``words`` can be changed where ``editable``.

    ``virtual`` is the name that apk gives the group.
    """

    run: Run
    part: int
    command: Command
    words: tuple[Listed, ...]
    editable: bool
    recommends: bool
    virtual: str | None


@dataclass(frozen=True, slots=True)
class Removal:
    """``apt-get purge``, ``apk del`` and the like; without names it is an ``autoremove``."""

    run: Run
    part: int
    names: tuple[str, ...]


def _operands(words: Iterable[Word], with_value: frozenset[str]) -> Iterator[Word]:
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.text in with_value:
            skip = True
        elif not word.text.startswith("-"):
            yield word


def _listed(word: Word) -> Listed:
    text = word.text
    match = re.fullmatch(rf"({_NAME.pattern})(:[a-z0-9]+)?((?:=|/|~=?|[<>]=?).+)?", text)
    # `apt-get install x- y+`: a sign at the end removes or installs.
    signed = text.endswith(("-", "+")) and text != "g++"
    known = match is not None and not signed and not any(mark in word.text for mark in "$`")
    name = match[1].partition("@")[0] if match and known else ""
    return Listed(word, name, (match[3] or "") if match else "")


def _subcommand(command: Command) -> tuple[str, str, list[Word]]:
    words = list(program_words(command))
    if not words:
        return "", "", []
    program = words[0].text.rsplit("/", 1)[-1]
    rest = list(_operands(words[1:], managers.options_with_value(program)))
    return program, rest[0].text if rest else "", rest[1:]


def installs(runs: Iterable[Run]) -> list[Install]:
    """Every command that installs packages, in order."""
    found = []
    for run in runs:
        for index, (part, name) in enumerate(run.parts):
            if name != "os-packages":
                continue
            for command in part.commands:
                program, what, words = _subcommand(command)
                if managers.is_install(program, what):
                    listed = tuple(_listed(word) for word in words)
                    found.append(
                        Install(
                            run,
                            index,
                            command,
                            listed,
                            part.simple and not command.outputs,
                            not managers.without_recommends(command.argv),
                            _virtual(command),
                        )
                    )
    return found


def _virtual(command: Command) -> str | None:
    for index, text in enumerate(command.argv):
        if text in ("-t", "--virtual") and command.argv[0].endswith("apk"):
            return command.argv[index + 1] if index + 1 < len(command.argv) else None
        if text.startswith("--virtual="):
            return text.partition("=")[2]
    return None


def removals(runs: Iterable[Run]) -> list[Removal]:
    """Every part that removes packages or marks them for removal."""
    found = []
    for run in runs:
        for index, (part, name) in enumerate(run.parts):
            if name != "os-packages":
                continue
            names: list[str] = []
            removes = False
            for command in part.commands:
                program, what, words = _subcommand(command)
                if managers.is_removal(program, what):
                    removes = True
                    names += [word.text for word in words if program != "apt-mark"]
            if removes:
                found.append(Removal(run, index, tuple(names)))
    return found


def refreshes(command: Command) -> bool:
    """Does a command only serve an install: ``apt-get update``, ``clean``, ``upgrade`` of nothing?"""
    program, what, _ = _subcommand(command)
    return managers.is_refresh(program, what)
