"""The Dockerfile as findings need it: every instruction with what is in force there, every image's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from uvdive.base.errors import UvdiveError
from uvdive.base.files.foreign import read_file
from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.stages import Stage, lineage, read_stages
from uvdive.dockerfile.steps import Step, walk
from uvdive.dockerfile.text.syntax import Instruction, parse


@dataclass(frozen=True, slots=True)
class Recipe:
    """A Dockerfile that the image was built from."""

    stages: tuple[Stage, ...]
    escape: str

    @property
    def chain(self) -> tuple[Stage, ...]:
        """The stages whose layers are in the image, the one on the base first."""
        return lineage(self.stages, self.stages[-1])

    @property
    def from_line(self) -> int:
        """The line of the FROM that brought the base."""
        return self.chain[0].source.line

    @property
    def sets_user(self) -> bool:
        """Is there a USER among the instructions that made the image?"""
        return any(i.keyword == "USER" for stage in self.chain for i in stage.instructions)

    def instruction_at(self, line: int | None) -> Instruction | None:
        """The instruction that begins at a line, or None."""
        found = (i for stage in self.stages for i in stage.instructions if i.line == line)
        return next(found, None)

    def steps(self) -> Iterator[Step]:
        """Every instruction of every stage with what is in force there."""
        return walk(self.stages, self.escape)

    def runs(self) -> Iterator[Step]:
        """Every RUN of every stage."""
        return (step for step in self.steps() if step.keyword == "RUN")

    def is_final(self, step: Step) -> bool:
        """Is the step's layer in the image?"""
        return any(stage.index == step.stage for stage in self.chain)

    def images(self) -> Iterator[tuple[int, str]]:
        """Every image that FROM, ``COPY --from`` or a mount names, with its line; stages left out."""
        for stage in self.stages:
            if stage.parent is None and stage.base:
                yield stage.source.line, stage.base
        names = {stage.name for stage in self.stages if stage.name}
        for step in self.steps():
            sources = [step.instruction.flag("from"), *self._mounted(step)]
            for source in sources:
                if source and not source.isdigit() and source.lower() not in names and "$" not in source:
                    yield step.line, source

    def _mounted(self, step: Step) -> Iterator[str | None]:
        """The images that a RUN's mounts name; one with a variable that is not known may name any."""
        for written in mounts_of(step.instruction):
            mount = written.expanded(step.values.get, self.escape)
            if mount is not None:
                yield mount.image


def read_recipe(path: Path) -> Recipe | None:
    """Read the Dockerfile of an image; None for a file that is none (who asked for it is told elsewhere)."""
    try:
        return recipe_of(read_file(path).decode("utf-8", "replace"))
    except OSError:
        return None


def recipe_of(text: str) -> Recipe | None:
    """As ``read_recipe``, of a Dockerfile's text."""
    try:
        dockerfile = parse(text)
        return Recipe(read_stages(dockerfile), dockerfile.escape)
    except UvdiveError:
        return None
