"""Which tests reach which functions, so that a mistake is tried with those alone.

    uv run python tests/mutation/reached.py FILE tests/verify tests/session

runs the tests once, without an engine, and writes FILE; ``run.py --reached FILE`` reads it. A test
that fails is left out, with its other parameters, as it would fail with any mistake. Parameters are
told apart only where a test takes long with all of them. What a
worker process does for a test is not seen, nor what one test left cached for others: what survives
the tests that reach it has not survived all. Of many tests the module's own room and the quickest
come first, and only as many as take ``MOST`` seconds together.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FIRST, MOST = 6.0, 45.0
"""Seconds of tests for one mistake: at first, and in all."""
LONG = 5.0
"""Seconds from which on each parameter of a test is one of its own."""
_INNER = re.compile(r"\.?<\w+>")


@dataclass(frozen=True)
class Reach:
    """What was seen.

    Args:
        tests: the tests' ids by ``module::function`` as mutants name them.
        seconds: how long each test took; unknown ones took no time.
    """

    tests: dict[str, list[str]]
    seconds: dict[str, float] = field(default_factory=dict)

    def chosen(self, function: str, room: str) -> list[list[str]]:
        """The tests for a mistake in a function, those of the room first, then the quickest.

        Those of the first ``FIRST`` seconds, then the others; each of them is tried in turn.
        """
        took = 0.0
        first: list[str] = []
        more: list[str] = []
        for test in sorted(self.tests[function], key=lambda t: (not t.startswith(room), self.took(t))):
            took += self.took(test)
            if first and took > MOST:
                break
            (more if first and took > FIRST else first).append(test)
        return [step for step in (first, more) if step]

    def took(self, *tests: str) -> float:
        """The seconds of some tests together."""
        return sum(self.seconds.get(test, 0.0) for test in tests)


class Recorder:
    """A pytest plugin that notes the functions of the package that each test enters."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._entered: dict[int, CodeType] = {}  # by id: a code's own hash reads all of its constants
        self.failed: set[str] = set()
        self.reach: dict[str, set[str]] = defaultdict(set)
        self.seconds: dict[str, float] = defaultdict(float)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Watch the test with its fixtures."""
        self._entered = {}
        begun = time.monotonic()
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]
            self.seconds[item.nodeid] += time.monotonic() - begun
            for code in self._entered.values():
                if code.co_filename.startswith(f"{self._root}/uvdive/"):
                    self.reach[name_of(code, self._root)].add(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what fails."""
        if report.failed:
            self.failed.add(without_parameters(report.nodeid))

    def told(self) -> Reach:
        """What was seen, without what failed."""
        whole: dict[str, float] = defaultdict(float)
        for test, took in self.seconds.items():
            whole[without_parameters(test)] += took

        def name(test: str) -> str:
            short = without_parameters(test)
            return test if whole[short] > LONG else short

        seconds: dict[str, float] = defaultdict(float)
        for test, took in self.seconds.items():
            seconds[name(test)] += took
        found = {
            function: sorted({name(test) for test in tests if without_parameters(test) not in self.failed})
            for function, tests in sorted(self.reach.items())
        }
        return Reach({function: tests for function, tests in found.items() if tests}, dict(seconds))

    def _enter(self, frame: FrameType, _event: str, _argument: Any) -> None:
        self._entered[id(frame.f_code)] = frame.f_code


def without_parameters(test: str) -> str:
    """The id of a test without what it is given."""
    return test.partition("[")[0]


def name_of(code: CodeType, root: str) -> str:
    """``module::function`` of a code object; what is inside a function without a name is the function's."""
    module = code.co_filename.removeprefix(f"{root}/")
    return f"{module}::{_INNER.sub('', code.co_qualname) or 'module'}"


def read(path: Path) -> Reach:
    """What was written."""
    return Reach(**json.loads(path.read_text()))


def main(argv: list[str]) -> int:
    """Run the tests below the folders and write FILE; pytest's exit code."""
    recorder = Recorder(ROOT)
    command = ["-q", "--tb=short", "-m", "not engine", "-p", "no:cacheprovider", *argv[1:]]
    code = pytest.main(command, plugins=[recorder])
    if recorder.reach:
        Path(argv[0]).write_text(json.dumps(asdict(recorder.told()), indent=1))
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
