"""A copy of the project in which one mistake after the other is made, and what its tests say."""

from __future__ import annotations

import contextlib
import os
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
from selection import floor_steps, steps

MEMORY = 8 << 30
"""Bytes of address space for a run: a mistake may make a list without end."""
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "*.pyc", "dist", "site")


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
    _changes: int = 0

    def __post_init__(self) -> None:
        shutil.copytree(self.root, self.folder, ignore=LEFT_OUT, dirs_exist_ok=True, symlinks=True)

    def judge(self, mutant: Mutant) -> Verdict:
        """Make the mistake and run the tests, step by step, until one notices.

        Raises:
            NotGreenError: the tests don't pass without it.
        """
        path = self.folder / mutant.module
        begun, tests, outcome = time.monotonic(), (), "survived"
        for tests in self._steps(mutant):
            limit = self._limit(tests)
            original = path.read_text()
            self._write(path, mutant.text)
            try:
                code = self._run(tests, limit)
            finally:
                self._write(path, original)
            if code != 0:
                outcome = "timeout" if code is None else "killed"
                break
        if not tests:
            raise NotGreenError(f"there is no test for {mutant.module}")
        return Verdict(mutant, outcome, tests, time.monotonic() - begun)

    def _steps(self, mutant: Mutant) -> Iterator[tuple[str, ...]]:
        """The tests to run in turn: those that reach the function; else the floor's own, tables first."""
        if self.reach is None:
            yield from steps(self.folder, mutant.module)
        elif mutant.function in self.reach:
            yield tuple(self.reach[mutant.function])
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
            return 3 * self.slowest
        if tests not in self._limits:
            begun = time.monotonic()
            code = self._run(tests, 3_600.0)
            if code != 0:
                raise NotGreenError(f"without any mistake pytest ends with {code}: {' '.join(tests)}")
            self._limits[tests] = max(self.slowest, 3 * (time.monotonic() - begun))
        return self._limits[tests]

    def _run(self, tests: Iterable[str], limit: float) -> int | None:
        """What pytest ends with; None where it had to be ended."""
        command = [sys.executable, "-P", "-m", "pytest", "-x", "-q", "--tb=no", "-m", "not engine"]
        process = subprocess.Popen(
            [*command, "-p", "no:cacheprovider", *tests],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTEST_ADDOPTS": ""},
            stdout=subprocess.DEVNULL,
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
