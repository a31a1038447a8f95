"""Where each character of a YAML value stands in the file, and what changes a list of words in place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from uvdive.compose.yaml_nodes import Node

Edit = tuple[int, int, str]
"""Put a text in the place of what lies from one offset of a file to another."""

_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "/": "/", " ": " "}
_PLAIN = re.compile(r"-?[\w./][\w./=@+-]*")
_WORDS = re.compile(r"\s+|[\w./-]+|[^\w\s./-]")
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)+")


def places_of(text: str, node: Node) -> tuple[int, ...] | None:
    """The offset of each character of a scalar's value, and of its end; None where they don't fit."""
    at, end, indent = node.start, node.end, None
    if node.marked and (match := _PROPERTIES.match(text, at, end)):
        at = match.end()
    if node.style in ("|", ">"):
        if re.match(r"[|>][+-]?\d", text[at : at + 3]):
            return None
        at = text.find("\n", at, end) + 1
        indent = _indent(text, at)
        at += indent
    elif node.style:
        at, end = at + 1, end - 1
    found: list[int] = []
    for char in node.text:
        step = _step(text, at, end, char, node.style, indent)
        if step is None:
            return (*found, at) if not node.text[len(found) :].strip("\n") else None
        found.append(step[0])
        at = step[1]
    return (*found, at)


def _step(text: str, at: int, end: int, char: str, style: str, indent: int | None) -> tuple[int, int] | None:
    """Where a character stands, at an offset or behind a fold, and the offset behind it."""
    if at >= end:
        return None
    here = text[at]
    if style == "'" and text.startswith("''", at):
        return (at, at + 2) if char == "'" else None
    if style == '"' and here == "\\" and at + 1 < end:
        return (at, at + 2) if _ESCAPES.get(text[at + 1]) == char else None
    if here in "\r\n" or (here in " \t" and style not in ("|", ">") and _ends_line(text, at, end)):
        return _folded(text, at, end, char, indent)
    return (at, at + 1) if here == char else None


def _ends_line(text: str, at: int, end: int) -> bool:
    match = re.compile(r"[ \t]*\r?\n").match(text, at, end)
    return match is not None


def _folded(text: str, at: int, end: int, char: str, indent: int | None) -> tuple[int, int] | None:
    """A line end: one character of the value, then the next line's indent, which a block fixes."""
    if char not in " \n":
        return None
    match = re.compile(r"[ \t]*\r?\n").match(text, at, end)
    if match is None:
        return None
    behind = match.end()
    there = _indent(text, behind)
    return at, behind + (there if indent is None else min(there, indent))


def _indent(text: str, at: int) -> int:
    match = re.compile(r"[ \t]*").match(text, at)
    return len(match[0]) if match is not None else 0


def edits_of_words(
    text: str, items: Sequence[tuple[Node, Node]], first: int, last: int, lead: Sequence[str]
) -> list[Edit] | None:
    """Words from ``first`` up to ``last`` replaced by ``lead``; None where that cannot be done in place.

    ``items`` are each with the list that holds it: two lists may make one command. Comments
    stay, the other items too, and no list loses all of its items.
    """
    holder = items[first][1]
    if last < len(items) and items[last][1] is not holder and holder.items[0] is items[first][0]:
        lead, last = (*lead, items[last][0].text), last + 1  # the program moves up
    gone = items[first:last]
    if len(lead) > len(gone) or not all(_PLAIN.fullmatch(word) for word in lead):
        return None
    if any(item.marked or item.uses > 1 or each.uses > 1 or item.style in ("|", ">") for item, each in gone):
        return None
    edits = [
        (item.start, item.end, _quoted(word, item.style)) for (item, _), word in zip(gone, lead, strict=False)
    ]
    dropped = gone[len(lead) :]
    together = _together(text, dropped)
    if together is not None:
        return [*edits, together]
    for item, each in dropped:
        if all(any(item is other for other, _ in dropped) for item in each.items):
            return None
        edit = _without(text, item) if each.flow else _without_line(text, item)
        if edit is None:
            return None
        edits.append(edit)
    return edits


def _together(text: str, dropped: Sequence[tuple[Node, Node]]) -> Edit | None:
    """Neighbours in one pair of brackets as one edit; None where there is a comment between them."""
    if len({id(each) for _, each in dropped}) != 1 or not dropped[0][1].flow:
        return None
    first, last = dropped[0][0], dropped[-1][0]
    match = re.compile(r"[ \t]*,[ \t]*").match(text, last.end)
    if match is None or "#" in text[first.end : last.start]:
        return None
    return _whole(text, first.start, match.end())


def _quoted(word: str, style: str) -> str:
    return f"{style}{word}{style}" if style else word


def _without(text: str, item: Node) -> Edit | None:
    """An item of a list in brackets, with its comma."""
    match = re.compile(r"[ \t]*,[ \t]*").match(text, item.end)
    return None if match is None else _whole(text, item.start, match.end())


def _whole(text: str, start: int, end: int) -> Edit:
    """What lies between two offsets, with its line where nothing else stands there."""
    begin = text.rfind("\n", 0, start) + 1
    line_end = re.compile(r"\r?\n").match(text, end)
    if line_end is not None and not text[begin:start].strip():
        return begin, line_end.end(), ""
    return start, end, ""


def _without_line(text: str, item: Node) -> Edit | None:
    """An item of a list with dashes: its line, or only the item where a comment stands behind it."""
    begin = text.rfind("\n", 0, item.start) + 1
    if not re.fullmatch(r"[ \t]*-[ \t]+", text[begin : item.start]):
        return None
    comment = re.compile(r"[ \t]*(#[^\r\n]*)").match(text, item.end)
    if comment is not None:
        dash = text.index("-", begin)
        return dash, comment.start(1), ""
    match = re.compile(r"[ \t]*(?:\r?\n|\Z)").match(text, item.end)
    return None if match is None else (begin, match.end(), "")


def with_edits(text: str, edits: Sequence[Edit]) -> str:
    """A text with edits in it, which must not overlap."""
    parts, done = [], 0
    for start, end, new in sorted(edits):
        parts += [text[done:start], new]
        done = end
    return "".join([*parts, text[done:]])


def edits_between(old: str, new: str, places: Sequence[int]) -> list[Edit]:
    """What makes one value another, word by word, at the places of the old one's characters."""
    from difflib import SequenceMatcher

    before, after = _WORDS.findall(old), _WORDS.findall(new)
    at = [0]
    for word in before:
        at.append(at[-1] + len(word))
    edits = []
    for name, i, j, k, l in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():  # noqa: E741
        if name != "equal":
            edits.append((places[at[i]], places[at[j]], "".join(after[k:l])))
    return edits
