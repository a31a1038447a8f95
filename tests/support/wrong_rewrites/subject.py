"""A right rewrite, and a text with one mistake in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from uvdive.build.arguments import target_of_build
from uvdive.build.events import BuildRequest
from uvdive.dockerfile.text.edits import json_array
from uvdive.dockerfile.text.syntax import Dockerfile, Instruction, parse
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.plan import RewritePlan
from uvdive.verify.start.service import Starts


@dataclass(frozen=True)
class Mutant:
    """A text with one mistake: of which ``kind``, at which ``place``, both in words."""

    kind: str
    place: str
    text: str


@dataclass(frozen=True, eq=False)
class Subject:
    """A right rewrite: its plan, the original, the image of the plan's text, how both are built.

    ``starts`` are what a compose service starts before and after, in the place of the images' own.
    """

    plan: RewritePlan
    before: ImageReport
    after: ImageReport
    request: BuildRequest
    starts: Starts | None = None

    @property
    def dockerfile(self) -> Dockerfile:
        return parse(self.plan.text)

    @property
    def last_stage(self) -> tuple[Instruction, ...]:
        """What makes the final image, FROM first: the stage that is built, the last by default."""
        stages: list[list[Instruction]] = []
        for instruction in self.dockerfile.instructions:
            if instruction.keyword == "FROM":
                stages.append([])
            if stages:
                stages[-1].append(instruction)
        target = target_of_build(self.request.args).lower()
        built = [stage for stage in stages if target and stage[0].arguments.lower().endswith(f" as {target}")]
        return tuple((built or stages)[-1])

    def with_source(self, instruction: Instruction, source: str) -> str:
        """The text with another source in the place of an instruction's; empty drops it."""
        return "".join(
            source if isinstance(node, Instruction) and node.line == instruction.line else node.source
            for node in self.dockerfile.nodes
        )

    def with_lines(self, *lines: str) -> str:
        """The text with lines behind the stage that is built."""
        last = self.last_stage[-1]
        return self.with_source(last, "\n".join((last.source.rstrip("\n"), *lines, "")))

    def with_run(self, script: str) -> str:
        """The text with one RUN more, as root; the user stays.

        It stands in front of the start, as nobody writes it behind CMD: a reader who takes what ends
        with a CMD for the base would take the rewrite for one.
        """
        run = f"RUN {json_array(['/bin/sh', '-ec', script])}"
        user = self.after.config.user
        lines = ("USER root", run, f"USER {user}") if user else (run,)
        start = next((each for each in self.last_stage if each.keyword in ("ENTRYPOINT", "CMD")), None)
        if start is None:
            return self.with_lines(*lines)
        return self.with_source(start, "\n".join((*lines, start.source)))


Made = Iterable[Mutant]
