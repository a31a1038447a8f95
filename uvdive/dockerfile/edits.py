"""Change pieces of an instruction in the author's own text: layout and comments stay where they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from uvdive.dockerfile.scan import instruction_parts
from uvdive.dockerfile.shell import shell_text
from uvdive.dockerfile.syntax import Instruction


@dataclass(frozen=True, slots=True)
class Edit:
    """Put ``text`` in the place of what lies from ``start`` to ``end`` (offsets in ``shell_text``)."""

    start: int
    end: int
    text: str = ""


def _places(instruction: Instruction, escape: str) -> list[int] | None:
    """The offset in the source of each character of ``shell_text``; None where they don't correspond."""
    text = shell_text(instruction)
    own, heredoc = instruction_parts(instruction.source, escape)
    places: list[int] = []
    joined = ""
    if instruction.heredocs and text != instruction.arguments:
        # A lone heredoc: its lines but for the one that ends it.
        for offset, line in heredoc[:-1]:
            joined += f"{line}\n"
            places += range(offset, offset + len(line) + 1)
        return places if joined == text else None
    for offset, part in own:
        joined += part
        places += range(offset, offset + len(part))
    start = len(joined.rstrip()) - len(text)
    if start < 0 or joined[start : start + len(text)] != text:
        return None
    return places[start : start + len(text)]


def source_with(instruction: Instruction, edits: Iterable[Edit], escape: str = "\\") -> str | None:
    """The instruction's source with ``edits`` in it; None where it cannot be edited in place.

    Edits must not overlap. An exec form, a heredoc beside a command, and one whose
    tabs are taken off cannot be edited.
    """
    if instruction.exec_form is not None:
        return None
    places = _places(instruction, escape)
    if places is None:
        return None
    source = instruction.source
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        start = places[edit.start] if edit.start < len(places) else places[-1] + 1
        end = places[edit.end - 1] + 1 if edit.end > edit.start else start
        if edit.start == edit.end and edit.start:
            start = end = places[edit.start - 1] + 1
        source = source[:start] + edit.text + source[end:]
    return source
