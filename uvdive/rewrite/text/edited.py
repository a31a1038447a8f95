"""The author's file with some instructions changed, moved or left out; every other byte stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from uvdive.dockerfile.text.syntax import Dockerfile, Instruction, Node
from uvdive.rewrite.text.comments import nodes_holding, without_bringing
from uvdive.rewrite.text.writer import Placed, Writer, bare, placed, trailing
from uvdive.uv.mentions import mentions_uv

_BY_UV = re.compile(
    r"\b(?:using|with|by|via|through)\s+`?uv\b(?!\s*(?:image|installer|binary))", re.IGNORECASE
)

Written = tuple[str, str]
"""An instruction's source, and the decision that it comes from."""


@dataclass(slots=True)
class LineEdits:
    """What changes in a file whose stages stay. Keys are the first lines of instructions.

    ``gone`` are left out; of those in ``bare`` the comments above stay, for the instruction that
    follows. ``replaced`` have a new source, ``before`` and ``after`` is what is new around them, or
    the author's own where it comes from no decision.
    ``elsewhere`` are those of ``gone`` whose comments stand at another place. ``at_end`` stands behind
    everything. ``without_uv`` says that nothing brings uv any more.
    """

    gone: set[int] = field(default_factory=set)
    bare: set[int] = field(default_factory=set)
    elsewhere: set[int] = field(default_factory=set)
    replaced: dict[int, Written] = field(default_factory=dict)
    before: dict[int, list[Written]] = field(default_factory=dict)
    after: dict[int, list[Written]] = field(default_factory=dict)
    at_end: list[Written] = field(default_factory=list)
    without_uv: bool = False

    def __bool__(self) -> bool:
        """Does anything change?"""
        return bool(self.gone or self.replaced or self.before or self.after or self.at_end)


def write_edited(dockerfile: Dockerfile, edits: LineEdits) -> Writer:
    """Write the file again."""
    writer = Writer(lower=_writes_lower(dockerfile))
    every = list(placed(dockerfile))
    for each in every:
        _write(writer, each, edits)
    writer.nodes(trailing(dockerfile))
    if edits.at_end and every and _divided(every[-1].above)[0]:
        writer.blank()  # as the author sets instructions apart
    for text, decision in edits.at_end:
        writer.own(text, decision)
    ends = [node.source.endswith("\r\n") for node in dockerfile.nodes if "\n" in node.source]
    if ends and all(ends):
        writer.text = writer.text.replace("\r\n", "\n").replace("\n", "\r\n")
    return writer


def _write(writer: Writer, each: Placed, edits: LineEdits) -> None:
    """One instruction; what is new in front of it stands above its comments, and as far apart as it is."""
    line, (apart, above) = each.node.line, _divided(each.above)
    if line in edits.before:
        writer.nodes(apart)
        for text, decision in edits.before[line]:
            _add(writer, text, decision)
        if apart:
            writer.blank()
    else:
        above = each.above
    if line not in edits.gone or line in edits.bare or _speaks_on(above):
        writer.nodes(_holding(writer, edits, each, above))
    else:
        if line not in edits.elsewhere:
            writer.left += [node.source for node in above if node.source.strip()]
        if any(not node.source.strip() for node in above):
            writer.blank()
    for text, decision in _at(edits, each):
        _add(writer, text, decision)


def _add(writer: Writer, text: str, decision: str) -> None:
    """What a decision wrote, or the author's own."""
    if decision:
        writer.own(text, decision)
    else:
        writer.add(text)


def comments_above(dockerfile: Dockerfile, line: int) -> str:
    """The comments that speak of the instruction that begins on a line; empty where there are none."""
    (above,) = (each.above for each in placed(dockerfile) if each.node.line == line)
    return "".join(node.source for node in _divided(above)[1])


def _holding(writer: Writer, edits: LineEdits, each: Placed, above: Sequence[Node]) -> list[Node]:
    """The comments above an instruction, without those on a runner that a new start lacks."""
    text, decision = edits.replaced.get(each.node.line, ("", ""))
    if decision == "start-uv-run":
        return nodes_holding(above, text, writer.left)
    if edits.without_uv and not mentions_uv(each.node.source):
        return without_bringing(above, writer.left)
    return list(above)


def _speaks_on(above: Sequence[Node]) -> bool:
    """Do comments of what brings uv speak of what uv does behind it (`# Install Python using uv`)?"""
    text = " ".join(node.source.strip() for node in above)
    return _BY_UV.search(text.partition("#")[2]) is not None


def _divided(above: Sequence[Node]) -> tuple[Sequence[Node], Sequence[Node]]:
    """What is above an instruction up to its last blank line, and the comments that speak of it."""
    blank = [index for index, node in enumerate(above) if not node.source.strip()]
    cut = blank[-1] + 1 if blank else 0
    return above[:cut], above[cut:]


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
