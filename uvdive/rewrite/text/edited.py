"""The author's file with some instructions changed, moved or left out; every other byte stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from uvdive.dockerfile.syntax import Dockerfile, Instruction
from uvdive.rewrite.text.writer import Placed, Writer, bare, placed, trailing

Written = tuple[str, str]
"""An instruction's source, and the decision that it comes from."""


@dataclass(slots=True)
class LineEdits:
    """What changes in a file whose stages stay. Keys are the first lines of instructions.

    ``gone`` are left out; of those in ``bare`` the comments above stay, for the instruction that
    follows. ``replaced`` have a new source, ``before`` and ``after`` is what is new around them.
    ``at_end`` stands behind everything.
    """

    gone: set[int] = field(default_factory=set)
    bare: set[int] = field(default_factory=set)
    replaced: dict[int, Written] = field(default_factory=dict)
    before: dict[int, list[Written]] = field(default_factory=dict)
    after: dict[int, list[Written]] = field(default_factory=dict)
    at_end: list[Written] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Does anything change?"""
        return bool(self.gone or self.replaced or self.before or self.after or self.at_end)


def write_edited(dockerfile: Dockerfile, edits: LineEdits) -> Writer:
    """Write the file again."""
    writer = Writer(lower=_writes_lower(dockerfile))
    for each in placed(dockerfile):
        line = each.node.line
        for text, decision in edits.before.get(line, ()):
            writer.own(text, decision)
        if line not in edits.gone or line in edits.bare:
            writer.nodes(each.above)
        elif any(not node.source.strip() for node in each.above):
            writer.blank()
        for text, decision in _at(edits, each):
            if decision:
                writer.own(text, decision)
            else:
                writer.add(text)
    writer.nodes(trailing(dockerfile))
    for text, decision in edits.at_end:
        writer.own(text, decision)
    ends = [node.source.endswith("\r\n") for node in dockerfile.nodes if "\n" in node.source]
    if ends and all(ends):
        writer.text = writer.text.replace("\r\n", "\n").replace("\n", "\r\n")
    return writer


def _writes_lower(dockerfile: Dockerfile) -> bool:
    return all(i.source.split(maxsplit=1)[0].islower() for i in dockerfile.instructions)


def _at(edits: LineEdits, each: Placed) -> Iterator[Written]:
    node = each.node
    if node.line in edits.replaced:
        yield edits.replaced[node.line]
    elif node.line not in edits.gone:
        yield (bare(node) if node.line in edits.after else node.source), ""
    yield from edits.after.get(node.line, ())


def with_flag(instruction: Instruction, name: str, value: str) -> str | None:
    """The source with ``--name=value``, in place of another value if there is one; None if it has two."""
    source, flag = instruction.source, f"--{name}="
    found = [each for each in instruction.flags if each.startswith(flag)]
    if not found:
        keyword = source.lstrip().split(maxsplit=1)[0]
        at = source.index(keyword) + len(keyword)
        return f"{source[:at]} {flag}{value}{source[at:]}"
    if len(found) > 1 or source.count(found[0]) != 1:
        return None
    return source.replace(found[0], f"{flag}{value}")
