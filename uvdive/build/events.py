"""What a build reports while it runs, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from uvdive.image.endpoint import EngineKind

Role = Literal["before", "after"]
"""Whose image a build makes: the original's, or the rewrite's."""

StepState = Literal["running", "done", "cached", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class BuildStep:
    """A step started, moved on or ended; the last event of an ``id`` holds.

    ``name`` is BuildKit's (``[base 3/4] RUN uv sync``). ``seconds`` is None while
    it runs. ``current`` and ``total`` are bytes where the step transfers some.
    """

    id: str
    name: str
    state: StepState
    seconds: float | None = None
    current: int | None = None
    total: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class BuildLog:
    """Output of one step, without its line end."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class BuildLeftOut:
    """An image is not built, as it is there and was built of the same."""

    role: Role


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """One build. ``args`` go to ``docker buildx build`` as they are.

    ``text`` is the Dockerfile where it is not None (nothing is written to the user's
    folder); else ``dockerfile`` is read. ``engine`` builds it; None leaves it to what is
    there.
    """

    context: Path
    dockerfile: Path | None = None
    text: str | None = None
    tag: str | None = None
    args: tuple[str, ...] = ()
    engine: EngineKind | None = None


@dataclass(frozen=True, slots=True)
class BuildResult:
    """An image that was built. ``steps`` are in BuildKit's order, at their end.

    ``named`` is the id by the builder's own word, which may be the config's where ``image_id``, the
    engine's, is the manifest's; empty where no builder was asked.
    """

    image_id: str
    tag: str | None
    seconds: float
    steps: tuple[BuildStep, ...] = ()
    log: tuple[str, ...] = field(default=(), repr=False)
    engine: EngineKind = "docker"
    named: str = ""

    @property
    def own_steps(self) -> tuple[BuildStep, ...]:
        """The steps that stand in the Dockerfile, without those of the builder itself."""
        return own_steps(self.steps)

    @property
    def cached(self) -> int:
        """How many of them were taken from the cache."""
        return cached_steps(self.own_steps)


def own_steps(steps: Iterable[BuildStep]) -> tuple[BuildStep, ...]:
    """Those that stand in the Dockerfile: BuildKit names them ``[stage 2/5] RUN ...``."""
    return tuple(
        step
        for step in steps
        if step.name.startswith("[") and not step.name.startswith(("[internal]", "[auth]"))
    )


def cached_steps(steps: Iterable[BuildStep]) -> int:
    """How many were taken from the cache."""
    return sum(step.state == "cached" for step in steps)


@dataclass(frozen=True, slots=True)
class BuildBegan:
    """The build of one side begins; the BuildSteps and BuildLogs until its BuildEnded are its own."""

    role: Role


@dataclass(frozen=True, slots=True)
class BuildEnded:
    """The build of one side is done."""

    role: Role
    result: BuildResult


ChangeKind = Literal["source", "version", "dependency"]


@dataclass(frozen=True, slots=True)
class Rebuild:
    """What both builds cost again after one change.

    ``changed`` says what was changed. ``seconds`` are those of the original's build and of the
    rewrite's, None where one of them failed with the change. ``new_bytes`` are those of the
    layers that the images have new by it, None where they could not be read.
    """

    kind: ChangeKind
    changed: str
    seconds: tuple[float, float] | None
    new_bytes: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of the original's build and of the rewrite's; None for what was not asked or can't be told.

    ``changed`` is the file of the context whose change ``rebuild`` is after; ``changes`` are
    that one and the others: the project's version, one dependency.
    """

    cold: tuple[float, float] | None = None
    rebuild: tuple[float, float] | None = None
    changed: str | None = None
    changes: tuple[Rebuild, ...] = ()
