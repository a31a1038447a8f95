"""Events of long work in words, one line each, on standard error."""

from __future__ import annotations

from uvdive.base.progress import Note
from uvdive.base.units import size
from uvdive.build.events import BuildStep
from uvdive.cli.console import Console
from uvdive.image.events import ImageFound, LayerRead
from uvdive.output.plain import count, one_line
from uvdive.verify.checks import Check, CheckStarted

_WORTH_TELLING = 1.0
"""Seconds from which on a step's time is told."""


class Narrator:
    """An OnEvent that tells a console what happens."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""
        self._layers: list[str] = []
        self._started: set[str] = set()

    def __call__(self, event: object) -> None:
        """Take one event."""
        self._console.note(repr(event))
        line = self._line(event)
        if line and line != self._last:
            self._console.say(line)
            self._last = line

    def _line(self, event: object) -> str:
        if isinstance(event, Note):
            return event.text
        if isinstance(event, ImageFound):
            self._layers = [layer.diff_id for layer in event.layers]
            return f"{event.reference}: {count(len(event.layers), 'layer')}"
        if isinstance(event, LayerRead):
            return self._layer(event)
        if isinstance(event, BuildStep):
            return self._step(event)
        return _check(event)

    def _layer(self, event: LayerRead) -> str:
        # Layers arrive in any order; the number is the one that the report gives.
        number = f" {self._layers.index(event.diff_id)}" if event.diff_id in self._layers else ""
        files = count(event.files, "file")
        return f"Layer{number}: {size(event.file_bytes, self._console.units)} in {files}"

    def _step(self, step: BuildStep) -> str:
        name = one_line(step.name, 100)
        if step.state == "failed":
            return f"{name}: failed"
        # BuildKit's own steps say nothing about the image.
        if step.name.startswith("[internal]"):
            return ""
        if step.state == "cached":
            return f"{name}: cached"
        if step.state == "running" and step.id not in self._started:
            self._started.add(step.id)
            return name
        if step.state == "done" and (step.seconds or 0) >= _WORTH_TELLING:
            return f"{name}: done in {step.seconds:.1f} s"
        return ""


def _check(event: object) -> str:
    if isinstance(event, CheckStarted):
        return f"Checking: {event.name}"
    return f"  {event.status}: {event.detail}" if isinstance(event, Check) else ""
