"""Work beside the questions to a ``Resident``: the inside of the processes that see its state and do it.

They are forks of the resident process. On a Mac, where a fork may be ended by the system's own
libraries, they are interpreters of their own, which read the state, pickled, from their standard input.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import IO, Any, cast

from uvdive.base.processes.resident import Job
from uvdive.base.processes.worker import failure, receive, send
from uvdive.base.progress import CancelToken, Paced

BEHIND = 5
"""How much further the one that stays steps back behind who answers questions: it may work unasked."""


class Interrupted(BaseException):
    """What was worked at was given up, or took too long; may come at any place."""

    def __init__(self, *, late: bool) -> None:
        self.late = late


class Stops:
    """Signals that end what is worked at, and nothing else."""

    def __init__(self) -> None:
        self._on = False

    def install(self) -> None:
        """Take the signals of who asked (SIGUSR1) and of the time (SIGALRM)."""
        for number in (signal.SIGUSR1, signal.SIGALRM):
            signal.signal(number, self._stop)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if self._on:
            self._on = False
            raise Interrupted(late=number == signal.SIGALRM)

    @contextlib.contextmanager
    def allowed(self) -> Iterator[None]:
        """What is done within may be interrupted anywhere.

        Raises:
            Interrupted: it was.
        """
        try:
            self._on = True
            yield
        finally:
            self._on = False


def do(state: object, stops: Stops, job: Job | None, ends: Sequence[int]) -> None:
    """Do one piece of work; or each that is asked for, with what those before added to the state.

    The first answer is the process id.

    Args:
        state: what the work is about.
        stops: what ends a piece of work that was asked for. With it ends all, and nothing is said, as what
            it added may be half done, and a message half said.
        job: the one piece of work, which SIGUSR1 cancels; None where it stays and is asked.
        ends: where it answers; and, before that, where it is asked, if it stays. They are closed.
    """
    with contextlib.suppress(BrokenPipeError, Interrupted), os.fdopen(ends[-1], "wb") as answers:
        if job is not None:
            _work(state, answers, *job)
            return
        with os.fdopen(ends[0], "rb") as requests:
            os.nice(BEHIND)
            send(answers, "result", os.getpid())
            while asked := receive(requests):
                _work_on(state, stops, answers, *asked[1])


def _work(state: object, answers: IO[bytes], module: str, name: str, args: tuple[object, ...]) -> None:
    cancel = CancelToken()
    # In a thread, as the token may be in use where the signal comes.
    signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=cancel.cancel).start())
    send(answers, "result", os.getpid())
    paced = Paced(lambda event: send(answers, "event", event))
    try:
        result = function(module, name)(state, *args, on_event=paced, cancel=cancel)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - it is raised again in the app
        send(answers, *failure(error))
    else:
        send(answers, "result", result)


def _work_on(
    state: object, stops: Stops, answers: IO[bytes], module: str, name: str, args: tuple[object, ...]
) -> None:
    paced = Paced(lambda event: send(answers, "event", event))
    message: tuple[str, object]
    try:
        with stops.allowed():
            result = function(module, name)(state, *args, on_event=paced, cancel=CancelToken())
            message = "result", result
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        message = failure(error)
    send(answers, *message)


def function(module: str, name: str) -> Callable[..., Any]:
    """The function of that name."""
    return cast("Callable[..., Any]", getattr(importlib.import_module(module), name))


def spawn(state: object, job: Job | None, ends: Sequence[int]) -> subprocess.Popen[bytes]:
    """Start an interpreter that does what ``do`` says, with a copy of the state.

    The copy lies in a file without a name: through a pipe it would have to wait until the interpreter
    has started. The ends stay open here.

    Raises:
        OSError: there is no room for the file, or no process to be had.
    """
    with tempfile.TemporaryFile() as held:
        pickle.dump((state, job), held, protocol=5)
        held.seek(0)
        return subprocess.Popen(
            # -P: a folder of the user's called "docker" must not shadow the library.
            [sys.executable, "-P", "-m", "uvdive.base.processes.beside", *map(str, ends)],
            stdin=held,
            stdout=subprocess.DEVNULL,
            pass_fds=ends,
        )


def main() -> None:
    """The interpreter's side."""
    stops = Stops()
    stops.install()
    # Whatever a library prints must not end up anywhere else.
    sys.stdout = sys.stderr
    state, job = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent wrote it
    do(state, stops, job, [int(end) for end in sys.argv[1:]])


if __name__ == "__main__":
    main()
