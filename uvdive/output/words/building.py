"""Events of builds and checks in words, one line each."""

from __future__ import annotations

from collections.abc import Callable

from uvdive.base.units import Units
from uvdive.build.events import BuildStep
from uvdive.output.plain import one_line
from uvdive.output.words.check import outcome_words
from uvdive.output.words.reading import ReadingWords
from uvdive.verify.checks import Check, CheckStarted

_WORTH_TELLING = 1.0
"""Seconds from which on a step's time is told."""


class BuildingWords(ReadingWords):
    """Words builds and checks beside what is read; a step that runs is told once."""

    def __init__(self, units: Callable[[], Units] = lambda: "si", clean: Callable[[str], str] = str) -> None:
        super().__init__(units, clean)
        self._started: set[str] = set()

    def line(self, event: object) -> str:
        """An event in words; empty where it is not worth any."""
        if isinstance(event, BuildStep):
            return self._step(event)
        if isinstance(event, CheckStarted):
            return f"Checking: {event.name}"
        if isinstance(event, Check):
            return f"  {outcome_words(event)}: {event.detail}"
        return super().line(event)

    def _step(self, step: BuildStep) -> str:
        name = one_line(self.clean(step.name), 100)  # no half of a secret is left
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
