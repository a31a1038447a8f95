"""What a build reports while it runs, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

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
class BuildRequest:
    """One build. ``args`` go to ``docker buildx build`` as they are.

    ``text`` is fed on standard input as the Dockerfile where it is not None (so
    nothing is written to the user's folder); else ``dockerfile`` is read.
    """

    context: Path
    dockerfile: Path | None = None
    text: str | None = None
    tag: str | None = None
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildResult:
    """An image that was built. ``steps`` are in BuildKit's order, at their end."""

    image_id: str
    tag: str | None
    seconds: float
    steps: tuple[BuildStep, ...] = ()
    log: tuple[str, ...] = field(default=(), repr=False)
