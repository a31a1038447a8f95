"""The inside of a ``Resident``: a process that keeps a state and answers questions about it."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from importlib import import_module
from typing import IO, Any, Protocol, runtime_checkable

from uvdive.base import machine
from uvdive.base.errors import CancelledError
from uvdive.base.processes.beside import Interrupted, Stops, do, function, spawn
from uvdive.base.processes.resident import Job, TimeLimitError
from uvdive.base.processes.worker import failure, receive, send
from uvdive.base.progress import Paced

NICE = 2
"""How much the process steps back behind the app, which answers keys."""


@runtime_checkable
class Finishing(Protocol):
    """A state with something left to be done that its first answer did not have to wait for."""

    def finish(self) -> None:
        """Do it, before the first question."""


class _Server:
    def __init__(self, control: socket.socket, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._control, self._requests, self._answers = control, requests, answers
        self._state: Any = None
        self._stops = Stops()
        self._ended: list[Callable[[], bool]] = []

    def serve(self) -> None:
        message = receive(self._requests)
        if message is None or not self._begin(*message[1]):
            return
        if isinstance(self._state, Finishing):
            self._state.finish()
        # Nothing of the state is garbage, and looking through it takes long.
        gc.collect()
        gc.freeze()
        self._stops.install()
        while message := receive(self._requests):
            kind, job = message
            if kind == "ask":
                self._answer(*job)
            else:
                self._beside(job)
            self._ended = [ended for ended in self._ended if not ended()]

    def _begin(self, module: str, name: str, args: tuple[object, ...]) -> bool:
        paced = Paced(lambda event: send(self._answers, "event", event))
        try:
            self._state, answer = function(module, name)(*args, on_event=paced)
        except Exception as error:  # noqa: BLE001 - it is raised again in the app
            send(self._answers, *failure(error))
            return False
        send(self._answers, "result", answer)
        return True

    def _answer(self, module: str, name: str, args: tuple[object, ...], limit: float | None) -> None:
        asked = function(module, name)
        try:
            try:
                with self._stops.allowed():
                    if limit is not None:
                        # Regular expressions look out for signals too.
                        signal.setitimer(signal.ITIMER_REAL, limit)
                    result = asked(self._state, *args)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except Interrupted as stop:
            send(self._answers, "error", TimeLimitError() if stop.late else CancelledError())
        except Exception as error:  # noqa: BLE001 - as above
            send(self._answers, *failure(error))
        else:
            send(self._answers, "result", result)

    def _beside(self, job: Job | None) -> None:
        """Have a piece of work done beside the questions; where there is none, by one that stays."""
        _, ends, _, _ = socket.recv_fds(self._control, 1, 2)
        if machine.forks():
            self._fork(job, ends)
        else:
            self._spawn(job, ends)

    def _fork(self, job: Job | None, ends: list[int]) -> None:
        pid = os.fork()
        if pid:
            self._ended.append(lambda: bool(os.waitpid(pid, os.WNOHANG)[0]))
            for end in ends:
                os.close(end)
            return
        try:
            self._leave()
            do(self._state, self._stops, job, ends)
        finally:
            os._exit(0)

    def _spawn(self, job: Job | None, ends: list[int]) -> None:
        with contextlib.ExitStack() as ours:
            answers = [ours.enter_context(os.fdopen(end, "wb")) for end in ends][-1]
            try:
                process = spawn(self._state, job, ends)
            except Exception as error:  # noqa: BLE001 - as above
                with contextlib.suppress(BrokenPipeError):
                    send(answers, *failure(error))
            else:
                self._ended.append(lambda: process.poll() is not None)

    def _leave(self) -> None:
        """Let go of the parent's pipes: or the app would wait for answers as long as this fork lives."""
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self._requests.fileno())
        os.dup2(nothing, self._answers.fileno())
        os.close(nothing)


def main() -> None:
    """The process's side: keep what the first job makes, then answer until nobody asks."""
    os.nice(NICE)
    answers = sys.stdout.buffer
    # Whatever a library prints must not end up between the messages.
    sys.stdout = sys.stderr
    for name in sys.argv[2:]:
        import_module(name)
    with socket.socket(fileno=int(sys.argv[1])) as control:
        _Server(control, sys.stdin.buffer, answers).serve()


if __name__ == "__main__":
    main()
