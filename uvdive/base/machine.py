"""What the machine, or the container that this runs in, has to work with: processors and memory."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_MEMORY = Path("/proc/meminfo")

PLATFORM = sys.platform
"""Which system this is, for all of uvdive: the tests say ``darwin`` here where they stand for a Mac."""

EACH = 400 << 20
"""What a process needs that reads a large image, in bytes: a million files take some 250 MB."""


def cores(groups: Path = _GROUPS) -> int:
    """How many processors this process may use at once, at least one.

    A container's quota counts (cgroup v2, ``cpu.max``): a pod with ``cpu: 1`` sees all of its node's.
    """
    affine = len(os.sched_getaffinity(0)) if PLATFORM == "linux" else os.cpu_count() or 1
    quota, _, period = _text(groups / "cpu.max").partition(" ")
    if quota.isdecimal() and period.isdecimal() and int(period):
        return max(1, min(affine, int(quota) // int(period)))
    return max(1, affine)


def free_memory(groups: Path = _GROUPS, memory: Path = _MEMORY) -> int | None:
    """How many bytes of memory there are to be had; None where nobody says.

    It is what the system has left (proc(5)), or less where the container has a limit (cgroup v2).
    """
    found = []
    for line in _text(memory).splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable" and value.split()[:1] and value.split()[0].isdecimal():
            found.append(1024 * int(value.split()[0]))
    limit, used = _text(groups / "memory.max"), _text(groups / "memory.current")
    if limit.isdecimal() and used.isdecimal():
        found.append(max(0, int(limit) - int(used)))
    return min(found, default=None)


def processes(items: int) -> int:
    """How many processes may read ``items`` images at once, at least one.

    At most one for each processor, and one for every ``EACH`` bytes of memory that are free.
    """
    free = free_memory()
    by_memory = cores() if free is None else free // EACH
    return max(1, min(items, cores(), by_memory))


_one_of_many = False


def forks() -> bool:
    """May a process of ours be forked at all?

    On a Mac the system's own libraries, which looking for a proxy loads, may have threads that
    Python does not know of, and end a fork that calls them (Python, "multiprocessing": why it spawns there).
    """
    return PLATFORM != "darwin"


def may_fork() -> bool:
    """Are there forks, and no threads, which one would leave behind in any state?"""
    return forks() and threading.active_count() == 1


def be_one_of_many() -> None:
    """Other processes work beside this one from here on: it starts none to help it."""
    global _one_of_many  # noqa: PLW0603 - a fork is another process, and knows it by this alone
    _one_of_many = True


def is_one_of_many() -> bool:
    """Do others of its kind work beside this process?"""
    return _one_of_many


def _text(path: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return path.read_text("ascii").strip()
    return ""
