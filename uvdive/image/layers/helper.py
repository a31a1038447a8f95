"""A second process does some of this one's jobs: what one core would do in turn, two do at once."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import signal
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NoReturn, TypeVar, cast

from uvdive.base import machine

T = TypeVar("T")
R = TypeVar("R")
Job = Callable[[], object]

MOST = 1 << 12
"""More jobs than any image gives; so many bytes a pipe takes at once (pipe(7))."""

_PIECES = 200
"""Few enough to cost nothing, and small enough that neither process waits long for the other."""

_NOTE = struct.Struct("<QQ")
_STOPS = frozenset((signal.SIGINT, signal.SIGTERM))


class Helper:
    """A fork of this process that does jobs while this one does others.

    This process goes through the jobs from the front, the fork from the back. A pipe
    holds a byte for each; whoever takes one may do its next job, so the two meet where
    the work is done, and no job is done twice. What the fork found, which must pickle,
    lies in a file: at a pipe it would wait for this process to take it.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._found: dict[int, object] = {}
        self._at = 0
        with contextlib.ExitStack() as opened:
            self._file = opened.enter_context(os.fdopen(os.memfd_create("uvdive"), "w+b"))
            (self._claims, end), (self._notes, told) = _pipe(opened), _pipe(opened)
            end.write(bytes(len(jobs)))
            end.close()
            self._pid = self._fork(jobs, told)
            told.close()
            self._opened = opened.pop_all()

    def _fork(self, jobs: Sequence[Job], told: io.FileIO) -> int:
        # A signal in between must not make the fork go on as this process does.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
        try:
            pid = os.fork()
            if not pid:
                self._work(jobs, told)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid

    def _work(self, jobs: Sequence[Job], told: io.FileIO) -> NoReturn:
        try:
            for stop in _STOPS:
                signal.signal(stop, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
            self._notes.close()
            for number in reversed(range(len(jobs))):
                if not self._claims.read(1):
                    break
                try:
                    found = jobs[number]()
                except Exception:  # noqa: BLE001 - this job is done again, and then it is raised
                    found = None
                data = pickle.dumps(found, protocol=5)
                self._file.write(data)
                self._file.flush()
                told.write(_NOTE.pack(number, len(data)))
        finally:
            os._exit(0)

    def claim(self) -> bool:
        """May this process do its next job from the front?"""
        return bool(self._claims.read(1))

    def wait(self, number: int) -> object:
        """What a job gave, or None where the fork could not do it."""
        while number not in self._found:
            note = self._notes.read(_NOTE.size) or b""
            if len(note) < _NOTE.size:
                return None
            which, size = _NOTE.unpack(note)
            self._found[which] = pickle.loads(os.pread(self._file.fileno(), size, self._at))  # noqa: S301
            self._at += size
        return self._found.pop(number)

    def stop(self) -> None:
        """End the fork."""
        # Where this process was started with SIGCHLD ignored, nobody has to be waited for.
        with self._opened, contextlib.suppress(ChildProcessError):
            if not os.waitpid(self._pid, os.WNOHANG)[0]:
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)


class Help:
    """The jobs that a helper may do, asked for one after the other; there may be no helper.

    Args:
        jobs: what there is to do.
        worth: is it enough for two processes?
    """

    def __init__(self, jobs: Sequence[Job], *, worth: bool) -> None:
        self.helper: Helper | None = None
        if worth and 1 < len(jobs) <= MOST and may_fork():
            with contextlib.suppress(OSError):  # no process or file to be had: it goes without
                self.helper = Helper(jobs)

    def done(self, number: int) -> object:
        """What the helper's job of that number gave; None where this process has to do it."""
        helper = self.helper
        return None if helper is None or helper.claim() else helper.wait(number)

    def stop(self) -> None:
        """End the helper."""
        if self.helper is not None:
            self.helper.stop()


def divided(work: Callable[[Sequence[T]], R], items: Sequence[T], *, worth: bool) -> Iterator[R]:
    """What ``work`` gives of each piece of some items, in their order; a second process takes its share.

    Args:
        work: gives what must pickle, and never None. What it raises comes from this process.
        items: what there is to do.
        worth: is it enough for two processes?
    """
    size = max(1, len(items) // _PIECES)
    jobs = [partial(work, items[at : at + size]) for at in range(0, len(items), size)]
    help_ = Help(jobs, worth=worth)
    try:
        for number, job in enumerate(jobs):
            found = help_.done(number)
            yield job() if found is None else cast("R", found)
    finally:
        help_.stop()


def _pipe(opened: contextlib.ExitStack) -> tuple[io.FileIO, io.FileIO]:
    """Both ends of a pipe."""
    reading, writing = os.pipe()
    return opened.enter_context(io.FileIO(reading)), opened.enter_context(io.FileIO(writing, "w"))


def may_fork() -> bool:
    """Are there two processors, no other process for them, and no threads that a fork would leave behind?"""
    return machine.may_fork() and not machine.is_one_of_many() and (os.cpu_count() or 1) > 1
