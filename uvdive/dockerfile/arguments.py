"""What follows a keyword: flags (``--mount=…``), then a JSON list or plain words."""

from __future__ import annotations

import json
import re

_LONE = re.compile("[\ud800-\udfff]")
"""Half a pair of UTF-16, which is no character: Go's JSON, and so BuildKit, takes it for U+FFFD."""


def split_flags(text: str) -> tuple[tuple[str, ...], str]:
    """Take the leading ``--flags`` off an instruction's arguments, as BuildKit does.

    Quotes and escapes in a flag are kept as written; ``--`` alone ends the flags
    and is dropped.
    """
    flags: list[str] = []
    at = _behind_space(text, 0)
    while text.startswith("--", at):
        end = _word_end(text, at)
        flag, at = text[at:end], _behind_space(text, end)
        if flag == "--":
            break
        flags.append(flag)
    return tuple(flags), text[at:]


def _behind_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _word_end(text: str, at: int) -> int:
    quote, escaped = "", False
    for index in range(at, len(text)):
        char = text[index]
        if escaped:
            escaped = False
        elif char == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char.isspace():
            return index
    return len(text)


def parse_json(text: str) -> tuple[str, ...] | None:
    """The strings of an exec form; None for everything else, which is then the shell form."""
    if not text.lstrip().startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(_LONE.sub("\ufffd", item) for item in value)
    return None


def flag_value(flags: tuple[str, ...], name: str) -> str | None:
    """The value of ``--name=value`` without quotes, an empty text for a bare ``--name``, else None."""
    for flag in flags:
        key, _, value = flag[2:].partition("=")
        if key == name:
            return value.strip("\"'")
    return None
