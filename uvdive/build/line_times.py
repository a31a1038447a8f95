"""What a build took, line by line: its steps beside the instructions of the Dockerfile that they are.

BuildKit names a step ``[base 3/4] RUN uv sync`` (https://github.com/moby/buildkit,
``frontend/dockerfile/dockerfile2llb/convert.go``): the stage's name, ``stage-N`` where it has
none, nothing where it is the only one; then its number among FROM (where that is an image), RUN,
COPY, ADD and WORKDIR. Buildah counts every instruction (``buildah.py``). A step that another
build runs at the same time has that one's numbers; then the text alone tells the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from uvdive.base.errors import UvdiveError
from uvdive.build.events import BuildStep, StepState
from uvdive.dockerfile.stages import Stage, read_stages
from uvdive.dockerfile.text.syntax import Instruction, parse

_STEP = re.compile(r"\[(?:(?P<where>[^\]]*?) )?(?P<number>\d+)/(?P<total>\d+)\] (?P<text>.+)", re.DOTALL)
_STAGE = re.compile(r"(\d+)/\d+")
_COUNTED = ("RUN", "COPY", "ADD", "WORKDIR")
_WORST: tuple[StepState, ...] = ("cached", "done", "running", "cancelled", "failed")
"""Of a line that several platforms build, the state that says most."""


@dataclass(frozen=True, slots=True)
class LineTime:
    """How long an instruction took, in seconds; None while it runs."""

    state: StepState
    seconds: float | None


def line_times(text: str, steps: Iterable[BuildStep]) -> dict[int, LineTime]:
    """The times by the first line of each instruction that the build shows; none for a text that is none.

    Args:
        text: the Dockerfile that was built.
        steps: at their end, or as they stand.
    """
    try:
        stages = read_stages(parse(text))
    except UvdiveError:
        return {}
    found: dict[int, LineTime] = {}
    for step in steps:
        instruction = _instruction(stages, step.name)
        if instruction is not None:
            time = LineTime(step.state, step.seconds)
            known = found.get(instruction.line)
            found[instruction.line] = time if known is None else _together(known, time)
    return found


def _together(one: LineTime, other: LineTime) -> LineTime:
    """The same line built for two platforms: side by side, so the longer time counts."""
    state = max(one.state, other.state, key=_WORST.index)
    both = [time.seconds for time in (one, other) if time.seconds is not None]
    return LineTime(state, max(both) if len(both) == 2 else None)


def _instruction(stages: tuple[Stage, ...], name: str) -> Instruction | None:
    """The instruction that a step is; None where numbers and words don't fit the file."""
    place = _STEP.match(name)
    if place is None:
        return None
    number, total = int(place["number"]), int(place["total"])
    for stage in _stages(stages, place["where"] or ""):
        for instructions in (_counted(stage), (stage.source, *stage.instructions)):
            if len(instructions) != total or not 1 <= number <= total:
                continue
            found = instructions[number - 1]
            if found.keyword == place["text"].split()[0].upper():
                return found
    return _by_text(stages, place["text"])


def _by_text(stages: tuple[Stage, ...], text: str) -> Instruction | None:
    """The only instruction with this text."""
    wanted = _squeezed(text)
    found = [
        instruction
        for stage in stages
        for instruction in (stage.source, *stage.instructions)
        if wanted == _squeezed(_written(stage, instruction))
    ]
    return found[0] if len(found) == 1 else None


def _written(stage: Stage, instruction: Instruction) -> str:
    """An instruction as a step has it: FROM without the stage's name."""
    value = stage.base if instruction is stage.source else instruction.value
    return f"{instruction.keyword} {value}"


def _squeezed(text: str) -> str:
    return (
        "".join(text.partition("@sha256:")[0].split()) if text.startswith("FROM ") else "".join(text.split())
    )


def _stages(stages: tuple[Stage, ...], where: str) -> Iterator[Stage]:
    """The stages that the words in a step's brackets may mean."""
    # A build for several platforms names each in front.
    name = where.rpartition(" ")[2].lower()
    number = _STAGE.fullmatch(name)
    if number is not None and 1 <= int(number[1]) <= len(stages):
        yield stages[int(number[1]) - 1]
    for stage in stages:
        if name == (stage.name or f"stage-{stage.index}") or (len(stages) == 1 and (not name or "/" in name)):
            yield stage


def _counted(stage: Stage) -> tuple[Instruction, ...]:
    """The instructions that BuildKit counts."""
    own = tuple(one for one in stage.instructions if one.keyword in _COUNTED)
    from_image = stage.parent is None and stage.source.arguments.split()[0] != "scratch"
    return (stage.source, *own) if from_image else own
