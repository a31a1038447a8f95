"""Further processes do some of this one's jobs: what one core would do in turn, several do at once."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pickle
import select
import signal
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NoReturn, TypeVar, cast

from uvdive.base import machine

T = TypeVar("T")
R = TypeVar("R")
Job = Callable[[], object]

MOST = 1 << 11
"""More jobs than any image gives; a pipe takes so many notes at once (pipe(7))."""

MOST_HELPERS = 7
"""With this process eight: more would wait for what this one alone does."""

_PIECES = 200
"""Few enough to cost nothing, and small enough that no process waits long for another."""

_NOTE = struct.Struct("<QQQQ")
_STOPS = frozenset((signal.SIGINT, signal.SIGTERM))


class Helpers:
    """Forks of this process that do jobs while this one does others.

    This process goes through the jobs from the front, the forks from the back. Whoever
    locks a job's byte of a file may do it, so they meet where the work is done, and no job
    is done twice; the locks of a fork that dies are free again (fcntl(2)). What a fork found,
    which must pickle, lies in a file of its own: at a pipe it would wait for this process.

    Raises:
        OSError: there is no process or no file to be had.
    """

    def __init__(self, jobs: Sequence[Job], count: int = 1) -> None:
        self._found: dict[int, tuple[int, int, int]] = {}
        self.pids: list[int] = []
        self._files: list[io.BufferedRandom] = []
        self._notes = select.poll()
        self._pipes: dict[int, io.FileIO] = {}
        with contextlib.ExitStack() as opened:
            self._locks, (self._stay, self._go) = _memory(opened), _pipe(opened)
            opened.callback(self._end)
            for _ in range(count):
                try:
                    self._start(jobs, opened)
                except OSError:
                    if not self.pids:
                        raise
                    break  # those that are there do it
            self._opened = opened.pop_all()

    def _start(self, jobs: Sequence[Job], opened: contextlib.ExitStack) -> None:
        """Start one more fork."""
        file, (notes, told) = _memory(opened), _pipe(opened)
        # A signal in between must not make the fork go on as this process does.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
        try:
            pid = os.fork()
            if not pid:
                self._work(jobs, file, told)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        # Only the fork itself holds this end, so that its death is the end of the pipe.
        told.close()
        self.pids.append(pid)
        self._files.append(file)
        self._pipes[notes.fileno()] = notes
        self._notes.register(notes, select.POLLIN)

    def _work(self, jobs: Sequence[Job], file: io.BufferedRandom, told: io.FileIO) -> NoReturn:
        try:
            for stop in _STOPS:
                signal.signal(stop, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
            self._go.close()
            at, mine = 0, len(self.pids)
            for number in filter(self._lock, reversed(range(len(jobs)))):
                try:
                    found = jobs[number]()
                except Exception:  # noqa: BLE001 - this job is done again, and then it is raised
                    found = None
                data = pickle.dumps(found, protocol=5)
                file.write(data)
                file.flush()
                told.write(_NOTE.pack(number, mine, at, len(data)))
                at += len(data)
            self._stay.read(1)  # its locks would be free without it, and what it did be done again
        finally:
            os._exit(0)

    def _lock(self, number: int) -> bool:
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:
            return False
        return True

    def claim(self, number: int) -> bool:
        """May this process do that job?"""
        return self._lock(number)

    def wait(self, number: int) -> object:
        """What a fork's job gave, or None where it could not do it."""
        while number not in self._found:
            if not self._pipes:
                return None
            for pipe, _ in self._notes.poll():
                note = self._pipes[pipe].read(_NOTE.size) or b""
                if len(note) < _NOTE.size:
                    self._notes.unregister(pipe)
                    del self._pipes[pipe]
                    if self._lock(number):
                        return None  # it was this fork's, which is no more
                else:
                    which, mine, at, size = _NOTE.unpack(note)
                    self._found[which] = mine, at, size
        mine, at, size = self._found.pop(number)
        return cast("object", pickle.loads(os.pread(self._files[mine].fileno(), size, at)))  # noqa: S301

    def stop(self) -> None:
        """End the forks."""
        self._opened.close()

    def _end(self) -> None:
        for pid in self.pids:
            # Where this process was started with SIGCHLD ignored, nobody has to be waited for.
            with contextlib.suppress(ChildProcessError):
                if not os.waitpid(pid, os.WNOHANG)[0]:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)


class Help:
    """The jobs that helpers may do, asked for one after the other; there may be no helper.

    Args:
        jobs: what there is to do.
        worth: for how many processes beside this one it is enough.
    """

    def __init__(self, jobs: Sequence[Job], *, worth: int) -> None:
        self.helpers: Helpers | None = None
        if worth and 1 < len(jobs) <= MOST and may_fork():
            with contextlib.suppress(OSError):  # no process or file to be had: it goes without
                self.helpers = Helpers(jobs, how_many(min(worth, len(jobs) - 1)))

    def done(self, number: int) -> object:
        """What a helper's job of that number gave; None where this process has to do it."""
        helpers = self.helpers
        return None if helpers is None or helpers.claim(number) else helpers.wait(number)

    def stop(self) -> None:
        """End the helpers."""
        if self.helpers is not None:
            self.helpers.stop()


def divided(work: Callable[[Sequence[T]], R], items: Sequence[T], *, worth: int) -> Iterator[R]:
    """What ``work`` gives of each piece of some items, in their order; further processes take their share.

    Args:
        work: gives what must pickle, and never None. What it raises comes from this process.
        items: what there is to do.
        worth: for how many processes beside this one it is enough.
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


def how_many(worth: int) -> int:
    """How many helpers to start: one for each further processor, as far as there is memory for more."""
    return min(worth, MOST_HELPERS, max(1, machine.processes(worth + 1) - 1))


def _memory(opened: contextlib.ExitStack) -> io.BufferedRandom:
    """A file that is no other process's but those that are forked from here."""
    return opened.enter_context(os.fdopen(os.memfd_create("uvdive"), "w+b"))


def _pipe(opened: contextlib.ExitStack) -> tuple[io.FileIO, io.FileIO]:
    """Both ends of a pipe."""
    reading, writing = os.pipe()
    return opened.enter_context(io.FileIO(reading)), opened.enter_context(io.FileIO(writing, "w"))


def may_fork() -> bool:
    """Are there two processors, no other process for them, and no threads that a fork would leave behind?"""
    return machine.may_fork() and not machine.is_one_of_many() and machine.cores() > 1
