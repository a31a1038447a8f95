"""``--progress=plain``, for a buildx before 0.13: text for people, read back into events.

Every line of a step starts with ``#N``. A block of lines starts, after an empty line,
with the step's name; ``#N ...`` ends a block whose step goes on later. Output of the
step's command carries the seconds since its start, so it can't be taken for anything
else (https://github.com/moby/buildkit, ``util/progress/progressui/printer.go``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from uvdive.build.clients.parsing import Event, shown
from uvdive.build.events import BuildLog, BuildStep, StepState

_LINE = re.compile(r"#(\d+) (.*)", re.DOTALL)
_OUTPUT = re.compile(r"\d+\.\d+(?: (.*))?", re.DOTALL)
_DONE = re.compile(r"DONE (\d+(?:\.\d+)?)s")
_SIZE = r"(\d{1,15}(?:\.\d{1,9})?)((?:[kMGT]i?)?B)"
_TRANSFER = re.compile(rf"(\S+) .*?(?<!\d){_SIZE}(?: / {_SIZE})?")
_UNITS = {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}


def _bytes(number: str, unit: str) -> int:
    prefix = unit.removesuffix("B")
    factor = 1024 ** (" kMGT".index(prefix[0])) if prefix.endswith("i") else _UNITS[prefix]
    return round(float(number) * factor)


class PlainReader:
    """A ``ProgressReader`` for plain text."""

    def __init__(self) -> None:
        self.steps: dict[str, BuildStep] = {}
        self.said: list[str] = []
        self._block: str | None = None
        self._transfers: dict[str, dict[str, tuple[int, int]]] = {}

    def feed(self, line: str) -> Iterator[Event]:
        """Take one line without its line end."""
        match = _LINE.fullmatch(line)
        if match is None:
            self._block = None
            if line.strip():
                self.said.append(line)
            return
        id_, text = match.groups()
        if id_ == "0":
            # buildx's own greeting, which belongs to no step.
            self.said.append(text)
        elif self._block != id_:
            self._block = id_
            yield from self._named(id_, text)
        else:
            yield from self._inside(id_, text)

    def close(self) -> Iterator[Event]:
        """Nothing is held back."""
        return iter(())

    def _named(self, id_: str, name: str) -> Iterator[Event]:
        if id_ not in self.steps:
            yield self._step(BuildStep(id_, name, "running"))

    def _inside(self, id_: str, text: str) -> Iterator[Event]:
        step = self.steps[id_]
        if text == "...":
            self._block = None
        elif output := _OUTPUT.fullmatch(text):
            yield BuildLog(id_, shown(output[1] or ""))
        elif done := _DONE.fullmatch(text):
            yield self._end(step, "done", float(done[1]))
        elif text == "CACHED":
            yield self._end(step, "cached", 0.0)
        elif text == "CANCELED":
            yield self._end(step, "cancelled", None)
        elif text.startswith("ERROR: "):
            yield self._end(step, "failed", None, text.removeprefix("ERROR: "))
        elif transfer := _TRANSFER.match(text):
            yield self._transfer(step, transfer)
        elif text.startswith("WARN: "):
            yield BuildLog(id_, f"WARNING: {text.removeprefix('WARN: ')}")
        # What remains is BuildKit's own progress ("exporting layers 0.1s done"), no output.

    def _transfer(self, step: BuildStep, match: re.Match[str]) -> BuildStep:
        name, number, unit, whole, whole_unit = match.groups()
        sizes = self._transfers.setdefault(step.id, {})
        sizes[name] = (_bytes(number, unit), _bytes(whole, whole_unit) if whole else 0)
        return self._step(BuildStep(step.id, step.name, step.state, step.seconds, *self._sizes(step.id)))

    def _sizes(self, id_: str) -> tuple[int | None, int | None]:
        sizes = self._transfers.get(id_, {}).values()
        current, total = sum(size[0] for size in sizes), sum(size[1] for size in sizes)
        return (current if sizes else None), total or None

    def _end(self, step: BuildStep, state: StepState, seconds: float | None, error: str = "") -> BuildStep:
        return self._step(BuildStep(step.id, step.name, state, seconds, *self._sizes(step.id), error))

    def _step(self, step: BuildStep) -> BuildStep:
        self.steps[step.id] = step
        return step
