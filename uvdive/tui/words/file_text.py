"""A file's contents fit for the screen, and what changed from one to the next.

Read and coloured beside the screen; no widget in here.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from textual.content import Content

from uvdive.base import text as base_text
from uvdive.base.errors import UvdiveError
from uvdive.base.progress import CancelToken
from uvdive.base.units import size
from uvdive.session.desk import Desk
from uvdive.session.two_images import Part
from uvdive.tui.desk.file_contents import MOST_COMPARED, Version, read_start, read_two
from uvdive.tui.words.diff_lines import Pair, coloured, pairs, unified

MOST_TEXT = 512 << 10
MOST_COLOURED = 256 << 10
MOST_HEX = 1 << 20
MOST_DIFF = 5_000
"""How much is shown as text, coloured, or as hex, in bytes; how many lines are compared."""

LONG = 2_000
"""A line of more characters goes on in the next row."""


@dataclass(frozen=True, slots=True)
class Body:
    """What to show of a version: coloured lines, or bytes, or why neither; and a remark.

    ``text`` is that of the lines as it was read, ``cut`` says that there is more of it.
    """

    lines: tuple[Content, ...] = ()
    data: bytes = b""
    problem: UvdiveError | None = None
    note: str = ""
    pairs: tuple[Pair, ...] | None = None
    text: str = ""
    cut: bool = False


def read_body(desk: Desk, version: Version, name: str, cancel: CancelToken) -> Body:
    """The content of a version, as text where it is text."""
    try:
        data = desk.ask(read_start, version.inode, max(MOST_TEXT, MOST_HEX), cancel=cancel)
    except UvdiveError as error:
        return Body(problem=error)
    text = as_text(data[:MOST_TEXT])
    if text is None:
        start = data[:MOST_HEX]
        note = _cut(len(start), version.size, "bytes in hex")
        return Body(data=start, note=note, cut=len(start) < version.size)
    language = language_of(name, text) if len(text) <= MOST_COLOURED else "text"
    lines = tuple(part for line in coloured(text, language) for part in _short(line))
    shown = min(MOST_TEXT, len(data))
    return Body(lines, note=_cut(shown, version.size, language), text=text, cut=shown < version.size)


def read_diff(desk: Desk, old: Version, new: Version, name: str, cancel: CancelToken) -> Body:
    """What changed from one version to the next, line by line."""
    try:
        two = desk.ask(read_two, old.inode, new.inode, cancel=cancel)
    except UvdiveError as error:
        return Body(problem=error)
    told = f"{size(old.size)} in layer {old.layer} → {size(new.size)} in layer {new.layer}"
    if two.equal:
        return Body(note=f"the contents are equal: {told}", pairs=())
    if two.old is None or two.new is None:
        return Body(note=f"too long to compare, and different: {told}", pairs=())
    return _lines_of(two.old, two.new, name, told)


def difference(one: Part | None, other: Part | None, name: str) -> Body:
    """What two images have of a path, line by line; all of it where only one has it."""
    parts = [part for part in (one, other) if part is not None]
    told = f"{_size(one)} → {_size(other)}"
    if any(part.data is None for part in parts):
        return Body((Content(f"Before: {_kind(one)}. After: {_kind(other)}."),))
    if any(part.size > MOST_COMPARED for part in parts):
        return Body(note=f"too long to compare: {told}", pairs=())
    old, new = ((part.data if part is not None else None) or b"" for part in (one, other))
    if old == new and one is not None and other is not None:
        return Body(note=f"the contents are equal: {told}", pairs=())
    return _lines_of(old, new, name, told)


def _size(part: Part | None) -> str:
    return "not there" if part is None else size(part.size)


def _kind(part: Part | None) -> str:
    return "not there" if part is None else part.kind


def _lines_of(old: bytes, new: bytes, name: str, told: str) -> Body:
    """Two contents line by line, where they are text."""
    one, other = as_text(old), as_text(new)
    if one is None or other is None:
        return Body(note=f"not text, and different: {told}", pairs=())
    if max(one.count("\n"), other.count("\n")) > MOST_DIFF:
        return Body(note=f"more than {MOST_DIFF:,} lines are not compared: {told}", pairs=())
    return Body(note=told, pairs=tuple(unified(pairs(one, other, language_of(name, other)))))


def as_text(data: bytes) -> str | None:
    """The text that the bytes are, or None for binaries; a character cut off at the end is dropped."""
    if b"\0" in data[:8192]:
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return None


def language_of(name: str, text: str) -> str:
    """Pygments' name of a file's language, by its name or its first line."""
    from pygments.lexers import get_lexer_for_filename  # type: ignore[import-untyped]
    from pygments.util import ClassNotFound  # type: ignore[import-untyped]

    try:
        aliases = get_lexer_for_filename(name).aliases
        return str(aliases[0]) if aliases else "text"
    except ClassNotFound:
        first = text.partition("\n")[0]
        if not first.startswith("#!"):
            return "text"
        return "python" if "python" in first else "bash" if "sh" in first else "text"


def to_copy(body: Body) -> str:
    """What is shown, to be copied: text, bytes as hex, or a diff with its signs.

    Controls other than tabs and line ends are written out: a paste must not act in a terminal.
    """
    if body.text:
        return base_text.visible(body.text, keep="\n\t" + base_text.UNSURE)
    if body.pairs is not None:
        signs = {"removed": "-", "added": "+"}
        halves = ((signs.get(pair.tag, " "), pair.new or pair.old) for pair in body.pairs)
        return "\n".join(f"{sign}{half.text.plain}" for sign, half in halves if half is not None)
    if body.lines:
        return "\n".join(line.plain for line in body.lines)
    return "\n".join(hex_row(body.data, index).plain for index in range((len(body.data) + 15) // 16))


def copied_words(body: Body, name: str) -> str:
    """What to say of a copy: whose content it is, and how much of it."""
    first = "the first " if body.cut else ""
    return f"{name}: {first}{size(len(to_copy(body).encode('utf-8', 'replace')))}"


def _cut(shown: int, whole: int, how: str) -> str:
    return how if shown >= whole else f"{how}, the first {size(shown)} of {size(whole)}"


def _short(line: Content) -> list[Content]:
    length = len(line.plain)
    return [line] if length <= LONG else line.divide(range(LONG, length, LONG))


def hex_row(data: bytes, index: int) -> Content:
    """Sixteen bytes: their place, in hex, and as characters."""
    part = data[16 * index : 16 * index + 16]
    halves = part[:8].hex(" "), part[8:].hex(" ")
    text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
    return Content.assemble(
        (f"{16 * index:08x}  ", "$foreground 66%"),
        f"{halves[0]:<23}  {halves[1]:<23}  ",
        (text, "$text-accent"),
    )
