"""``--progress=rawjson``: BuildKit's own status objects, written to standard error.

buildx 0.13 prints an object over several lines, later versions print one a line; the
objects are ``client.SolveStatus`` (https://github.com/moby/buildkit, ``client/graph.go``).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from uvdive.base import shapes
from uvdive.build.clients.parsing import Event, LogLines, seconds_between
from uvdive.build.events import BuildLog, BuildStep, StepState

_TEXT, _NUMBER = shapes.Maybe(str), shapes.Maybe(int)
_STATUS = shapes.Record(
    {
        "vertexes": shapes.Maybe(
            [
                shapes.Record(
                    {"digest": str, "name": _TEXT, "started": _TEXT, "completed": _TEXT, "error": _TEXT}
                )
            ]
        ),
        "statuses": shapes.Maybe(
            [shapes.Record({"vertex": str, "id": str, "current": _NUMBER, "total": _NUMBER})]
        ),
        "logs": shapes.Maybe([shapes.Record({"vertex": str, "stream": _NUMBER, "data": _TEXT})]),
        "warnings": shapes.Maybe([shapes.Record({"vertex": _TEXT, "short": _TEXT})]),
    }
)


class RawJsonReader:
    """A ``ProgressReader`` for rawjson."""

    def __init__(self) -> None:
        self.steps: dict[str, BuildStep] = {}
        self.said: list[str] = []
        self._lines: list[str] = []
        self._logs = LogLines()
        self._names: dict[str, str] = {}
        self._intervals: dict[str, dict[str, float]] = {}
        self._transfers: dict[str, dict[str, tuple[int, int]]] = {}

    def feed(self, line: str) -> Iterator[Event]:
        """Take one line without its line end."""
        if not self._lines and not line.startswith("{"):
            if line.strip():
                self.said.append(line)
            return
        self._lines.append(line)
        # Only the brace that closes an object stands at the start of a line.
        if line.startswith("}") or (len(self._lines) == 1 and line.rstrip().endswith("}")):
            text, self._lines = "\n".join(self._lines), []
            try:
                status = shapes.load(text, _STATUS, "progress")
            except shapes.ShapeError:  # none of BuildKit's: its words, or a later version's
                self.said += text.splitlines()
                return
            yield from self._status(status)

    def close(self) -> Iterator[Event]:
        """The output has ended: a cut object counts as buildx's words, open log lines end."""
        self.said += self._lines
        self._lines = []
        yield from self._logs.flush()

    def _status(self, status: dict[str, Any]) -> Iterator[Event]:
        for vertex in status.get("vertexes") or ():
            yield from self._vertex(vertex)
        for transfer in status.get("statuses") or ():
            yield from self._transfer(transfer)
        for log in status.get("logs") or ():
            yield from self._logs.feed(log["vertex"], log.get("stream") or 1, _decoded(log.get("data")))
        for warning in status.get("warnings") or ():
            short = _decoded(warning.get("short")).decode("utf-8", "replace")
            yield BuildLog(warning.get("vertex") or "", f"WARNING: {short}")

    def _vertex(self, vertex: dict[str, Any]) -> Iterator[Event]:
        id_, started = vertex["digest"], vertex.get("started")
        self._names[id_] = vertex.get("name") or id_
        if started is None:
            return
        completed = vertex.get("completed")
        intervals = self._intervals.setdefault(id_, {})
        if completed is not None:
            # A step may start and end several times: the cache was asked before it ran.
            intervals[started] = seconds_between(started, completed)
            yield from self._logs.flush(id_)
        error = vertex.get("error") or ""
        seconds = None if completed is None else sum(intervals.values())
        yield from self._step(id_, _state(vertex, error), seconds, error)

    def _transfer(self, transfer: dict[str, Any]) -> Iterator[Event]:
        id_ = transfer["vertex"]
        sizes = self._transfers.setdefault(id_, {})
        sizes[transfer["id"]] = (transfer.get("current") or 0, transfer.get("total") or 0)
        step = self.steps.get(id_)
        if step is not None:
            yield from self._step(id_, step.state, step.seconds, step.error)

    def _step(self, id_: str, state: StepState, seconds: float | None, error: str) -> Iterator[Event]:
        sizes = self._transfers.get(id_, {}).values()
        current, total = sum(size[0] for size in sizes), sum(size[1] for size in sizes)
        step = BuildStep(
            id=id_,
            name=self._names[id_],
            state=state,
            seconds=seconds,
            current=current if current or total else None,
            total=total or None,
            error=error,
        )
        if self.steps.get(id_) != step:
            self.steps[id_] = step
            yield step


def _decoded(data: str | None) -> bytes:
    try:
        return base64.b64decode(data or "")
    except ValueError:
        return b""


def _state(vertex: dict[str, Any], error: str) -> StepState:
    if vertex.get("completed") is None:
        return "running"
    if error:
        return "cancelled" if error.endswith("context canceled") else "failed"
    return "cached" if vertex.get("cached") else "done"
