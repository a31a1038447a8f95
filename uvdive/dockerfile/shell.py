"""The commands of a shell text, as far as they are understood: lists of simple commands.

What is not a plain list (command substitution, subshells, compound commands,
heredocs) is answered with None and never guessed. Issue 7 puts a full shell parser
behind ``commands``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_OPERATORS = ("&&", "||", ";;", ";", "|&", "|", "&", "\n")
_REDIRECT = re.compile(r"\d*(?:>>|>&|>\||>|<&|<)")
_COMPOUND = frozenset({"if", "then", "else", "fi", "for", "while", "until", "do", "done", "case", "esac"})
_OPENING = frozenset({"{", "}", "!", "[[", "function", "select"})


@dataclass(frozen=True, slots=True)
class Word:
    """One word without its quotes; ``start`` and ``end`` are offsets in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command. ``before`` is the operator in front of it, empty for the first.

    ``words`` are without assignments in front (``assignments``) and redirections;
    ``outputs`` are the files that it redirects to.
    """

    before: str
    words: tuple[Word, ...]
    assignments: tuple[Word, ...]
    start: int
    end: int
    outputs: tuple[str, ...] = ()

    @property
    def argv(self) -> tuple[str, ...]:
        """The words as texts."""
        return tuple(word.text for word in self.words)


class _UnknownError(Exception):
    """Not a plain list of simple commands."""


def commands(text: str) -> tuple[Command, ...] | None:
    """Split a shell text into its simple commands, or None where it holds more than these."""
    try:
        return _read(text)
    except _UnknownError:
        return None


def _read(text: str) -> tuple[Command, ...]:
    found: list[Command] = []
    words: list[Word] = []
    outputs: list[str] = []
    before, at = "", 0
    while True:
        while at < len(text) and text[at] in " \t\r":
            at += 1
        operator = next((op for op in _OPERATORS if text.startswith(op, at)), None)
        if operator is None and at < len(text):
            redirect = _REDIRECT.match(text, at)
            if redirect:
                target = _redirected(text, redirect)
                at = target.end
                if ">" in redirect[0] and not redirect[0].endswith("&"):
                    outputs.append(target.text)
                continue
            word = _word(text, at)
            words.append(word)
            at = word.end
            continue
        if words:
            found.append(replace(_command(before, words), outputs=tuple(outputs)))
        elif operator not in (None, "\n", ";"):
            raise _UnknownError
        if operator is None:
            return tuple(found)
        words, outputs, before, at = [], [], operator, at + len(operator)


def _redirected(text: str, match: re.Match[str]) -> Word:
    at = match.end()
    if match[0].endswith("<") and text.startswith("<", at):
        raise _UnknownError
    while at < len(text) and text[at] in " \t":
        at += 1
    return _word(text, at)


def _command(before: str, words: list[Word]) -> Command:
    assignments: list[Word] = []
    rest = list(words)
    while rest and re.match(r"[A-Za-z_]\w*=", rest[0].text):
        assignments.append(rest.pop(0))
    if rest and (rest[0].text in _COMPOUND or rest[0].text in _OPENING):
        raise _UnknownError
    return Command(before, tuple(rest), tuple(assignments), words[0].start, words[-1].end)


def _word(text: str, start: int) -> Word:
    out: list[str] = []
    at = start
    while at < len(text) and text[at] not in " \t\r\n;|&<>":
        char = text[at]
        if char in "()`" or text.startswith("$(", at) or (char == "#" and at == start):
            raise _UnknownError
        if char == "'":
            end = _closing(text, at + 1, "'")
            out.append(text[at + 1 : end])
            at = end + 1
        elif char == '"':
            piece, at = _double_quoted(text, at + 1)
            out.append(piece)
        elif char == "\\":
            out.append(text[at + 1 : at + 2])
            at += 2
        elif text.startswith("${", at):
            end = _closing(text, at, "}")
            out.append(text[at : end + 1])
            at = end + 1
        else:
            out.append(char)
            at += 1
    if at == start:
        raise _UnknownError
    return Word("".join(out), start, min(at, len(text)))


def _closing(text: str, at: int, mark: str) -> int:
    end = text.find(mark, at)
    if end < 0 or "$(" in text[at:end] * (mark != "'"):
        raise _UnknownError
    return end


def _double_quoted(text: str, at: int) -> tuple[str, int]:
    out: list[str] = []
    while at < len(text) and text[at] != '"':
        if text[at] == "`" or text.startswith("$(", at):
            raise _UnknownError
        if text[at] == "\\" and text[at + 1 : at + 2] in ('"', "\\", "$", "`"):
            at += 1
        out.append(text[at : at + 1])
        at += 1
    if at >= len(text):
        raise _UnknownError
    return "".join(out), at + 1
