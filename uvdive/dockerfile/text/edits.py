"""Change pieces of an instruction in the author's own text: layout and comments stay where they are."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

from uvdive.dockerfile.arguments import split_flags
from uvdive.dockerfile.shell.reading import shell_text
from uvdive.dockerfile.text.scan import instruction_parts
from uvdive.dockerfile.text.syntax import Instruction


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


def json_array(words: Sequence[str]) -> str:
    """Words as an exec form."""
    return json.dumps(list(words), ensure_ascii=False)


def edit_array(source: str, old: Sequence[str], new: Sequence[str]) -> str | None:
    """Change words of an exec form where they stand, so that its lines and spaces stay the author's.

    None where the words cannot be told from the rest of the source.
    """
    strings = list(re.finditer(r'"(?:[^"\\\n]|\\.)*"', source))
    if not new or [_text(found[0]) for found in strings] != list(old):
        return None
    head = len(posixpath.commonprefix([list(old), list(new)]))
    tail = len(posixpath.commonprefix([list(old[head:])[::-1], list(new[head:])[::-1]]))
    gone, fresh = strings[head : len(old) - tail], json_array(new[head : len(new) - tail])[1:-1]
    if not gone:
        return None
    if fresh:
        return source[: gone[0].start()] + fresh + source[gone[-1].end() :]
    if tail:
        return source[: gone[0].start()] + source[strings[len(old) - tail].start() :]
    return source[: strings[head - 1].end()] + source[gone[-1].end() :]


def _text(string: str) -> str | None:
    try:
        return str(json.loads(string))
    except ValueError:
        return None


def replace_command(source: str, old: str, new: str) -> str:
    """Change the command in an instruction's source; what cannot be found there is put on one line."""
    if source.count(old) == 1:
        return source.replace(old, new)
    # The command goes over several lines: only what differs is looked for.
    head = _common(old, new)
    tail = _common(old[len(head) :][::-1], new[len(head) :][::-1])[::-1]
    end = len(tail)
    gone, fresh = old[len(head) : len(old) - end], new[len(head) : len(new) - end]
    if gone.strip() and source.count(gone) == 1:
        return source.replace(gone, fresh)
    keyword, rest = source.split(maxsplit=1)
    flags = split_flags(rest.replace("\\\n", " "))[0]
    words = [*flags, *(["CMD"] if keyword.upper() == "HEALTHCHECK" else []), new]
    return f"{keyword} {' '.join(words)}\n"


def with_command(instruction: Instruction, new: str, escape: str) -> str:
    """An instruction's source with another command; each word that stays keeps its place and its line.

    Args:
        instruction: in shell form; of a HEALTHCHECK its inner one, whose source is the whole.
        new: what the command becomes, as ``arguments`` has it.
        escape: the escape character in force.
    """
    old = instruction.arguments
    if instruction.source.count(old) == 1 or shell_text(instruction) != old:
        return replace_command(instruction.source, old, new)
    edits = [Edit(start, end, new[at:to]) for start, end, at, to in _changes(old, new)]
    source = source_with(instruction, edits, escape)
    return replace_command(instruction.source, old, new) if source is None else source


def _changes(old: str, new: str) -> list[tuple[int, int, int, int]]:
    """What differs between two texts, in whole words: where in the one, and where in the other."""
    was, now = (re.findall(r"^\s+|\S+\s*", text) for text in (old, new))
    starts, places = ([0, *accumulate(map(len, words))] for words in (was, now))
    matcher = SequenceMatcher(None, [word.strip() for word in was], [word.strip() for word in now], False)
    return [
        (starts[a], starts[b], places[c], places[d])
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]


def _common(one: str, other: str) -> str:
    """What two texts begin with alike."""
    length = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return one[: min(len(one), len(other)) if length is None else length]
