"""The new Dockerfile's text: the author's stage, then the stage that runs (canonical shape)."""

from __future__ import annotations

import re

from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import pairs
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.stages.targets import stage_names
from uvdive.rewrite.text.build_stage import write_build
from uvdive.rewrite.text.last_stage import write_runner
from uvdive.rewrite.text.parts import BUILDS, Parts
from uvdive.rewrite.text.several import write_several
from uvdive.rewrite.text.writer import Writer, trailing


def write(parts: Parts) -> Writer:
    """Write the new Dockerfile."""
    evidence = parts.evidence
    keywords = [i.source.split(maxsplit=1)[0] for i in evidence.dockerfile.instructions]
    writer = Writer(lower=all(keyword.islower() for keyword in keywords))
    divided = parts.builds or evidence.stages[-1].parent is None
    names = stage_names(evidence, builds=divided)
    if parts.targets:
        write_several(writer, parts, names[0])
    else:
        tail = _tail(evidence, _idle(parts), gets_more=bool(parts.extra_build))
        write_build(writer, parts, names[0], tail)
        write_runner(writer, parts, names, tail, is_new=divided)
    writer.nodes(trailing(evidence.dockerfile))
    ends = [node.source.endswith("\r\n") for node in evidence.dockerfile.nodes if "\n" in node.source]
    if all(ends):
        writer.text = writer.text.replace("\r\n", "\n").replace("\n", "\r\n")
    return writer


def _idle(parts: Parts) -> frozenset[int]:
    """Lines behind the last RUN of the build that the last stage repeats: nothing in the build reads them."""
    evidence = parts.evidence
    if parts.extra_build or parts.copies.cleared or evidence.shared:
        return frozenset()
    own = {each.step.line for each in parts.copies.own} | parts.common.left
    lines: list[int] = []
    for step in reversed(evidence.steps):
        if step.stage != evidence.stages[-1].index:
            return frozenset()
        if step.keyword == "RUN" and step.line not in own:
            break
        if step.line in own and step.line not in parts.layer.before:
            lines.append(step.line)
    return frozenset(lines)


def _tail(evidence: Evidence, idle: frozenset[int], *, gets_more: bool) -> frozenset[int]:
    """Lines of the instructions behind the last one that builds something: they only matter to the runner.

    So does an ENV behind the last RUN that no COPY there uses. Where the build stage gets a step at
    its end, that one needs the variables. ``idle`` are lines of COPYs that build nothing.
    """
    lines: list[int] = []
    copied = ""
    for step in reversed(evidence.steps):
        if (step.keyword == "RUN" and step.line not in idle) or step.stage != evidence.stages[-1].index:
            break
        sets = step.keyword in ("ENV", "ARG")
        builds = step.keyword in BUILDS and step.line not in idle
        if builds or (copied and (step.keyword != "ENV" or _is_used(step, copied))):
            copied += step.instruction.value
        elif not (gets_more and sets):
            lines.append(step.line)
    return frozenset(lines)


def _is_used(step: Step, text: str) -> bool:
    names = (name for name, _ in pairs(step.instruction.value, step.values.get))
    return any(re.search(rf"\$\{{?{name}\b", text) for name in names)
