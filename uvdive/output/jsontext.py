"""JSON as text: valid UTF-8, and safe to print on a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from uvdive.output.plain import well_formed

_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def json_text(value: Mapping[str, object]) -> str:
    """One object as JSON with a line end.

    Lone surrogates become U+FFFD. Characters that steer a terminal or turn the text
    around are written as escapes, which any reader of JSON undoes.
    """
    text = well_formed(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
