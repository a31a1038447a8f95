"""The instructions one after the other, each with what is in force there: variables, folder, user."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from uvdive.dockerfile.stages import Stage
from uvdive.dockerfile.text.syntax import Instruction
from uvdive.dockerfile.variables import expand, expand_known

_ROOT = frozenset({"", "root", "0"})


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a stage (its FROM is none).

    ``stage`` is the stage's index. ``values`` are the variables that expand in it.
    ``workdir`` and ``user`` are in force while it runs: ``user`` is empty where no USER
    stands before it, and as written where a variable in it is not known. ``layer`` is the
    index of the layer that it wrote, in an image that is laid beside; None: none, or not known.
    """

    instruction: Instruction
    stage: int
    values: Mapping[str, str]
    workdir: str
    user: str
    layer: int | None = None

    @property
    def keyword(self) -> str:
        """The instruction's keyword."""
        return self.instruction.keyword

    @property
    def line(self) -> int:
        """The instruction's first line."""
        return self.instruction.line

    @property
    def by_root(self) -> bool:
        """Does root run it, as far as the file says?"""
        return self.user in _ROOT


def walk(
    stages: Sequence[Stage], escape: str = "\\", base_workdir: Callable[[str], str] = lambda _: "/"
) -> Iterator[Step]:
    """Every step of every stage; a stage on another one begins with what holds at that one's end.

    ``base_workdir`` tells the work directory that an image sets.
    """
    ends: dict[int, tuple[str, str]] = {}
    for stage in stages:
        start = (base_workdir(stage.base), "")
        workdir, user = ends.get(-1 if stage.parent is None else stage.parent, start)
        for instruction, values in zip(stage.instructions, stage.environments, strict=True):
            if instruction.keyword == "USER":
                known = expand_known(instruction.arguments, values.get, escape)
                user = (instruction.arguments if known is None else known).strip()
            step = Step(instruction, stage.index, values, workdir, user)
            yield step
            workdir = workdir_after(step, escape)
        ends[stage.index] = workdir, user


def workdir_after(step: Step, escape: str = "\\") -> str:
    """The work directory behind a step."""
    if step.keyword != "WORKDIR":
        return step.workdir
    path = expand(step.instruction.arguments, step.values.get, escape).strip()
    return posixpath.normpath(posixpath.join(step.workdir, path))
