"""Where each character of a YAML value stands in the file, and what changes a list of words in place."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace

from uvdive.compose.yaml_nodes import Node
from uvdive.dockerfile.shell.reading import read_script

Edit = tuple[int, int, str]
"""Put a text in the place of what lies from one offset of a file to another."""

_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "/": "/", " ": " "}
_PLAIN = re.compile(r"-?[\w./][\w./=@+-]*")
# Plain scalars that are no texts: https://yaml.org/type/bool.html
_NO_TEXT = re.compile(r"y|n|yes|no|true|false|on|off|null|[-+.]?\d.*", re.IGNORECASE)
_WORDS = re.compile(r"\s+|[\w./-]+|[^\w\s./-]")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
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
    stay, the other items too. The list that the program stands in keeps an item; one behind it may
    lose all.
    """
    holder = items[first][1]
    if not lead and last < len(items) and items[last][1] is not holder and holder.items[0] is items[first][0]:
        lead, last = (*lead, items[last][0].text), last + 1  # the program moves up
    gone = items[first:last]
    if len(lead) > len(gone) or not all(_PLAIN.fullmatch(word) for word in lead):
        return None
    if any(item.marked or item.uses > 1 or item.style in ("|", ">") for item, _ in gone):
        return None
    edits = [
        (item.start, item.end, _quoted(word, item.style)) for (item, _), word in zip(gone, lead, strict=False)
    ]
    for holder, dropped in _by_holder(gone[len(lead) :]):
        if len(dropped) == len(holder.items):
            # Only a list behind another one may be left empty: it says that nothing more is given.
            more = None if holder is items[first][1] else _emptied(text, holder)
        else:
            more = _dropped(text, holder, dropped)
        if more is None:
            return None
        edits += more
    return edits


def _by_holder(items: Sequence[tuple[Node, Node]]) -> list[tuple[Node, list[Node]]]:
    """The items of each list, in order."""
    found: dict[int, tuple[Node, list[Node]]] = {}
    for item, holder in items:
        found.setdefault(id(holder), (holder, []))[1].append(item)
    return list(found.values())


def _dropped(text: str, holder: Node, dropped: Sequence[Node]) -> list[Edit] | None:
    """Some neighbours of a list gone, not all."""
    if holder.kind == "text":
        behind = next((item.start for item in holder.items if item.start > dropped[-1].start), None)
        if behind is not None:
            return [(dropped[0].start, behind, "")]
        return [(holder.items[-len(dropped) - 1].end, dropped[-1].end, "")]
    if not holder.flow:
        return _all(_without_line(text, item) for item in dropped)
    if dropped[-1] is holder.items[-1]:
        before = holder.items[-len(dropped) - 1]
        between = text[before.end : dropped[-1].end]
        return None if "#" in between else [(before.end, dropped[-1].end, "")]
    together = _together(text, dropped)
    if together is not None:
        return [together]
    return _all(_without(text, item) for item in dropped)


def _emptied(text: str, holder: Node) -> list[Edit] | None:
    """A list without its items: `[]`, behind its key where it had dashes; a text without words."""
    first, last = holder.items[0], holder.items[-1]
    if holder.kind == "text":
        block = holder.style in ("|", ">")
        return None if block else [(first.start, last.end, "" if holder.style else '""')]
    if holder.flow:
        match = _COMMA.match(text, last.end)
        end = last.end if match is None else match.end()
        return None if "#" in text[first.start : end] else [(first.start, end, "")]
    begin = text.rfind("\n", 0, first.start) + 1
    key = re.search(r":[ \t]*(?:#[^\r\n]*)?(?:\r?\n)?\Z", text[:begin])
    lines = _all(_without_line(text, item) for item in holder.items)
    if key is None or holder.marked or lines is None:
        return None
    behind = key.start() + 1
    return [(behind, behind, " []"), *lines]


def _all(edits: Iterable[Edit | None]) -> list[Edit] | None:
    """All of some edits; None where one of them cannot be made."""
    made: list[Edit] = []
    for edit in edits:
        if edit is None:
            return None
        made.append(edit)
    return made


def _together(text: str, dropped: Sequence[Node]) -> Edit | None:
    """Neighbours in one pair of brackets as one edit; None where there is a comment between them."""
    match = _COMMA.match(text, dropped[-1].end)
    if match is None or "#" in text[dropped[0].end : dropped[-1].start]:
        return None
    return _whole(text, dropped[0].start, match.end())


def _quoted(word: str, style: str) -> str:
    style = style or ('"' if _NO_TEXT.fullmatch(word) else "")
    return f"{style}{word}{style}"


def words_in(text: str, node: Node) -> Node | None:
    """A text that is split into words, as compose does, as a node whose items are these; None for another.

    Of words in quotes the items hold what is between them.
    """
    script, places = read_script(node.text), places_of(text, node)
    if script is None or places is None or len(script.commands) != 1 or node.style == '"':
        return None
    words = script.commands[0].words
    try:
        plain = [word.text for word in words] == shlex.split(node.text)
    except ValueError:
        return None
    items = [Node("text", places[word.start], places[word.end], node.line, word.text) for word in words]
    return replace(node, items=items) if plain and words else None


def _without(text: str, item: Node) -> Edit | None:
    """An item of a list in brackets, with its comma."""
    match = _COMMA.match(text, item.end)
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
