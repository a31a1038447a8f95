"""A COPY of the author's without some of its sources, its own text otherwise (R12)."""

from __future__ import annotations

import re
from collections.abc import Collection

from uvdive.dockerfile.text.edits import Edit, edit_array, json_array, replace_command, source_with
from uvdive.dockerfile.text.syntax import Instruction


def without_sources(instruction: Instruction, gone: Collection[int], escape: str) -> str:
    """The instruction's source with one line end, without the sources of these numbers, from 0.

    A line that is left with nothing but its continuation goes too.
    """
    source = instruction.source.rstrip("\r\n") + "\n"
    if not gone:
        return source
    words = instruction.exec_form
    if words is not None:
        kept = [word for number, word in enumerate(words) if number not in gone]
        edited = edit_array(source, words, kept)
        return edited or replace_command(source, instruction.arguments, json_array(kept))
    places = [match.span() for match in re.finditer(r"\S+", instruction.arguments)]
    edits = [Edit(places[number][0], places[number + 1][0]) for number in gone]
    edited = source_with(instruction, edits, escape)
    if edited is None:
        kept = [word for number, word in enumerate(instruction.arguments.split()) if number not in gone]
        return replace_command(source, instruction.arguments, " ".join(kept))
    return edited.rstrip("\r\n") + "\n"
