"""The commands of a shell text, for reading only: nothing is ever written from what is read here.

tree-sitter-bash does the parsing (``shelltree``). A text that it cannot parse is
unknown, and so is all that a program is told as a text of its own (``eval "$X"``):
never guessed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.dockerfile.syntax import Instruction

SHELLS = frozenset({"sh", "bash", "dash", "ash"})
_LONE_HEREDOC = re.compile(r"\d*<<-?\S+")
_SHEBANG = re.compile(r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(?P<program>\S+)")


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


def read_script(text: str) -> Script | None:
    """Read a shell text; None where it is not understood as a whole."""
    from uvdive.dockerfile.shelltree import read

    shebang = _SHEBANG.match(text)
    if shebang and shebang["program"].rsplit("/", 1)[-1] not in SHELLS:
        return None
    return read(text)


def commands(text: str) -> tuple[Command, ...] | None:
    """The simple commands of a plain list, or None where the text holds more than these."""
    script = read_script(text)
    if script is None:
        return None
    found = script.commands
    return None if any(command.nested for command in found) else found


def shell_text(instruction: Instruction) -> str:
    """What the shell gets to read in a RUN, CMD, ENTRYPOINT or HEALTHCHECK's command.

    A heredoc alone is a script; others follow the line that names them. An exec
    form comes with its words quoted.
    """
    if instruction.exec_form is not None:
        return shlex.join(instruction.exec_form)
    if instruction.heredocs and _LONE_HEREDOC.fullmatch(instruction.arguments.strip()):
        return "".join(heredoc.body for heredoc in instruction.heredocs)
    bodies = "".join(f"\n{heredoc.body}{heredoc.name}" for heredoc in instruction.heredocs)
    return instruction.arguments + bodies


def argument_of(words: Sequence[Word]) -> Word | None:
    """The text that ``sh -c TEXT`` runs: the word behind the option; None where there is none."""
    for index, word in enumerate(words[1:], 1):
        if re.fullmatch(r"-\w*c\w*", word.text):
            return words[index + 1] if index + 1 < len(words) else None
        if not word.text.startswith("-"):
            return None
    return None
