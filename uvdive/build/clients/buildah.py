"""The output of podman's builds (buildah), from its client or its service, as events.

``STEP 2/5: RUN …`` begins a step, with ``[1/2]`` before it where there are several stages;
``--> Using cache ID`` or ``--> ID`` ends it; what comes in between is output of its command
(https://github.com/containers/buildah, ``imagebuildah/stage_executor.go``).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

from uvdive.build.clients.parsing import Event, shown
from uvdive.build.events import BuildLog, BuildStep, StepState

_STEP = re.compile(r"(?:\[(\d+)/(\d+)\] )?STEP (\d+)/(\d+): (.*)", re.DOTALL)
_COMMIT = re.compile(r"(?:\[\d+/\d+\] )?COMMIT\b(.*)", re.DOTALL)
_DONE = re.compile(r"--> (?:[0-9a-f]{6,64}|Pushing cache .*)$")
_CACHED = re.compile(r"--> Using cache (?:[0-9a-f]{12,64})")
_IMAGE = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


class BuildahReader:
    """A ``ProgressReader`` for buildah; ``image_id`` is the built image's, empty until it is named."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.steps: dict[str, BuildStep] = {}
        self.said: list[str] = []
        self.image_id = ""
        self._clock = clock
        self._open = ""
        self._began = 0.0

    def feed(self, line: str) -> Iterator[Event]:
        """Take one line without its line end."""
        if step := _STEP.fullmatch(line):
            stage, stages, number, count, text = step.groups()
            place = f"{stage}/{stages} {number}/{count}" if stage else f"{number}/{count}"
            yield from self._begin(place, f"[{place}] {text}")
        elif commit := _COMMIT.fullmatch(line):
            yield from self._begin(f"commit{len(self.steps)}", f"exporting{commit[1]}")
        elif _CACHED.match(line):
            yield from self._end("cached")
        elif _DONE.match(line):
            yield from self._end("done")
        elif found := _IMAGE.fullmatch(line.strip()):
            self.image_id = f"sha256:{found[1]}"
        elif line.startswith("Error: "):
            yield from self.fail(line.removeprefix("Error: "))
        elif self._open:
            yield BuildLog(self._open, shown(line))
        elif line.strip():
            self.said.append(line)

    def fail(self, message: str) -> Iterator[Event]:
        """The build failed, in the step that is open."""
        self.said.append(message)
        yield from self._end("failed", message)

    def close(self) -> Iterator[Event]:
        """The output has ended, and with it the last step."""
        yield from self._end("done")

    def _begin(self, id_: str, name: str) -> Iterator[Event]:
        yield from self._end("done")
        self._open, self._began = id_, self._clock()
        yield self._step(BuildStep(id_, name, "running"))

    def _end(self, state: StepState, error: str = "") -> Iterator[Event]:
        if not self._open:
            return
        step = self.steps[self._open]
        seconds = 0.0 if state == "cached" else self._clock() - self._began
        self._open = ""
        yield self._step(BuildStep(step.id, step.name, state, seconds, error=error))

    def _step(self, step: BuildStep) -> BuildStep:
        self.steps[step.id] = step
        return step
