"""What a shell text consists of: scripts of parts of commands of words, without how they are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SHELLS = frozenset({"sh", "bash", "dash", "ash"})
_WRAPPERS = frozenset({"sudo", "exec", "command", "time", "nohup", "nice", "eatmydata"})
"""Programs that start the one behind them."""

_XARGS_VALUES = frozenset({"-n", "-I", "-P", "-L", "-d", "-a", "-E", "-s", "--arg-file"})


@dataclass(frozen=True, slots=True)
class Word:
    """One word without its quotes; ``start`` and ``end`` are offsets in the text.

    ``literal`` is false where only the shell knows the word: expansions,
    substitutions (which stand in ``text`` as written) and patterns.
    """

    text: str
    start: int
    end: int
    literal: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command. ``before`` is the operator in front of it, empty for the first.

    ``words`` are without assignments in front (``assignments``) and redirections;
    ``outputs`` are the files that it redirects to. ``nested`` names what it stands
    in (``subshell``, ``if_statement``, ``command_substitution``, ``sh -c`` …), empty
    for a command of a plain list; offsets of those in ``sh -c`` are the outer word's.
    """

    before: str
    words: tuple[Word, ...]
    assignments: tuple[Word, ...]
    start: int
    end: int
    outputs: tuple[str, ...] = ()
    nested: str = ""

    @property
    def argv(self) -> tuple[str, ...]:
        """The words as texts."""
        return tuple(word.text for word in self.words)

    @property
    def program(self) -> str:
        """The program's name without its folder; empty where only the shell knows it."""
        return self.words[0].text.rsplit("/", 1)[-1] if self.words and self.words[0].literal else ""


@dataclass(frozen=True, slots=True)
class Part:
    """One member of a text's outermost list of commands joined by ``&&``, ``;`` and line ends.

    What ``||``, ``|``, ``&``, a heredoc or a compound command ties together is one
    part. ``before`` is the operator in front; ``commands`` are all in it.
    """

    before: str
    start: int
    end: int
    commands: tuple[Command, ...]
    simple: bool


@dataclass(frozen=True, slots=True)
class Script:
    """A whole text that was understood."""

    text: str
    parts: tuple[Part, ...]

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command, the nested ones too, in the text's order."""
        return tuple(command for part in self.parts for command in part.commands)


def argument_of(words: Sequence[Word]) -> Word | None:
    """The text that ``sh -c TEXT`` runs: the word behind the option; None where there is none."""
    for index, word in enumerate(words[1:], 1):
        if re.fullmatch(r"-\w*c\w*", word.text):
            return words[index + 1] if index + 1 < len(words) else None
        if not word.text.startswith("-"):
            return None
    return None


def program_words(command: Command) -> Sequence[Word]:
    """The words from the program on: ``sudo``, ``env A=b`` and the like taken off."""
    words = list(command.words)
    while words:
        name = words[0].text.rsplit("/", 1)[-1]
        if name == "env":
            words.pop(0)
            while words and re.match(r"[A-Za-z_]\w*=", words[0].text):
                words.pop(0)
        elif name in _WRAPPERS and len(words) > 1 and not words[1].text.startswith("-"):
            words.pop(0)
        elif name == "xargs":
            words.pop(0)
            while words and words[0].text.startswith("-"):
                takes = words[0].text in _XARGS_VALUES
                words = words[2 if takes else 1 :]
        else:
            break
    return words
