"""BuildKit's patterns in ``${X#pattern}`` and the like: ``*``, ``?`` and escapes, in bounded time.

A pattern is cut at its stars; the pieces between them have a fixed length each and are
looked for one after the other, so nothing is ever tried again. BuildKit makes regular
expressions of them, for an engine that is linear too (Go's RE2):
https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MOST = 4 << 20
"""Characters of the value times those of the pattern: beyond it a value is left as it is."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands between two stars: a length, and an expression for just that."""

    length: int
    regex: re.Pattern[str]

    def first(self, value: str, at: int) -> int:
        """Where it stands first, from ``at`` on; -1 for nowhere."""
        found = self.regex.search(value, at)
        return -1 if found is None else found.start()

    def last(self, value: str, at: int) -> int:
        """Where it stands last, from ``at`` on; -1 for nowhere."""
        for start in range(len(value) - self.length, at - 1, -1):
            if self.regex.match(value, start):
                return start
        return -1


def gapped(pieces: Sequence[str], gap: str = ".*") -> str:
    """An expression for pieces with anything between them, which never tries a piece anew.

    Of several places where a piece may stand the first leaves the most room for the others:
    only behind the last gap is there something to try.

    Args:
        pieces: expressions of a fixed length each.
        gap: what stands between two of them, taken as long as can be.
    """
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    return first + "".join(f"(?>{gap}?{piece})" for piece in middle) + gap + last


def _tokens(pattern: str) -> list[str]:
    """The characters, escaped ones with their backslash."""
    return [match[0] for match in re.finditer(r"\\.|.", pattern, re.DOTALL)]


def _pieces(tokens: list[str]) -> list[_Piece]:
    pieces: list[list[str]] = [[]]
    for each in tokens:
        if each == "*":
            pieces.append([])
        else:
            pieces[-1].append("." if each == "?" else re.escape(each[-1]))
    return [_Piece(len(piece), re.compile("".join(piece), re.DOTALL)) for piece in pieces]


def _ends(pieces: list[_Piece], value: str, at: int) -> tuple[int, int] | None:
    """Where the shortest and the longest match that begins at ``at`` end; None where there is none."""
    if not pieces[0].regex.match(value, at):
        return None
    at += pieces[0].length
    if len(pieces) == 1:
        return at, at
    for piece in pieces[1:-1]:
        found = piece.first(value, at)
        if found < 0:
            return None
        at = found + piece.length
    last = pieces[-1]
    first = last.first(value, at)
    if first < 0:
        return None
    return first + last.length, last.last(value, at) + last.length


def cut(value: str, operator: str, pattern: str) -> str:
    """The value without what matches at its beginning (``#``, ``##``) or its end (``%``, ``%%``).

    A doubled operator takes the longest match, a single one the shortest.
    """
    if len(value) * len(pattern) > _MOST:
        return value
    tokens, at_end = _tokens(pattern), operator[0] == "%"
    if at_end:
        tokens, value = tokens[::-1], value[::-1]
    ends = _ends(_pieces(tokens), value, 0)
    if ends is not None:
        value = value[ends[len(operator) - 1] :]
    return value[::-1] if at_end else value


def replaced(value: str, operator: str, pattern: str, replacement: str) -> str:
    """The value with the first match (``/``) or each (``//``) replaced; a match is as long as can be."""
    if not pattern or len(value) * len(pattern) > _MOST:
        return value
    pieces = _pieces(_tokens(pattern))
    out, at, behind = [], 0, -1
    while at <= len(value):
        start = pieces[0].first(value, at)
        ends = None if start < 0 else _ends(pieces, value, start)
        # Of several beginnings the first leaves the most room for the rest.
        if ends is None:
            break
        # Go ignores an empty match right behind another one.
        out.append(value[at:start] + ("" if start == ends[1] == behind else replacement))
        behind = at = ends[1]
        if ends[1] == start:
            out.append(value[at : at + 1])
            at += 1
        if len(operator) == 1:
            break
    return "".join(out) + value[at:]
