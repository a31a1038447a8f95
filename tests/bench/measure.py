"""Run commands and measure them: wall time alone, and memory in a run of its own.

Looking at the memory takes time itself, so that no timed run is watched. **Memory** is
the peak of the resident memory of a command's processes together, looked at every
10 ms; pages that two of them share count twice.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
LIMIT = 60.0
"""Seconds after which a command is ended; what it would have taken stays unknown."""


@dataclass
class Figures:
    """What was measured of one command: seconds of every run, those of the processors, and bytes."""

    seconds: list[float] = field(default_factory=list)
    processors: list[float] = field(default_factory=list)
    memory: int = 0

    @property
    def time(self) -> float:
        return statistics.median(self.seconds)

    @property
    def cpu(self) -> float:
        return statistics.median(self.processors)

    @property
    def ended(self) -> bool:
        """Did it come to its end in time?"""
        return self.time < LIMIT


@dataclass(frozen=True)
class Command:
    """A command and the variables that it needs; its standard output goes to ``/dev/null``."""

    words: list[str]
    environment: dict[str, str] = field(default_factory=dict)

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.words,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **self.environment},
        )


def time_of(command: Command) -> tuple[float, float]:
    """The seconds of one run, LIMIT for one that had to be ended; and the processors' seconds.

    The latter are those of the command and of all its processes that it waited for.
    """
    start, before = time.perf_counter(), _processors()
    with command.start() as process:
        try:
            _, errors = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            return LIMIT, _processors() - before
    if process.returncode:
        raise SystemExit(f"{command.words} failed:\n{errors.decode()[-2000:]}")
    return time.perf_counter() - start, _processors() - before


def _processors() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory_of(command: Command) -> int:
    """The peak of the resident memory, in bytes."""
    peak, end = 0, time.perf_counter() + LIMIT
    with command.start() as process:
        while process.poll() is None and time.perf_counter() < end:
            peak = max(peak, sum(map(_resident, _family(process.pid))))
            time.sleep(0.01)
        process.kill()
    return peak


def side_by_side(commands: dict[str, Command], runs: int) -> dict[str, Figures]:
    """Time the commands in turn, one of each after the other, so that all meet the same weather."""
    figures = {name: Figures() for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            mine = figures[name]
            # What does not end would not end the next time either.
            wall, processors = time_of(command) if not mine.seconds or mine.ended else (LIMIT, 0.0)
            mine.seconds.append(wall)
            mine.processors.append(processors)
    for name, command in commands.items():
        if figures[name].ended:
            figures[name].memory = memory_of(command)
    return figures


def _family(root: int) -> list[int]:
    """A process and all below it."""
    found = [root]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0
