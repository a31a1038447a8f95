"""What both readers of buildx's progress share: their shape, and lines out of chunks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from uvdive.build.events import BuildLog, BuildStep

Event = BuildStep | BuildLog


class ProgressReader(Protocol):
    """Turns the lines of buildx's progress into events.

    ``steps`` holds the last event of each step, in the order in which they
    started. ``said`` holds the lines that belong to no step: buildx's own words.
    """

    steps: dict[str, BuildStep]
    said: list[str]

    def feed(self, line: str) -> Iterator[Event]:
        """Take one line without its line end."""
        ...

    def close(self) -> Iterator[Event]:
        """The output has ended: whatever is still held back."""
        ...


def shown(line: str) -> str:
    """The line as a terminal would leave it: what a progress bar wrote over is gone."""
    return next((part for part in reversed(line.split("\r")) if part), "")


_LONGEST = 64 << 10
"""A line without an end is told in pieces of so many bytes: else each chunk would copy all before it."""


class LogLines:
    """Cuts the output of steps into lines; BuildKit sends it in chunks of any size."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], bytes] = {}

    def feed(self, step: str, stream: int, data: bytes) -> Iterator[BuildLog]:
        """Every line that ``data`` completes."""
        *lines, last = (self._open.pop((step, stream), b"") + data).split(b"\n")
        if len(last) > _LONGEST:
            lines.append(last)
        elif last:
            self._open[step, stream] = last
        for line in lines:
            yield BuildLog(step, shown(line.decode("utf-8", "replace")))

    def flush(self, step: str | None = None) -> Iterator[BuildLog]:
        """The unfinished lines of one step that has ended, or of all."""
        for key in [key for key in self._open if step in (None, key[0])]:
            yield BuildLog(key[0], shown(self._open.pop(key).decode("utf-8", "replace")))


def seconds_between(started: str, completed: str) -> float:
    """The time between two RFC 3339 timestamps, in seconds; never negative, 0 where one is none."""
    try:
        took = datetime.fromisoformat(completed) - datetime.fromisoformat(started)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return max(took.total_seconds(), 0.0)
