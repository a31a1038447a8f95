"""Which tests reach which functions, so that a mistake is tried with those alone.

    uv run python tests/mutation/reached.py FILE tests/verify tests/session

runs the tests once, without an engine, and writes FILE; ``run.py --reached FILE`` reads it. A test
that fails is left out, with its other parameters, as it would fail with any mistake. What a
worker process does for a test is not seen, nor what one test left cached for others: what survives
the tests that reach it has not survived all.
"""

from __future__ import annotations

import json
import re
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_INNER = re.compile(r"\.?<\w+>")
Reach = dict[str, list[str]]
"""The tests' ids, without parameters, by ``module::function`` as mutants name them."""


class Recorder:
    """A pytest plugin that notes the functions of the package that each test enters."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._entered: set[CodeType] = set()
        self.failed: set[str] = set()
        self.reach: dict[str, set[str]] = defaultdict(set)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Watch the test with its fixtures."""
        self._entered.clear()
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]
            for code in self._entered:
                if code.co_filename.startswith(f"{self._root}/uvdive/"):
                    self.reach[name_of(code, self._root)].add(item.nodeid.partition("[")[0])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what fails."""
        if report.failed:
            self.failed.add(report.nodeid.partition("[")[0])

    def _enter(self, frame: FrameType, _event: str, _argument: Any) -> None:
        self._entered.add(frame.f_code)


def name_of(code: CodeType, root: str) -> str:
    """``module::function`` of a code object; what is inside a function without a name is the function's."""
    module = code.co_filename.removeprefix(f"{root}/")
    return f"{module}::{_INNER.sub('', code.co_qualname) or 'module'}"


def read(path: Path) -> Reach:
    """What was written."""
    reach: Reach = json.loads(path.read_text())
    return reach


def main(argv: list[str]) -> int:
    """Run the tests below the folders and write FILE; pytest's exit code."""
    recorder = Recorder(ROOT)
    command = ["-q", "--tb=short", "-m", "not engine", "-p", "no:cacheprovider", *argv[1:]]
    code = pytest.main(command, plugins=[recorder])
    if recorder.reach:
        found = {name: sorted(tests - recorder.failed) for name, tests in sorted(recorder.reach.items())}
        known = {name: tests for name, tests in found.items() if tests}
        Path(argv[0]).write_text(json.dumps(known, indent=1))
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
