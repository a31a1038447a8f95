"""The Dockerfile as findings need it: every RUN and image name with what is in force there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from uvdive.base.errors import UvdiveError
from uvdive.dockerfile.mounts import Mount, mounts_of
from uvdive.dockerfile.shell import command_text, shell_text
from uvdive.dockerfile.stages import Stage, lineage, read_stages
from uvdive.dockerfile.steps import Step, walk
from uvdive.dockerfile.syntax import Instruction, parse
from uvdive.uv.calls import Call, calls_by_looks, uv_calls


@dataclass(frozen=True, slots=True)
class RecipeRun:
    """A RUN with its shell text, mounts, calls of uv that install, ENV (the base's left out) and USER.

    Of a mount with a variable that is not known nothing can be said: it is left out.
    ``user`` is empty where no USER stands before it. ``final`` says that its layer
    is in the image.
    """

    line: int
    text: str
    mounts: tuple[Mount, ...]
    calls: tuple[Call, ...]
    variables: Mapping[str, str]
    user: str
    final: bool


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

    def runs(self) -> Iterator[RecipeRun]:
        """Every RUN of every stage."""
        in_image = {stage.index for stage in self.chain}
        for step in self.steps():
            if step.keyword == "RUN":
                mounts = tuple(self._mounts(step))
                calls = tuple(call for call in _calls(step) if call.installs)
                text, final = command_text(step.instruction), step.stage in in_image
                yield RecipeRun(step.line, text, mounts, calls, step.values, step.user, final)

    def _mounts(self, step: Step) -> Iterator[Mount]:
        found = (mount.expanded(step.values.get, self.escape) for mount in mounts_of(step.instruction))
        return (mount for mount in found if mount is not None)

    def images(self) -> Iterator[tuple[int, str]]:
        """Every image that FROM, ``COPY --from`` or a mount names, with its line; stages left out."""
        for stage in self.stages:
            if stage.parent is None and stage.base:
                yield stage.source.line, stage.base
        names = {stage.name for stage in self.stages if stage.name}
        for step in self.steps():
            sources = [step.instruction.flag("from"), *(mount.image for mount in self._mounts(step))]
            for source in sources:
                if source and not source.isdigit() and source.lower() not in names and "$" not in source:
                    yield step.line, source


def read_recipe(path: Path) -> Recipe | None:
    """Read the Dockerfile of an image; None for a file that is none (who asked for it is told elsewhere)."""
    try:
        dockerfile = parse(path.read_bytes().decode("utf-8", "replace"))
        return Recipe(read_stages(dockerfile), dockerfile.escape)
    except (OSError, UvdiveError):
        return None


def _calls(step: Step) -> tuple[Call, ...]:
    text = shell_text(step.instruction)
    calls = uv_calls(text, step.workdir)
    return calls_by_looks(text) if calls is None else calls
