"""The commands that install and remove OS packages, with their packages word by word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from uvdive.distro import managers
from uvdive.dockerfile.shell.commands import Command, Word, program_words
from uvdive.dockerfile.text.edits import Edit
from uvdive.rewrite.evidence.commands.command_kinds import classify
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.commands.shell_words import UNKNOWN, texts, values_of

_NAME = re.compile(r"[a-z0-9@][a-z0-9+._@-]*")


@dataclass(frozen=True, slots=True)
class Listed:
    """One package of an installing command; ``name`` without version and architecture, empty if unknown.

    Several share a ``word`` that stands for more than one, or for one that it does not spell
    (``told``): a variable, a substitution, a pattern, what ``xargs`` reads.
    """

    word: Word
    name: str
    pin: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class Install:
    """``apt-get install …`` or ``apk add …``: ``words`` can be changed where ``editable``.

    Where ``whole``, the command can only be written anew, with all that belongs to it: a loop, a pipe.
    ``virtual`` is the name that apk gives the group.
    """

    run: Run
    part: int
    command: Command
    words: tuple[Listed, ...]
    editable: bool
    recommends: bool
    virtual: str | None
    whole: bool = False

    @property
    def changeable(self) -> bool:
        """Can its packages be changed?"""
        return self.editable or self.whole

    @property
    def unread(self) -> bool:
        """Does it read a list or a value that the final stage does not have?"""
        return self.part in self.run.unread

    def anew(self, names: Iterable[str]) -> str:
        """The command by itself, with its own options, for these packages."""
        words = [word.text for word in program_words(self.command)]
        with_value = managers.options_with_value(words[0].rsplit("/", 1)[-1])
        kept, value = [], False
        for word in words[1:]:
            if value or word.startswith("-"):
                kept.append(word)
            value = not value and word in with_value
        what = next(word for word in words[1:] if managers.is_install(words[0].rsplit("/", 1)[-1], word))
        return " ".join([words[0], what, *kept, *names])


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
    return _named(word, word.text)


def _named(word: Word, text: str, *, told: bool = False) -> Listed:
    match = re.fullmatch(rf"({_NAME.pattern})(:[a-z0-9]+)?((?:=|/|~=?|[<>]=?).+)?", text)
    # `apt-get install x- y+`: a sign at the end removes or installs.
    signed = text.endswith(("-", "+")) and text != "g++"
    known = match is not None and not signed and not any(mark in text for mark in f"$`{UNKNOWN}")
    name = match[1].partition("@")[0] if match and known else ""
    return Listed(word, name, (match[3] or "") if match else "", told)


def _all_listed(run: Run, word: Word) -> Iterator[Listed]:
    """What a word stands for; variables that the text tells are followed."""
    plain = _listed(word)
    if plain.name or word.literal or run.script is None:
        yield plain
        return
    for text in texts(word.text, values_of(run.script, run.step.values)):
        for piece in text.split():
            # What follows a version or an architecture that only the shell knows is not needed.
            head = re.match(rf"[^=:{UNKNOWN}]*(?=[=:])", piece) if UNKNOWN in piece else None
            yield _named(word, piece if head is None else head[0], told=True)


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
                    found.append(_install(run, index, command, words))
    return found


def _install(run: Run, index: int, command: Command, words: Iterable[Word]) -> Install:
    part = run.parts[index][0]
    listed = list(dict.fromkeys(each for word in words for each in _all_listed(run, word)))
    others = [each for each in part.commands if each is not command]
    piped = command.argv[0].rsplit("/", 1)[-1] == "xargs"
    own = not command.nested and not piped and all("substitution" in each.nested for each in others)
    editable = not command.outputs and (part.simple or own) and not piped
    if piped:
        listed.append(Listed(Word("", part.start, part.end, literal=False), "", "", told=True))
    alone = not command.outputs and all(classify(each) == "nothing" for each in others)
    whole = alone and not editable and any(each.told for each in listed)
    recommends = not managers.without_recommends(command.argv)
    return Install(run, index, command, tuple(listed), editable, recommends, _virtual(command), whole)


def without_words(install: Install, names: Collection[str]) -> list[Edit]:
    """The command without some of its packages, each with the space in front of it."""
    edits = []
    ends = {word.end for word in (*install.command.assignments, *install.command.words)}
    for listed in install.words:
        if listed.name in names:
            before = max((end for end in ends if end <= listed.word.start), default=listed.word.start)
            edits.append(Edit(before, listed.word.end, ""))
    return edits


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
                    listed = (each for word in words for each in _all_listed(run, word))
                    names += [each.name or each.word.text for each in listed if program != "apt-mark"]
            if removes:
                found.append(Removal(run, index, tuple(names)))
    return found


def refreshes(command: Command) -> bool:
    """Does a command only serve an install: ``apt-get update``, ``clean``, ``upgrade`` of nothing?"""
    program, what, _ = _subcommand(command)
    return managers.is_refresh(program, what)
