"""Variables in instructions: ``$X``, ``${X:-y}`` and the like, with quotes, as BuildKit expands them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from uvdive.dockerfile.shell.patterns import cut, replaced
from uvdive.dockerfile.text.heredocs import raw_words

Lookup = Callable[[str], str | None]
"""Finds a variable's value: the ``get`` of a mapping, mostly."""

VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
"""``$X`` or ``${X}``, without anything that a shell could do with it."""

# A name, or one of the shell's own parameters, which no build sets.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")


_DEEPEST = 50
"""How deep ``${A:-${B:-…}}`` may nest; what nests deeper has no value."""

_LONGEST = 1 << 20
"""What variables may add to one text, in characters: eight times what a program can be given.

``ENV A=$A$A`` doubles a value each time it stands there.
"""


class _Reader:
    def __init__(self, text: str, lookup: Lookup, escape: str) -> None:
        self.text, self.lookup, self.escape = text, lookup, escape
        self.at = 0
        self.holes = False
        self.raw = False
        self.depth = self.size = 0

    def word(self, stop: str = "", *, raw: bool = False) -> str:
        """Expand up to the end, or up to the first of ``stop`` outside quotes.

        ``raw`` leaves escapes as they are, as BuildKit does in what is cut or replaced by a pattern.
        """
        outer, self.raw = self.raw, raw
        found = self._word(stop)
        self.raw = outer
        return found

    def _word(self, stop: str) -> str:
        out = []
        while self.at < len(self.text) and self.text[self.at] not in stop:
            char = self.text[self.at]
            if char == "'":
                out.append(self._single())
            elif char == '"':
                out.append(self._double())
            elif char == "$":
                out.append(self._dollar())
            elif char == self.escape:
                following = self.text[self.at + 1 : self.at + 2]
                out.append(char + following if self.raw else following or char)
                self.at += 2
            else:
                out.append(char)
                self.at += 1
        return "".join(out)

    def _single(self) -> str:
        end = self.text.find("'", self.at + 1)
        end = len(self.text) if end < 0 else end
        content = self.text[self.at + 1 : end]
        self.at = end + 1
        return content

    def _double(self) -> str:
        out = []
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != '"':
            char, following = self.text[self.at], self.text[self.at + 1 : self.at + 2]
            if char == "$":
                out.append(self._dollar())
                continue
            if char == self.escape:
                out.append(char if self.raw else "")
                if following in ('"', "$", self.escape):
                    char = following
                    self.at += 1
            out.append(char)
            self.at += 1
        self.at += 1
        return "".join(out)

    def _dollar(self) -> str:
        braced = self.text[self.at + 1 : self.at + 2] == "{"
        if self.depth > _DEEPEST:
            self.at, self.holes = len(self.text), True
            return ""
        match = _NAME.match(self.text, self.at + 1 + braced)
        if match is None:
            self.at += 1
            return "$"
        self.at = match.end()
        value = self.lookup(match[0])
        self.size += len(value or "")
        if self.size > _LONGEST:
            value = None
        if braced:
            self.depth += 1
            value = self._modified(value)
            self.depth -= 1
            return value
        self.holes |= value is None
        return value or ""

    def _modified(self, value: str | None) -> str:
        colon = self.text[self.at : self.at + 1] == ":"
        self.at += colon
        operator = self.text[self.at : self.at + 1]
        if operator == "}" or not operator:
            self.at += 1
            self.holes |= value is None
            return value or ""
        self.at += 1
        if operator in "#%/" and self.text[self.at : self.at + 1] == operator:
            operator *= 2
            self.at += 1
        operand = self.word("/}" if operator[0] == "/" else "}", raw=operator[0] in "#%/")
        replacement = ""
        if operator[0] == "/" and self.text[self.at : self.at + 1] == "/":
            self.at += 1
            replacement = self.word("}", raw=True)
        self.at += 1
        missing = value is None or (colon and not value)
        if operator == "-":
            return operand if missing else value or ""
        if operator == "+":
            return "" if missing else operand
        return _cut(value or "", operator, operand, replacement)


def _cut(value: str, operator: str, pattern: str, replacement: str) -> str:
    """The operators that cut or replace; any other (``?``) leaves the value as it is."""
    if operator[0] in "#%":
        return cut(value, operator, pattern)
    return replaced(value, operator, pattern, replacement) if operator[0] == "/" else value


def expand(text: str, lookup: Lookup, escape: str = "\\") -> str:
    """Expand variables and remove quotes and escapes; an unset variable is an empty text.

    https://docs.docker.com/reference/dockerfile/#environment-replacement
    """
    return _Reader(text, lookup, escape).word()


def expand_known(text: str, lookup: Lookup, escape: str = "\\") -> str | None:
    """As ``expand``, but None where a variable without a default (``${X:-y}``) is not set."""
    reader = _Reader(text, lookup, escape)
    expanded = reader.word()
    return None if reader.holes else expanded


def pairs(value: str, lookup: Lookup, escape: str = "\\") -> list[tuple[str, str | None]]:
    """The names and expanded values of an ENV, ARG or LABEL; None is an ARG without a default.

    All pairs of one instruction see the values from before it. The old form
    ``ENV NAME any words`` is read too.
    """
    words = raw_words(value)
    if not words:
        return []
    if "=" not in words[0] and len(words) > 1:
        name, rest = value.split(maxsplit=1)
        return [(expand(name, lookup, escape), expand(rest, lookup, escape))]
    found: list[tuple[str, str | None]] = []
    for word in words:
        name, equals, text = word.partition("=")
        found.append((expand(name, lookup, escape), expand(text, lookup, escape) if equals else None))
    return found


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """A text with the plain variables that are known; all others stay as they are."""
    return VARIABLE.sub(lambda found: values.get(found[1] or found[2], found[0]), text)
