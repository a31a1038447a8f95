"""Small pieces of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a ``|`` in a cell does not divide it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def sentence(text: str) -> str:
    """The text with a capital letter."""
    return f"{text[:1].upper()}{text[1:]}"


def marks(name: str) -> tuple[str, str]:
    """The lines between which a part of a page is written."""
    return f"<!-- {name}: written by docs/generate.py -->", f"<!-- {name}: end -->"


def between(page: str, name: str, text: str) -> str:
    """The page with the text between the marks of that name.

    Raises:
        ValueError: the page lacks the marks.
    """
    begin, end = marks(name)
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"a page needs {begin} and {end}, once each")
    before, after = page.partition(begin)[0], page.partition(end)[2]
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


def linked(text: str, places: Mapping[str, str]) -> str:
    """The text with a link on each name that has a place; not in fenced blocks, headings and links.

    In code spans only where the whole span is the name.
    """
    longest = sorted(places, key=len, reverse=True)
    name = re.compile(rf"(?<![\w./#-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])")
    lines = []
    fenced = False
    for line in text.split("\n"):
        fence = line.lstrip().startswith("```")
        fenced ^= fence
        if fenced or fence or line.startswith("#"):
            lines.append(line)
            continue
        parts = re.split(r"(`[^`]*`|\[[^]]*\]\([^)]*\)|<[^>]*>|https?://\S+)", line)
        parts[::2] = [
            name.sub(lambda found: f"[{found[0]}]({places[found[0]]})", part) for part in parts[::2]
        ]
        parts[1::2] = [_whole(part, places) for part in parts[1::2]]
        lines.append("".join(parts))
    return "\n".join(lines)


def _whole(part: str, places: Mapping[str, str]) -> str:
    place = places.get(part.strip("`")) if part.startswith("`") else None
    return part if place is None else f"[{part}]({place})"
