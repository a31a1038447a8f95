"""Somebody else's text made fit for a terminal, a pipe and a JSON file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from uvdive.base.text import visible

__all__ = ["bar", "count", "folded", "one_line", "path_fields", "table", "visible", "well_formed"]

_SURROGATE = re.compile("[\ud800-\udfff]")
BAR = "#"


def one_line(raw: bytes | str, width: int) -> str:
    """A text on one line of at most ``width`` characters, cut at its end; bytes are a path."""
    # White space is part of a path, and only layout in a command.
    text = visible(raw) if isinstance(raw, bytes) else " ".join(visible(raw, keep="\n").split())
    return text if len(text) <= width else text[: max(width - 3, 0)] + "..."


def well_formed(text: str) -> str:
    """The text with lone surrogates as U+FFFD, so that it can be written as UTF-8."""
    return _SURROGATE.sub("\ufffd", text)


def path_fields(path: bytes | str) -> dict[str, str]:
    """``path`` for JSON, and ``path_b64`` with its bytes where they are not UTF-8."""
    raw = path.encode("utf-8", "surrogateescape") if isinstance(path, str) else path
    try:
        return {"path": raw.decode()}
    except UnicodeDecodeError:
        import base64

        return {"path": raw.decode("utf-8", "replace"), "path_b64": base64.b64encode(raw).decode()}


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 file``, ``7 files``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def bar(part: int, whole: int, width: int) -> str:
    """A bar of plain characters, ``width`` for the whole; what is not nothing gets one at least."""
    if part <= 0 or whole <= 0:
        return ""
    return BAR * max(1, round(width * min(part, whole) / whole))


def folded(line: str, width: int) -> list[str]:
    """A line folded at words; what goes on of an indented one is two cells further in. 0: as it is."""
    if not width or len(line) <= width:
        return [line]
    import textwrap

    indent = " " * (len(line) - len(line.lstrip(" ")))
    inner = textwrap.wrap(
        line.lstrip(" "),
        max(20, width - len(indent)),
        subsequent_indent="  " if indent else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [indent + part for part in inner]


def table(rows: Sequence[tuple[str, ...]], right: frozenset[int] = frozenset()) -> list[str]:
    """Rows as lines with aligned columns; ``right`` are the columns that hold numbers."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
