"""Many pieces of work, each in a fork of its own, some at a time.

A fork gives its memory back when it ends, so what is needed at once is bounded by how many there are
at once; and one that crashes, or that the system ends, takes nothing of the others with it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import selectors
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar, cast

from uvdive.base.errors import CancelledError, ImageError, UvdiveError
from uvdive.base.machine import be_one_of_many, may_fork
from uvdive.base.processes.groups import kill_group
from uvdive.base.processes.worker import failure

T = TypeVar("T")
R = TypeVar("R")

_PIECE = 1 << 20
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class _Fork:
    """A fork at work on the item of that number, and what it said so far."""

    number: int
    pid: int
    pieces: list[bytes] = field(default_factory=list)


def each(work: Callable[[T], R], items: Sequence[T], most: int) -> Iterator[tuple[int, R | UvdiveError]]:
    """What ``work`` gives of each item, with the item's number, as they get ready.

    Where this process can't fork, all is done in it, one after the other.

    Args:
        work: what is done with an item; what it gives must pickle. Of what it raises, a UvdiveError is
            given in place of a result, and whatever else as one that says so.
        items: what there is to do.
        most: how many forks there are at once.

    Raises:
        CancelledError: as ``work`` raised it.
    """
    if not may_fork():
        yield from enumerate(_here(work, item) for item in items)
        return
    running: dict[int, _Fork] = {}
    waiting = list(enumerate(items))[::-1]
    with selectors.DefaultSelector() as ready:
        try:
            while waiting or running:
                while waiting and len(running) < max(1, most):
                    number, item = waiting.pop()
                    end, pid = _start(work, item)
                    running[end] = _Fork(number, pid)
                    ready.register(end, selectors.EVENT_READ)
                for key, _ in ready.select():
                    end = key.fd
                    if piece := os.read(end, _PIECE):
                        running[end].pieces.append(piece)
                        continue
                    ready.unregister(end)
                    os.close(end)
                    done = running.pop(end)
                    yield done.number, cast("R | UvdiveError", _result(done))
        finally:
            for end, fork in running.items():
                os.close(end)
                _end(fork.pid)


def _here(work: Callable[[T], R], item: T) -> R | UvdiveError:
    try:
        return work(item)
    except CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - told as what became of this item
        return _told(*failure(error))


def _start(work: Callable[[T], R], item: T) -> tuple[int, int]:
    """Start a fork; the end of the pipe that it answers through, and its process id."""
    end, answers = os.pipe()
    # A signal in between must not make the fork go on as this process does.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        pid = os.fork()
        if not pid:
            os.close(end)
            _work(work, item, answers)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    os.close(answers)
    return end, pid


def _work(work: Callable[[T], R], item: T, answers: int) -> NoReturn:
    """The fork's side; it never comes back."""
    try:
        be_one_of_many()
        os.setpgid(0, 0)  # whoever ends it ends what it started too
        for stop in _STOPS:
            signal.signal(stop, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(2, 1)  # whatever a library prints is no data
        message: tuple[str, object]
        try:
            message = "result", work(item)
        except Exception as error:  # noqa: BLE001 - it is told in the parent
            message = failure(error)
        with os.fdopen(answers, "wb") as file:
            file.write(pickle.dumps(message, protocol=5))
    finally:
        os._exit(0)


def _result(fork: _Fork) -> object:
    """What a fork that has ended said."""
    status = 0
    # Where this process was started with SIGCHLD ignored, nobody has to be waited for.
    with contextlib.suppress(ChildProcessError):
        status = os.waitstatus_to_exitcode(os.waitpid(fork.pid, 0)[1])
    try:
        kind, value = pickle.loads(b"".join(fork.pieces))  # noqa: S301 - our own fork wrote it
    except (EOFError, pickle.UnpicklingError):
        how = f"by signal {-status}" if status < 0 else "without a word"
        return ImageError(
            f"The process that worked on it was ended {how}.",
            "The memory may not suffice: fewer at once need less, --jobs 1 the least.",
        )
    if kind == "result":
        return value
    found = _told(kind, value)
    if isinstance(found, CancelledError):
        raise found
    return found


def _told(kind: str, value: object) -> UvdiveError:
    """The error that a message is about; a bug is told as one, of this item alone."""
    if kind == "error":
        return cast("UvdiveError", value)
    last = str(value).strip().splitlines()[-1]
    return ImageError(
        f"Something went wrong inside uvdive: {last}",
        "This is a bug. Run it on this one alone with --debug, and report what it prints.",
    )


def _end(pid: int) -> None:
    """End a fork, with what it started."""
    kill_group(pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)  # it may not lead a group yet
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)
