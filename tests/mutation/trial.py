"""A copy of the project in which one mistake after the other is made, and what its tests say."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mutants import Mutant
from reached import Reach
from selection import floor_steps, room_of, steps

MEMORY = 8 << 30
"""Bytes of address space for a run: a mistake may make a list without end."""
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "*.pyc", "dist", "site")
_SAID = ".pytest-said"
_NOTHING_LEFT = 5
"""What pytest ends with where it ran no test: all of a module's fail without the mistake too."""
_FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)


def _whole(test: str) -> tuple[str, ...]:
    """A test's id, that without its parameters, and its module."""
    return test, test.partition("[")[0], test.partition("::")[0]


class NotGreenError(Exception):
    """The tests fail without any mistake, or none were found."""


@dataclass(frozen=True)
class Verdict:
    """How a mutant fared.

    Args:
        mutant: which.
        outcome: ``killed``, ``timeout`` (killed too) or ``survived``.
        tests: what was run last; it killed the mutant, or was the last that did not.
        seconds: of all its runs.
    """

    mutant: Mutant
    outcome: str
    tests: tuple[str, ...]
    seconds: float

    @property
    def survived(self) -> bool:
        """Did no test notice?"""
        return self.outcome == "survived"


@dataclass
class Trial:
    """The copy; nothing outside of it is written.

    Args:
        root: the project; its files as they are now are copied.
        folder: where to; empty.
        slowest: seconds that a run may take whatever the tests took without a mistake.
        reach: which tests reach which function, where only those are to be run.
    """

    root: Path
    folder: Path
    slowest: float = 60.0
    reach: Reach | None = None
    _limits: dict[tuple[str, ...], float] = field(default_factory=dict)
    _green: dict[str, bool] = field(default_factory=dict)
    _red: set[str] = field(default_factory=set)
    _changes: int = 0

    def __post_init__(self) -> None:
        shutil.copytree(self.root, self.folder, ignore=LEFT_OUT, dirs_exist_ok=True, symlinks=True)

    def judge(self, mutant: Mutant) -> Verdict:
        """Make the mistake and run the tests, step by step, until one notices.

        Raises:
            NotGreenError: the tests don't pass without it.
        """
        path = self.folder / mutant.module
        begun, step, outcome = time.monotonic(), (), "survived"
        tests: tuple[str, ...] = ()
        for step in self._steps(mutant):
            tests, code = self._tried(path, mutant, step)
            if code != 0:
                outcome = "timeout" if code is None else "killed"
                break
        if not step:
            raise NotGreenError(f"there is no test for {mutant.module}")
        return Verdict(mutant, outcome, tests, time.monotonic() - begun)

    def _tried(
        self, path: Path, mutant: Mutant, tests: tuple[str, ...]
    ) -> tuple[tuple[str, ...], int | None]:
        """What pytest ends with, and the tests that it ran: none that fails without the mistake too."""
        original = path.read_text()
        while True:
            tests = tuple(test for test in tests if not self._red.intersection(_whole(test)))
            if not tests:
                return tests, 0
            limit = self._limit(tests)
            self._write(path, mutant.text)
            try:
                code = self._run(tests, limit)
            finally:
                self._write(path, original)
            failed = self._failed() if self.reach is not None and code else []
            red = {test for test in failed if not self._is_green(test)}
            if not red:
                return tests, 0 if code == _NOTHING_LEFT else code
            self._red |= {part for test in red for part in _whole(test)[:2]}

    def _failed(self) -> list[str]:
        """The tests that failed in the last run."""
        return _FAILED.findall((self.folder / _SAID).read_text())

    def _is_green(self, test: str) -> bool:
        """Does a test that failed pass without any mistake?"""
        if test not in self._green:
            self._green[test] = self._run([test], 2 * self.slowest) == 0
        return self._green[test]

    def _steps(self, mutant: Mutant) -> Iterator[tuple[str, ...]]:
        """The tests to run in turn: those that reach the function; else the floor's own, tables first."""
        if self.reach is None:
            yield from steps(self.folder, mutant.module)
        elif mutant.function in self.reach.tests:
            yield from map(tuple, self.reach.chosen(mutant.function, room_of(mutant.module)))
        else:
            yield from floor_steps(self.folder, mutant.module)

    def _write(self, path: Path, text: str) -> None:
        """Write it with a time of its own: Python tells stale bytecode by time and size."""
        path.write_text(text)
        self._changes += 1
        os.utime(path, (self._changes, self._changes))

    def _limit(self, tests: tuple[str, ...]) -> float:
        """Seconds for these tests, by what they take as they are; those of ``reach`` were run already."""
        if self.reach is not None:
            return max(3 * self.slowest, 5 * self.reach.took(*tests))
        if tests not in self._limits:
            begun = time.monotonic()
            code = self._run(tests, 3_600.0)
            if code != 0:
                raise NotGreenError(f"without any mistake pytest ends with {code}: {' '.join(tests)}")
            self._limits[tests] = max(self.slowest, 3 * (time.monotonic() - begun))
        return self._limits[tests]

    @property
    def _environ(self) -> dict[str, str]:
        """The copy in place of the project; bytecode is kept, as most is the same in the next run."""
        return {"PYTHONPATH": str(self.folder), "PYTEST_ADDOPTS": "", "PYTHONDONTWRITEBYTECODE": ""}

    def _run(self, tests: Iterable[str], limit: float) -> int | None:
        """What pytest ends with; None where it had to be ended."""
        command = [sys.executable, "-P", "-m", "pytest", "-x", "-q", "--tb=no", "-m", "not engine"]
        with (self.folder / _SAID).open("w") as said:
            process = subprocess.Popen(
                [*command, "-p", "no:cacheprovider", *(f"--deselect={test}" for test in self._red), *tests],
                cwd=self.folder,
                env=os.environ | self._environ,
                stdout=said,
                stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
