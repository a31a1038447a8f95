"""Somebody else's text in Markdown, and tables."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.output.plain import one_line

_SPECIAL = "\\`*_{}[]<>()#+!|~&$@"
"""Whatever starts something in GitHub's Markdown, mentions included."""


def escaped(text: str | bytes, width: int = 160) -> str:
    """Somebody else's text on one line, so that Markdown shows it as it is."""
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in one_line(text, width))


def code(text: str | bytes, width: int = 160) -> str:
    """A code span: its fence is longer than any run of backticks in it (CommonMark 6.1)."""
    line = one_line(text, width).replace("|", "\\|")
    runs = [len(run) for run in "".join(c if c == "`" else " " for c in line).split()]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if line[:1] == "`" or line[-1:] == "`" else ""
    return f"{fence}{pad}{line or ' '}{pad}{fence}"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: frozenset[int]) -> list[str]:
    """A table; ``right`` are the columns that hold numbers."""
    rule = tuple("---:" if number in right else "---" for number in range(len(head)))
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]
