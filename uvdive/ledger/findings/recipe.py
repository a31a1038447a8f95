"""The Dockerfile as findings need it: every RUN and image name with what is in force there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from uvdive.base.errors import UvdiveError
from uvdive.dockerfile.shell import commands
from uvdive.dockerfile.stages import Stage, lineage, read_stages
from uvdive.dockerfile.syntax import Instruction, parse
from uvdive.dockerfile.variables import expand_known

_UV = re.compile(r"(?:^|[\s;&|(])(?:[^\s;&|()]*/)?uv\s+((?:--?\S+\s+)*)(sync|add|run|pip|tool)\b([^;&|\n]*)")
_PREFIXES = frozenset({"env", "exec", "time", "nice"})
_INSTALLS = frozenset({"sync", "add", "run", "pip", "tool"})


@dataclass(frozen=True, slots=True)
class Mount:
    """One ``--mount`` of a RUN: its options, variables expanded."""

    options: Mapping[str, str]

    @property
    def target(self) -> str:
        """Where it is mounted; empty where it says nothing."""
        return next(
            (self.options[key] for key in ("target", "dst", "destination") if key in self.options), ""
        )


@dataclass(frozen=True, slots=True)
class UvCall:
    """A call of uv that installs something: its words, and variables set for it alone."""

    words: tuple[str, ...]
    variables: Mapping[str, str]

    def option(self, name: str) -> str | None:
        """The value of ``--name VALUE`` or ``--name=VALUE``; empty for a bare one, None without it."""
        for number, word in enumerate(self.words):
            key, equals, value = word.partition("=")
            if key == name:
                following = self.words[number + 1 :][:1]
                return value if equals else "".join(following)
        return None


@dataclass(frozen=True, slots=True)
class Run:
    """A RUN with its shell text, mounts calls of uv, the ENV in force (the base's left out) and the USER.

    ``user`` is empty where no USER stands before it. ``final`` says that its layer
    is in the image.
    """

    line: int
    text: str
    mounts: tuple[Mount, ...]
    calls: tuple[UvCall, ...]
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

    def runs(self) -> Iterator[Run]:
        """Every RUN of every stage."""
        users: dict[int, str] = {}
        in_image = {stage.index for stage in self.chain}
        for stage in self.stages:
            user = users.get(stage.parent, "") if stage.parent is not None else ""
            for instruction, variables in zip(stage.instructions, stage.environments, strict=True):
                if instruction.keyword == "USER":
                    user = expand_known(instruction.arguments, variables.get, self.escape) or user
                elif instruction.keyword == "RUN":
                    mounts = tuple(_mounts(instruction, variables, self.escape))
                    calls = tuple(_calls(instruction))
                    final = stage.index in in_image
                    yield Run(instruction.line, _text(instruction), mounts, calls, variables, user, final)
            users[stage.index] = user

    def images(self) -> Iterator[tuple[int, str]]:
        """Every image that FROM, ``COPY --from`` or a mount names, with its line; stages left out."""
        names = {stage.name for stage in self.stages if stage.name}
        for stage in self.stages:
            if stage.parent is None and stage.base:
                yield stage.source.line, stage.base
            for instruction, variables in zip(stage.instructions, stage.environments, strict=True):
                sources = [instruction.flag("from")]
                sources += [m.options.get("from") for m in _mounts(instruction, variables, self.escape)]
                for source in sources:
                    if source and not source.isdigit() and source.lower() not in names and "$" not in source:
                        yield instruction.line, source


def read_recipe(path: Path) -> Recipe | None:
    """Read the Dockerfile of an image; None for a file that is none (who asked for it is told elsewhere)."""
    try:
        dockerfile = parse(path.read_bytes().decode("utf-8", "replace"))
        return Recipe(read_stages(dockerfile), dockerfile.escape)
    except (OSError, UvdiveError):
        return None


def _mounts(instruction: Instruction, variables: Mapping[str, str], escape: str) -> Iterator[Mount]:
    for flag in instruction.flags:
        name, _, value = flag.partition("=")
        if name != "--mount":
            continue
        pairs = (part.partition("=") for part in value.strip("\"'").split(","))
        options = {key.strip().lower(): expand_known(raw, variables.get, escape) for key, _, raw in pairs}
        known = {key: text for key, text in options.items() if text is not None}
        if len(known) == len(options):
            yield Mount(known)  # of one with an unknown variable nothing can be said


def _text(instruction: Instruction) -> str:
    return "\n".join([instruction.arguments, *(heredoc.body for heredoc in instruction.heredocs)])


def _calls(instruction: Instruction) -> Iterator[UvCall]:
    if instruction.exec_form is not None:
        yield from _call(instruction.exec_form, {})
        return
    text = _text(instruction)
    simple = None if instruction.heredocs else commands(text)
    if simple is None:
        # No plain list of commands: the calls are found by their looks, variables in front are not.
        for match in _UV.finditer(text):
            yield UvCall((*match[1].split(), match[2], *match[3].split()), {})
        return
    exported: dict[str, str] = {}
    for command in simple:
        own = dict(word.text.partition("=")[::2] for word in command.assignments)
        if command.argv[:1] == ("export",):
            exported.update(word.partition("=")[::2] for word in command.argv[1:] if "=" in word)
        yield from _call(command.argv, {**exported, **own})


def _call(argv: tuple[str, ...], variables: Mapping[str, str]) -> Iterator[UvCall]:
    rest, own = list(argv), dict(variables)
    while rest and (rest[0] in _PREFIXES or "=" in rest[0]):
        name, equals, value = rest.pop(0).partition("=")
        if equals:
            own[name] = value
    if rest and rest[0].rpartition("/")[2] == "uv" and _INSTALLS & set(rest[1:]):
        yield UvCall(tuple(rest[1:]), own)
