"""Heredoc markers in an instruction: ``<<EOF``, ``<<-EOF``, ``<<"EOF"``, ``3<<EOF``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_MARK = re.compile(r"\d*<<(-?)([^<]*)", re.DOTALL)
_QUOTES = re.compile(r"""\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heredoc:
    r"""One heredoc. ``quoted`` ones are not expanded; ``body`` ends each line with ``\n``."""

    name: str
    quoted: bool
    strip_tabs: bool
    body: str = ""

    def with_body(self, body: str) -> Heredoc:
        """The same heredoc with its lines, which came without leading tabs under ``<<-``."""
        return replace(self, body=body)


def raw_words(text: str) -> list[str]:
    """Split at white space outside quotes and escapes; quotes and escapes stay in the words."""
    words, word, quote, escaped = [], "", "", False
    for char in text:
        if escaped:
            escaped = False
        elif quote:
            escaped = char == "\\" and quote == '"'
            quote = "" if char == quote else quote
        elif char.isspace():
            if word:
                words.append(word)
            word = ""
            continue
        else:
            escaped = char == "\\"
            quote = char if char in "'\"" else ""
        word += char
    return [*words, word] if word else words


def markers(text: str) -> list[Heredoc]:
    """The heredocs that an instruction's arguments announce, in their order, without bodies."""
    found = []
    for word in raw_words(text):
        match = _MARK.fullmatch(word)
        if match and match[2]:
            name = _QUOTES.sub(lambda m: m[1] or m[2] or m[3] or "", match[2])
            found.append(Heredoc(name, name != match[2], bool(match[1])))
    return found
