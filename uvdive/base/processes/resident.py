"""A worker process that stays: it keeps what its first function made, and answers questions about it.

So nothing big ever has to come into the app's own process, and nothing that takes
long runs there. Three kinds of messages go to the process on its standard input:
the first job; then questions, answered one after the other; and long work, for which
it forks, so that questions are answered meanwhile. A fork sees the same state and
writes to a pipe of its own, which comes to the process through a socket. One fork may
stay, to go on from what it found out. On a Mac, where a fork is not safe, an interpreter
with a copy of the state stands for it. The process's side is in ``residence``, theirs in
``beside``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, NoReturn, TypeVar, cast

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.base.processes import spare
from uvdive.base.processes.groups import kill_group
from uvdive.base.processes.spare import Started
from uvdive.base.processes.worker import WorkerCrashError, listen, send
from uvdive.base.progress import CancelToken, OnEvent, ignore

T = TypeVar("T")
Job = tuple[str, str, tuple[object, ...]]

_LOOK = 0.1
"""Seconds after which who waits for the fork looks whether it is still wanted."""


class TimeLimitError(UvdiveError):
    """A question took longer than it may."""

    def __init__(self, what: str = "This takes too long.", do: str = "", log: tuple[str, ...] = ()) -> None:
        super().__init__(what, do, log)


@dataclass(frozen=True, slots=True)
class Stayed:
    """The app's side of a fork that stays."""

    pid: int
    requests: IO[bytes]
    answers: IO[bytes]

    def stop(self) -> None:
        """Give up what it works at."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGUSR1)

    def close(self) -> None:
        """End it: it reads no more requests."""
        for stream in (self.requests, self.answers):
            with contextlib.suppress(BrokenPipeError):
                stream.close()


class Resident:
    """The app's side. Its methods may be called from any thread; they wait.

    Functions are public functions of a module; what goes in and comes out must pickle.
    """

    def __init__(self, started: Started) -> None:
        process = started.process
        assert process.stdin is not None
        assert process.stdout is not None
        self.pid = process.pid
        self._started = started
        self._process = process
        self._control = started.control
        self._errors = started.errors
        self._requests, self._answers = process.stdin, process.stdout
        self._turn = threading.Lock()
        self._signals = threading.Lock()
        self._asking: CancelToken | None = None
        self._closed = False
        self._staying = threading.Lock()
        self._stayed: Stayed | None = None
        self._working: CancelToken | None = None

    @classmethod
    def start(
        cls,
        function: Callable[..., tuple[Any, T]],
        *args: object,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> tuple[Resident, T]:
        """Run ``function(*args, on_event=…)`` in a new process, or in the ``spare`` one.

        Of the two values that it returns the process keeps the first; the second comes back.
        Cancelling ends the process.

        Raises:
            UvdiveError: as raised by the function.
            CancelledError: ``cancel`` was set.
            WorkerCrashError: the process died or raised any other exception.
        """
        cancel = cancel or CancelToken()
        cancel.raise_if_cancelled()
        resident = cls(spare.taken() or spare.start())
        cancel.on_cancel(resident._kill_all)
        try:
            resident._send("job", _named(function, args))
            answer = listen(resident._answers, resident._crashed, on_event, cancel)
            cancel.raise_if_cancelled()
        except BaseException:
            resident._kill_all()
            resident.close()
            raise
        return resident, cast("T", answer)

    def ask(
        self,
        function: Callable[..., T],
        *args: object,
        limit: float | None = None,
        cancel: CancelToken | None = None,
    ) -> T:
        """The answer of ``function(state, *args)``.

        Args:
            function: what to run; it may be interrupted anywhere.
            args: its arguments after the state.
            limit: seconds that it may take.
            cancel: gives the question up.

        Raises:
            TimeLimitError: it took longer.
            UvdiveError, CancelledError, WorkerCrashError: as ``start`` says.
        """
        cancel = cancel or CancelToken()
        cancel.on_cancel(lambda: self._interrupt(cancel))
        with self._turn:
            cancel.raise_if_cancelled()
            with self._signals:
                self._asking = cancel
            try:
                self._send("ask", (*_named(function, args), limit))
                return cast("T", listen(self._answers, self._crashed, ignore, CancelToken()))
            except ValueError:
                if self._closed:  # in the middle of the answer
                    raise CancelledError from None
                raise
            finally:
                with self._signals:
                    self._asking = None

    def run(
        self,
        function: Callable[..., T],
        *args: object,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> T:
        """Run ``function(state, *args, on_event=…, cancel=…)`` beside the questions.

        Raises:
            UvdiveError, CancelledError, WorkerCrashError: as ``start`` says.
        """
        cancel = cancel or CancelToken()
        ended = threading.Event()
        read_end, write_end = os.pipe()
        with os.fdopen(read_end, "rb") as answers:
            try:
                with self._turn:
                    cancel.raise_if_cancelled()
                    socket.send_fds(self._control, [b"f"], [write_end])
                    self._send("beside", _named(function, args))
            except OSError:
                if self._closed:
                    raise CancelledError from None
                raise
            finally:
                os.close(write_end)
            pid = self._begun(answers)

            def stop() -> None:
                if not ended.is_set():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGUSR1)

            cancel.on_cancel(stop)
            try:
                return cast("T", listen(answers, self._crashed, on_event, CancelToken()))
            finally:
                ended.set()

    def stay(
        self,
        function: Callable[..., T],
        *args: object,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> T:
        """As ``run``, but in one fork that stays: it finds there what earlier calls added to the state.

        Calls wait for each other; one that is given up while it waits leaves the others alone. One that
        is given up at work, or breaks, ends the fork, and the next is made from the state as the
        process has it. The fork steps back behind the process, as nobody may wait for what it does.

        Raises:
            UvdiveError, CancelledError, WorkerCrashError: as ``start`` says.
        """
        cancel = cancel or CancelToken()
        cancel.on_cancel(lambda: self._give_up(cancel))
        with self._its_turn(cancel):
            self._stayed = stayed = self._stayed or self._fork_to_stay(cancel)
            with self._signals:
                cancel.raise_if_cancelled()  # it may have taken long to start
                self._working = cancel

            def ended() -> NoReturn:
                if cancel.cancelled:
                    raise CancelledError
                self._crashed()

            try:
                with contextlib.suppress(BrokenPipeError):
                    send(stayed.requests, "run", _named(function, args))
                return cast("T", listen(stayed.answers, ended, on_event, CancelToken()))
            except BaseException as error:
                if not isinstance(error, UvdiveError) or isinstance(error, CancelledError):
                    self._let_go()
                raise
            finally:
                with self._signals:
                    self._working = None

    @contextlib.contextmanager
    def _its_turn(self, cancel: CancelToken) -> Iterator[None]:
        while not self._staying.acquire(timeout=_LOOK):
            cancel.raise_if_cancelled()
        try:
            cancel.raise_if_cancelled()
            yield
        finally:
            self._staying.release()

    def _give_up(self, cancel: CancelToken) -> None:
        with self._signals:
            if self._working is cancel and self._stayed is not None:
                self._stayed.stop()

    def _fork_to_stay(self, cancel: CancelToken) -> Stayed:
        """Fork the process; what goes in and out has pipes of its own."""
        (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()
        try:
            with self._turn:
                cancel.raise_if_cancelled()
                socket.send_fds(self._control, [b"f"], [theirs_in, theirs_out])
                self._send("beside", None)
        except BaseException as error:
            os.close(ours_in)
            os.close(ours_out)
            if isinstance(error, OSError) and self._closed:
                raise CancelledError from None
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        requests, answers = os.fdopen(ours_in, "wb"), os.fdopen(ours_out, "rb")
        try:
            return Stayed(self._begun(answers), requests, answers)
        except BaseException:
            requests.close()
            answers.close()
            raise

    def _begun(self, answers: IO[bytes]) -> int:
        """The process id of who works beside the questions, which is its first answer."""
        return cast("int", listen(answers, self._crashed, ignore, CancelToken()))

    def _let_go(self) -> None:
        if self._stayed is not None:
            self._stayed.close()
            self._stayed = None

    def close(self) -> None:
        """End the process; what it does beside is told to stop by its pipe, and cleans up.

        Whoever waits for an answer gets a CancelledError.
        """
        self._closed = True
        if self._staying.acquire(blocking=False):
            self._let_go()
            self._staying.release()
        elif (stayed := self._stayed) is not None:
            stayed.stop()
        self._started.end()

    def _send(self, kind: str, value: object) -> None:
        try:
            send(self._requests, kind, value)
        except (BrokenPipeError, ValueError):
            # Ended or closed: whoever waits for the answer finds out why.
            return

    def _interrupt(self, cancel: CancelToken) -> None:
        with self._signals:
            if self._asking is cancel and self._process.poll() is None:
                self._process.send_signal(signal.SIGUSR1)

    def _kill_all(self) -> None:
        """Reading may have started further processes, in the same session."""
        if self._process.poll() is None:
            kill_group(self._process.pid)

    def _crashed(self) -> NoReturn:
        if self._closed:
            raise CancelledError
        status = self._process.poll()
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace")
        raise WorkerCrashError(f"the worker process ended with {status}\n{said}")


def _named(function: Callable[..., object], args: tuple[object, ...]) -> Job:
    return function.__module__, function.__qualname__, args
