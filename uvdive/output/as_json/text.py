"""JSON as text: valid UTF-8, and safe to print on a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from uvdive.output.plain import well_formed

_LINE = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
"""Without an indent it is the encoder in C that works."""

_INDENTED = json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=2).encode
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|#(?=#\\w{0,40}\\[)")
"""What steers a terminal, turns text around, or is a command in the log of a CI job (``##[error]``)."""


def json_text(value: Mapping[str, object]) -> str:
    """One object as JSON with a line end.

    Lone surrogates become U+FFFD. Characters that steer a terminal or turn the text
    around are written as escapes, which any reader of JSON undoes.
    """
    return "".join(json_pieces(value))


def json_pieces(value: Mapping[str, object]) -> Iterator[str]:
    """The text of ``json_text``, piece by piece.

    An iterator in the object is written as a list, a row to a line, while it is asked
    for: a million rows are never all there at once.
    """
    start = "{"
    for key, item in value.items():
        yield f"{start}\n  {_text(key)}: "
        if isinstance(item, Iterator):
            yield from _rows(item)
        else:
            yield _text(item, _INDENTED).replace("\n", "\n  ")
        start = ","
    yield "\n}\n" if value else "{}\n"


def json_list(rows: Iterable[object]) -> str:
    """An array with a row on each line, and a line end; all as ``json_text`` says."""
    lines = ",\n".join(f"  {_text(row)}" for row in rows)
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def _rows(rows: Iterator[object]) -> Iterator[str]:
    start = "["
    for row in rows:
        yield f"{start}\n    {_text(row)}"
        start = ","
    yield "[]" if start == "[" else "\n  ]"


def _text(value: object, encode: Callable[[object], str] = _LINE) -> str:
    text = encode(value)
    if text.isascii() and "\x7f" not in text and "##" not in text:
        return text
    text = well_formed(text)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
