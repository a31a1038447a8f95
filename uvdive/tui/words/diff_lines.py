"""Two texts laid beside each other, line by line, coloured."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from textual.content import Content
from textual.highlight import highlight

from uvdive.tui.frame.text import plain, visible

Tag = Literal["same", "removed", "added", "title", "meta"]


@dataclass(frozen=True, slots=True)
class Half:
    """A line of one of the two texts; numbers begin with 1."""

    number: int
    text: Content


@dataclass(frozen=True, slots=True)
class Pair:
    """Lines that stand beside each other; one of them may be missing."""

    tag: Tag
    old: Half | None = None
    new: Half | None = None


def coloured(text: str, language: str = "docker") -> list[Content]:
    """The lines of a text with syntax colours, as many as ``text.splitlines()`` gives."""
    count = len(text.splitlines())
    safe = "\n".join(visible(line) for line in text.splitlines())
    lines = highlight(safe, language=language).split("\n", allow_blank=True) if safe else []
    # A text that ends in blank lines loses some of them in the lexer.
    return [*lines, *[Content("")] * count][:count]


def pairs(old: str, new: str, language: str = "docker") -> list[Pair]:
    """Lay two texts beside each other: equal lines together, a changed one opposite its new form."""
    before, after = coloured(old, language), coloured(new, language)
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    found: list[Pair] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        olds = [Half(i + 1, before[i]) for i in range(i1, i2)]
        news = [Half(j + 1, after[j]) for j in range(j1, j2)]
        if tag == "equal":
            found += [Pair("same", a, b) for a, b in zip(olds, news, strict=True)]
            continue
        for place in range(max(len(olds), len(news))):
            left = olds[place] if place < len(olds) else None
            right = news[place] if place < len(news) else None
            found.append(Pair("removed" if left else "added", left, right))
    return found


def unified(found: list[Pair]) -> list[Pair]:
    """The same one below the other: in each run of changes first what goes, then what comes."""
    lines: list[Pair] = []
    coming: list[Pair] = []
    for pair in found:
        if pair.tag == "same":
            lines += [*coming, pair]
            coming = []
            continue
        if pair.old is not None:
            lines.append(Pair("removed", old=pair.old))
        if pair.new is not None:
            coming.append(Pair("added", new=pair.new))
    return lines + coming


def of_patch(title: str, patch: str) -> list[Pair]:
    """A ready unified diff of another file, below a title line."""
    lines = [Pair("title", new=Half(0, plain(title, "bold")))]
    for line in patch.splitlines():
        if line.startswith(("---", "+++")):
            continue
        if line.startswith("@@"):
            lines.append(Pair("meta", new=Half(0, plain(line, "$foreground 66%"))))
        elif line.startswith("-"):
            lines.append(Pair("removed", old=Half(0, plain(line[1:]))))
        elif line.startswith("+"):
            lines.append(Pair("added", new=Half(0, plain(line[1:]))))
        else:
            lines.append(Pair("same", Half(0, plain(line[1:])), Half(0, plain(line[1:]))))
    return lines
