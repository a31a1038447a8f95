"""A build as it runs or ran, as plain data that the screen draws."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from uvdive.build.events import (
    BuildBegan,
    BuildEnded,
    BuildLeftOut,
    BuildLog,
    BuildResult,
    BuildStep,
    Role,
    cached_steps,
    own_steps,
)
from uvdive.output.plain import count

MOST_LOG = 5_000
"""So many of the last log lines of a build are kept."""


@dataclass(slots=True)
class Step:
    """A build step as it stands; ``since`` is when it began, by the monotonic clock."""

    event: BuildStep
    since: float


@dataclass(slots=True)
class Build:
    """One side's build: fed with its events. ``log`` has each line with its step's id.

    ``left_out`` is whether nothing was built, as the image was there and built of the same.
    """

    role: Role
    clock: Callable[[], float] = time.monotonic
    steps: dict[str, Step] = field(default_factory=dict)
    log: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=MOST_LOG))
    began: float | None = None
    result: BuildResult | None = None
    took: float | None = None
    left_out: bool = False

    def take(self, event: object) -> bool:
        """Note an event of the build; False for one that is none."""
        if isinstance(event, BuildBegan):
            # A side may be built a second time (R56): what is shown is the last build.
            self.forget()
            self.began, self.left_out = self.clock(), False
        elif isinstance(event, BuildStep):
            known = self.steps.get(event.id)
            self.steps[event.id] = Step(event, known.since if known else self.clock())
        elif isinstance(event, BuildLog):
            self.log.append((event.id, event.text))
        elif isinstance(event, BuildEnded):
            self.result = event.result
        elif isinstance(event, BuildLeftOut):
            self.left_out = True
        else:
            return False
        return True

    def forget(self) -> None:
        """Nothing of it has happened."""
        self.steps.clear()
        self.log.clear()
        self.began = self.result = self.took = None

    def stop(self) -> None:
        """Nothing more comes of it: what still ran was stopped."""
        if self.result is not None or self.began is None or self.took is not None:
            return
        self.took = self.seconds
        for step in self.steps.values():
            if step.event.state == "running":
                seconds = self.clock() - step.since
                step.event = replace(step.event, state="cancelled", seconds=seconds)

    @property
    def seconds(self) -> float:
        """How long it took, or takes."""
        if self.result is not None:
            return self.result.seconds
        if self.took is not None:
            return self.took
        return 0.0 if self.began is None else self.clock() - self.began

    def words(self) -> str:
        """How it stands: ``31.2 s, 3 of 7 steps cached``."""
        if self.began is None and not self.steps:
            return "was there already; nothing was built" if self.role == "before" else "not begun"
        own = own_steps(step.event for step in self.steps.values())
        told = f", {cached_steps(own)} of {count(len(own), 'step')} cached" if own else ""
        ended = ", not finished" if self.took is not None else ""
        return f"{self.seconds:.1f} s{ended}{told}"
