"""A file's versions through the layers, their contents fit for the screen, and what changed.

Read and coloured beside the screen; no widget in here.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Protocol

from textual.content import Content

from uvdive.base.errors import ImageError, UvdiveError
from uvdive.base.units import size
from uvdive.image.table import ALIVE, NONE, Cause, Kind
from uvdive.ledger.report import ImageReport
from uvdive.tui.difflines import Pair, coloured, pairs, unified

MOST_TEXT = 512 << 10
MOST_COLOURED = 256 << 10
MOST_HEX = 1 << 20
MOST_DIFF = 5_000
"""How much is shown as text, coloured, or as hex, in bytes; how many lines are compared."""

LONG = 2_000
"""A line of more characters goes on in the next row."""


class Store(Protocol):
    """Reads contents, as ``LayerStore`` does."""

    def read(self, inode: int, limit: int | None = None) -> bytes:
        """The content of an inode, at most ``limit`` bytes of it."""


@dataclass(frozen=True, slots=True)
class Version:
    """One content of a path: the layer that wrote it, and until when it could be seen."""

    entry: int
    layer: int
    inode: int
    size: int
    death: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Body:
    """What to show of a version: coloured lines, or bytes, or why neither; and a remark."""

    lines: tuple[Content, ...] = ()
    data: bytes = b""
    problem: UvdiveError | None = None
    note: str = ""
    pairs: tuple[Pair, ...] | None = None


def versions(report: ImageReport, node: int) -> tuple[Version, ...]:
    """Every version of a regular file, oldest first."""
    table = report.files
    return tuple(
        Version(
            entry,
            table.entry_layer[entry],
            table.entry_inode[entry],
            table.entry_size[entry],
            table.entry_death[entry],
            Cause(table.entry_cause[entry]),
        )
        for entry in table.entries_of(node)
        if table.entry_kind[entry] == Kind.FILE and table.entry_inode[entry] != NONE
    )


def state(version: Version) -> str:
    """What became of a version, in a few words."""
    if version.death == ALIVE:
        return "in the image"
    word = "deleted" if version.cause in (Cause.DELETED, Cause.SHADOWED) else "replaced"
    return f"{word} in {version.death}"


NOT_HELD = ImageError(
    "A saved report holds no contents of files.", "Open the image itself, or an archive of it, to read files."
)


def read_body(store: Store | None, version: Version, name: str) -> Body:
    """The content of a version, as text where it is text."""
    if store is None:
        return Body(problem=NOT_HELD)
    try:
        data = store.read(version.inode, max(MOST_TEXT, MOST_HEX))
    except UvdiveError as error:
        return Body(problem=error)
    text = as_text(data[:MOST_TEXT])
    if text is None:
        shown = data[:MOST_HEX]
        return Body(data=shown, note=_cut(len(shown), version.size, "bytes in hex"))
    language = language_of(name, text) if len(text) <= MOST_COLOURED else "text"
    lines = tuple(part for line in coloured(text, language) for part in _short(line))
    return Body(lines, note=_cut(min(MOST_TEXT, len(data)), version.size, language))


def read_diff(store: Store | None, old: Version, new: Version, name: str) -> Body:
    """What changed from one version to the next, line by line."""
    if store is None:
        return Body(problem=NOT_HELD)
    try:
        before, after = store.read(old.inode), store.read(new.inode)
    except UvdiveError as error:
        return Body(problem=error)
    told = f"{size(old.size)} in layer {old.layer} → {size(new.size)} in layer {new.layer}"
    if before == after:
        return Body(note=f"the contents are equal: {told}", pairs=())
    one, other = as_text(before), as_text(after)
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
        (f"{16 * index:08x}  ", "$foreground 60%"),
        f"{halves[0]:<23}  {halves[1]:<23}  ",
        (text, "$text-accent"),
    )
