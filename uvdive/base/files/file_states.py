"""Whether files and folders are as they were, told by what the system says of them, without reading any."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MOST = 50_000
"""Entries; of more nothing is told, as looking at them takes as long as what it is to save."""

_SETTLED = 100_000_000
"""Nanoseconds: what was written so shortly before a look may be written again within a clock's tick."""

State = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FileStates:
    """What some paths were at one moment; ``certain`` is false where a later look could not tell a change."""

    states: dict[str, State | None]
    certain: bool

    def still(self, other: FileStates) -> bool:
        """Are the paths of another, later look surely as they were?"""
        return self.certain and self.states == other.states

    def with_more(self, other: FileStates) -> FileStates:
        """Another, later look at the same paths and some more; certain where the same ones stayed."""
        stayed = all(other.states.get(path) == state for path, state in self.states.items())
        return FileStates(other.states, self.certain and other.certain and stayed)


def look_at(folders: Iterable[tuple[Path, bool]], files: Iterable[str] = ()) -> FileStates:
    """Look at folders and single files; links are followed, but not to what lies below them.

    Args:
        folders: each with whether what lies below its own entries counts too.
        files: paths of which each counts by itself, there or not.
    """
    now = time.time_ns()
    states: dict[str, State | None] = {path: _state(path) for path in files}
    certain = all(_add(os.fspath(folder), states, below=below) for folder, below in folders)
    newest = max((max(state[:2]) for state in states.values() if state is not None), default=0)
    return FileStates(states, certain and newest < now - _SETTLED)


def _add(folder: str, states: dict[str, State | None], *, below: bool) -> bool:
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        states[here] = _state(here)
        try:
            with os.scandir(here) as found:
                for entry in found:
                    if below and entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        states[entry.path] = _state(entry.path)
        except OSError:
            continue
        if len(states) > MOST:
            return False
    return True


def _state(path: str) -> State | None:
    """Of a link what it says and what it leads to."""
    try:
        found = os.lstat(path)
        mode = found.st_mode
        same = found.st_ino, found.st_dev, mode, found.st_uid, found.st_gid
        if stat.S_ISDIR(mode):
            return (0, 0, *same)  # what comes and goes in it is told by its entries
        state = found.st_mtime_ns, found.st_ctime_ns, found.st_size, *same
        if not stat.S_ISLNK(mode):
            return state
        led = os.stat(path)  # noqa: PTH116 - a Path for each of many thousand takes too long
    except OSError:
        return None
    return (*state, led.st_mtime_ns, led.st_ctime_ns, led.st_size, led.st_ino, led.st_dev, led.st_mode)
