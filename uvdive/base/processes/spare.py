"""An interpreter that starts before anybody has work for it, and waits with its modules imported.

A start and its imports take 0.2 s of a processor, which another one has while the app's first screen is
made. It reads nothing and does nothing until it is given its first job, and ends with its standard input.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class Started:
    """A process as ``residence`` is one: ``control`` is our end of its socket, ``errors`` what it printed."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    errors: IO[bytes]

    def end(self) -> None:
        """End it, whatever it is at."""
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        self.process.wait()
        self.control.close()
        self.errors.close()


@dataclass(slots=True)
class _Spare:
    """What waits, and for whom: it has the surroundings of its start."""

    there: list[Started] = field(default_factory=list)
    surroundings: object = None


_SPARE = _Spare()


def start(modules: Iterable[str] = ()) -> Started:
    """Start one that imports ``modules`` first; OSError where no process can be had."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with theirs, contextlib.ExitStack() as kept:
        kept.enter_context(ours)
        errors = kept.enter_context(tempfile.TemporaryFile())
        process = subprocess.Popen(
            # -P: a folder of the user's called "docker" must not shadow the library.
            [sys.executable, "-P", "-m", "uvdive.base.processes.residence", str(theirs.fileno()), *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
        kept.pop_all()
    return Started(process, ours, errors)


def make_ready(modules: Iterable[str]) -> None:
    """Start the one that ``taken`` will give; where none can be had, whoever needs one is told."""
    drop()
    with contextlib.suppress(OSError):
        _SPARE.surroundings = _surroundings()
        _SPARE.there.append(start(modules))


def taken() -> Started | None:
    """The one that waits, once; None where none does, or where it was started in other surroundings."""
    with contextlib.suppress(IndexError, OSError):
        found = _SPARE.there.pop()
        if found.process.poll() is None and _SPARE.surroundings == _surroundings():
            return found
        found.end()
    return None


def drop() -> None:
    """End the one that waits, where nobody had work for it."""
    with contextlib.suppress(IndexError):
        _SPARE.there.pop().end()


def _surroundings() -> object:
    return dict(os.environ), Path.cwd()
