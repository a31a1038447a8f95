"""TOML of strangers: ``tomllib``, without the inputs that it takes quadratic time and memory for."""

from __future__ import annotations

import re
from typing import Any

MAX_BYTES = 8 << 20
"""The largest text that is parsed: the largest ``uv.lock`` of a known project has some 5 MB."""

_MAX_KEY = 32
"""How many parts a key may have: ``tomllib`` makes every beginning of one (cubic in the parts)."""

_MAX_ITEMS = 300_000
"""How many values, tables and lists: each takes about 1 kB while it is parsed."""

_ITEM = re.compile(r"[=\[{]")
_MARK = re.compile(r"""["'#.,=\[\]{}\n]""")
_QUOTES = ('"""', "'''", '"', "'")
_ENDS = {
    '"""': re.compile(r'\\.|"""', re.DOTALL),
    "'''": re.compile("'''"),
    '"': re.compile(r'\\.|"|\n'),
    "'": re.compile(r"'|\n"),
}


class TomlError(ValueError):
    """A text that is no TOML, or none that anybody writes."""


def loads(text: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises:
        TomlError: it is none, or is too large, too deep or too full.
    """
    import tomllib

    if len(text) > MAX_BYTES:
        raise TomlError(f"it is larger than {MAX_BYTES} bytes")
    if sum(1 for _ in _ITEM.finditer(text)) > _MAX_ITEMS:
        raise TomlError(f"it has more than {_MAX_ITEMS} values")
    # Few lines have so many dots at all; only then it matters which of them are a key's.
    if max((line.count(".") for line in text.split("\n")), default=0) >= _MAX_KEY:
        _check_keys(text)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TomlError("it nests too deeply") from None
    except ValueError as error:  # its own, and Python's for a number of many digits
        raise TomlError(str(error)) from error


def _check_keys(text: str) -> None:
    """See that no key has too many parts."""
    at = parts = 0
    while (mark := _MARK.search(text, at)) is not None:
        at = mark.end()
        char = mark[0]
        if char in "\"'":
            at = _behind(text, mark.start())
        elif char == "#":
            line_end = text.find("\n", at)
            at = len(text) if line_end < 0 else line_end
        elif char == ".":
            parts += 1
            if parts >= _MAX_KEY:
                raise TomlError(f"a key has more than {_MAX_KEY} parts")
        else:
            parts = 0


def _behind(text: str, at: int) -> int:
    """Where the string that begins here is over."""
    quote = next(quote for quote in _QUOTES if text.startswith(quote, at))
    at += len(quote)
    for found in _ENDS[quote].finditer(text, at):
        if found[0] == quote:
            return found.end()
        if found[0] == "\n":
            break
    raise TomlError("a text has no end")
