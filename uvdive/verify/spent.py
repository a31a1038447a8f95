"""How long each step of a proof took, by the clock: what of it is the proof's own, and what is builds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from uvdive.verify.checks import CheckName

Step = Literal["sources", "build", "reading", "comparing", "loading", "repairs"] | CheckName
"""``sources`` is whether the original is what the context makes now, ``build`` every build of an
image, ``loading`` a start of the original to see what it imports, ``repairs`` what may mend what failed."""

Seconds = tuple[tuple[Step, float], ...]
"""Each step with its seconds, in the order in which they were first taken."""


WAITING: frozenset[Step] = frozenset({"build", "start", "loading"})
"""Steps that wait for programs of others."""


class Spent:
    """Measures steps. One within another, as a build within a check, is not counted for that one too."""

    def __init__(self) -> None:
        self._seconds: dict[Step, float] = {}
        self._inside: list[float] = []

    @contextmanager
    def on(self, step: Step) -> Iterator[None]:
        """Count the block's time for a step."""
        self._seconds.setdefault(step, 0.0)
        self._inside.append(0.0)
        began = time.monotonic()
        try:
            yield
        finally:
            whole = time.monotonic() - began
            self._seconds[step] += whole - self._inside.pop()
            if self._inside:
                self._inside[-1] += whole

    @property
    def seconds(self) -> Seconds:
        """What was measured so far."""
        return tuple(self._seconds.items())


def own_seconds(seconds: Seconds) -> float:
    """What the proof took beside the builds and the starts, which wait for programs."""
    return sum(each for step, each in seconds if step not in WAITING)
