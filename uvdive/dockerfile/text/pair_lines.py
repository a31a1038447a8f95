"""An ENV without some of its pairs, line by line as its author wrote it, comments among them included."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from uvdive.dockerfile.text.heredocs import raw_words

_HEAD = re.compile(r"\s*ENV\s+", re.IGNORECASE)
_GOES_ON = re.compile(r"(?<!\s)\s*+(?:[\\`][ \t]*\r?\n?)?\Z")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of an instruction: its words as written, or the comment that it is."""

    indent: str
    words: tuple[str, ...]
    comment: str = ""


def without_pairs(source: str, value: str, gone: Collection[str]) -> str | None:
    """The source of an ENV without some of its words, with one line end.

    A comment goes where all pairs below it, up to the next comment, do.

    Args:
        source: the instruction, over one line or several.
        value: its arguments as one line.
        gone: the words (``A="b c"``, as they are written) that go; at least one stays.

    Returns:
        None where a word stands over two lines, so that no line tells its pairs.
    """
    head = _HEAD.match(source)
    lines = _read(source[head.end() :]) if head is not None else []
    if head is None or [word for line in lines for word in line.words] != raw_words(value):
        return None
    kept = []
    for index, line in enumerate(lines):
        words = tuple(word for word in line.words if word not in gone)
        if line.comment:
            below = _below(lines[index + 1 :])
            if below and set(below) <= set(gone):
                continue
        elif not words:
            continue
        kept.append(_Line(line.indent, words, line.comment))
    while kept and kept[-1].comment:
        kept.pop()
    if not kept:
        return None
    escape = "`" if re.search(r"`[ \t]*$", source, re.MULTILINE) else "\\"
    text = f"{escape}\n" if kept[0].comment else ""
    for index, line in enumerate(kept):
        indent = line.indent if index else ""
        more = f" {escape}\n" if index < len(kept) - 1 else "\n"
        text += f"{line.indent}{line.comment}\n" if line.comment else f"{indent}{' '.join(line.words)}{more}"
    return f"{head[0]}{text}"


def _read(text: str) -> list[_Line]:
    found = []
    for line in text.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        if line.lstrip().startswith("#"):
            found.append(_Line(indent, (), line.strip()))
        elif words := raw_words(_GOES_ON.sub("", line)):
            found.append(_Line(indent, tuple(words)))
    return found


def _below(lines: list[_Line]) -> list[str]:
    """The words that a comment stands above."""
    found: list[str] = []
    for line in lines:
        if line.comment and found:
            break
        found += line.words
    return found
