"""The inside of a ``Resident``: a process that keeps a state and answers questions about it."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import IO, Any, cast

from uvdive.base.errors import CancelledError
from uvdive.base.processes.resident import Job, TimeLimitError
from uvdive.base.processes.worker import failure, receive, send
from uvdive.base.progress import CancelToken, Paced

NICE = 2
"""How much the process steps back behind the app, which answers keys."""

BEHIND = 5
"""How much further the fork that stays steps back behind who answers questions: it may work unasked."""


class _Interrupted(BaseException):
    """The question was given up, or took too long; may come at any place."""

    def __init__(self, *, late: bool) -> None:
        self.late = late


class _Server:
    def __init__(self, control: socket.socket, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._control, self._requests, self._answers = control, requests, answers
        self._state: Any = None
        self._interruptible = False
        self._forks: list[int] = []

    def serve(self) -> None:
        message = receive(self._requests)
        if message is None or not self._begin(*message[1]):
            return
        # Nothing of the state is garbage, and looking through it takes long.
        gc.collect()
        gc.freeze()
        for number in (signal.SIGUSR1, signal.SIGALRM):
            signal.signal(number, self._stop)
        while message := receive(self._requests):
            kind, job = message
            if kind == "ask":
                self._answer(*job)
            elif kind == "stay":
                self._fork_to_stay()
            else:
                self._fork(job)
            self._forks = [pid for pid in self._forks if not os.waitpid(pid, os.WNOHANG)[0]]

    def _begin(self, module: str, name: str, args: tuple[object, ...]) -> bool:
        paced = Paced(lambda event: send(self._answers, "event", event))
        try:
            self._state, answer = _function(module, name)(*args, on_event=paced)
        except Exception as error:  # noqa: BLE001 - it is raised again in the app
            send(self._answers, *failure(error))
            return False
        send(self._answers, "result", answer)
        return True

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if self._interruptible:
            self._interruptible = False
            raise _Interrupted(late=number == signal.SIGALRM)

    def _answer(self, module: str, name: str, args: tuple[object, ...], limit: float | None) -> None:
        function = _function(module, name)
        try:
            try:
                self._interruptible = True
                if limit is not None:
                    # Regular expressions look out for signals too.
                    signal.setitimer(signal.ITIMER_REAL, limit)
                result = function(self._state, *args)
            finally:
                self._interruptible = False
                signal.setitimer(signal.ITIMER_REAL, 0)
        except _Interrupted as stop:
            send(self._answers, "error", TimeLimitError() if stop.late else CancelledError())
        except Exception as error:  # noqa: BLE001 - as above
            send(self._answers, *failure(error))
        else:
            send(self._answers, "result", result)

    def _fork(self, job: Job) -> None:
        _, (write_end,), _, _ = socket.recv_fds(self._control, 1, 1)
        pid = os.fork()
        if pid:
            self._forks.append(pid)
            os.close(write_end)
            return
        try:
            with os.fdopen(write_end, "wb") as answers:
                self._work(answers, *job)
        except BrokenPipeError:
            pass  # the app has gone
        finally:
            os._exit(0)

    def _work(self, answers: IO[bytes], module: str, name: str, args: tuple[object, ...]) -> None:
        cancel = CancelToken()
        # In a thread, as the token may be in use where the signal comes.
        signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=cancel.cancel).start())
        self._leave()
        send(answers, "pid", os.getpid())
        paced = Paced(lambda event: send(answers, "event", event))
        try:
            result = _function(module, name)(self._state, *args, on_event=paced, cancel=cancel)
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            send(answers, *failure(error))
        else:
            send(answers, "result", result)

    def _leave(self) -> None:
        """Let go of the parent's pipes: or the app would wait for answers as long as this fork lives."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self._requests.fileno())
        os.dup2(nothing, self._answers.fileno())
        os.close(nothing)

    def _fork_to_stay(self) -> None:
        _, ends, _, _ = socket.recv_fds(self._control, 1, 2)
        pid = os.fork()
        if pid:
            self._forks.append(pid)
            for end in ends:
                os.close(end)
            return
        try:
            os.nice(BEHIND)
            with os.fdopen(ends[0], "rb") as requests, os.fdopen(ends[1], "wb") as answers:
                self._leave()
                send(answers, "pid", os.getpid())
                while message := receive(requests):
                    self._work_on(answers, *message[1])
        except (BrokenPipeError, _Interrupted):
            pass  # nobody listens any more
        finally:
            os._exit(0)

    def _work_on(self, answers: IO[bytes], module: str, name: str, args: tuple[object, ...]) -> None:
        """Do a piece of work. Where it is given up the fork ends: what it added may be half done.

        Nothing is said then, as a message may be half said too.
        """
        paced = Paced(lambda event: send(answers, "event", event))
        message: tuple[str, object]
        try:
            self._interruptible = True
            result = _function(module, name)(self._state, *args, on_event=paced, cancel=CancelToken())
            message = "result", result
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            message = failure(error)
        finally:
            self._interruptible = False
        send(answers, *message)


def _function(module: str, name: str) -> Callable[..., Any]:
    return cast("Callable[..., Any]", getattr(importlib.import_module(module), name))


def main() -> None:
    """The process's side: keep what the first job makes, then answer until nobody asks."""
    os.nice(NICE)
    answers = sys.stdout.buffer
    # Whatever a library prints must not end up between the messages.
    sys.stdout = sys.stderr
    with socket.socket(fileno=int(sys.argv[1])) as control:
        _Server(control, sys.stdin.buffer, answers).serve()


if __name__ == "__main__":
    main()
