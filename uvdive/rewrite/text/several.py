"""Several targets that start from one stage: they get a final base, in front of the first (R44)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from uvdive.dockerfile.text.syntax import Node
from uvdive.rewrite.stages.targets import shared_name
from uvdive.rewrite.text.build_stage import write_from, write_kept
from uvdive.rewrite.text.comments import nodes_holding
from uvdive.rewrite.text.last_stage import write_runner
from uvdive.rewrite.text.parts import Parts
from uvdive.rewrite.text.runner import STARTED
from uvdive.rewrite.text.writer import Writer, bare, placed


def write_several(writer: Writer, parts: Parts, builder: str) -> None:
    """All stages, with the final base of the targets; ``builder`` is the stage that it copies from."""
    evidence = parts.evidence
    last = evidence.stages[-1].index
    lean = {target.stage: target.moved for target in parts.targets} | {last: parts.moved}
    name, written = shared_name(evidence), False
    for each in placed(evidence.dockerfile):
        node = each.node
        above: Sequence[Node] = each.above
        if each.stage in lean and not written:
            written = True
            above = _without_blank_lines(above)
            write_runner(writer, _shared(parts, lean.keys()), (builder, name), frozenset())
            writer.blank()
        if each.stage in lean:
            above = nodes_holding(above, lean[each.stage].get(node.line, node.source), writer.left)
        writer.nodes(above)
        if each.stage not in lean:
            if node.keyword == "FROM":
                write_from(writer, node, parts, None)
            else:
                write_kept(writer, parts, node)
        elif node.keyword == "FROM":
            writer.add(bare(node).replace(node.arguments.split()[0], name, 1), "targets")
        else:
            moved = lean[each.stage]
            decisions = STARTED if node.line in moved else ()
            writer.add(moved.get(node.line, bare(node)), *decisions)


def _shared(parts: Parts, stages: Iterable[int]) -> Parts:
    """What the final base is made from: the steps of the stages that all targets stand on."""
    evidence = parts.evidence
    starts = ("CMD", "ENTRYPOINT")
    # An own start takes the place of the CMD that the stages share.
    unused = all(any(i.keyword in starts for i in evidence.stages[each].instructions) for each in stages)
    last = evidence.stages[-1].index
    steps = tuple(s for s in evidence.steps if s.stage != last and not (unused and s.keyword == "CMD"))
    return replace(parts, evidence=replace(evidence, steps=steps))


def _without_blank_lines(above: Sequence[Node]) -> Sequence[Node]:
    first = next((index for index, node in enumerate(above) if node.source.strip()), len(above))
    return above[first:]
