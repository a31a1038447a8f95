"""Long work beside the screen: a thread that waits, and messages that tell of it.

A job runs one function of the session floor in a daemon thread of its own, so that
not even a function that hangs can keep the app from leaving (Textual joins its
thread workers before it exits). The thread never touches a widget: it posts
messages, and as many events as came in between go into one.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any

from textual.message import Message
from textual.message_pump import MessagePump

from uvdive.base.errors import UvdiveError, disk_full
from uvdive.base.progress import BytesRead, CancelToken, OnEvent

Work = Callable[[OnEvent, CancelToken], Any]
"""A piece of work: takes where its events go and the token that stops it."""


class Job:
    """One running piece of work; create it in the app's thread, then ``start`` it."""

    class Progress(Message):
        """Events wait in the job; ``job.take()`` returns them."""

        def __init__(self, job: Job) -> None:
            super().__init__()
            self.job = job

    class Done(Message):
        """The work returned."""

        def __init__(self, job: Job, result: Any) -> None:
            super().__init__()
            self.job = job
            self.result = result

    class Failed(Message):
        """The work raised; ``error`` is fit for people."""

        def __init__(self, job: Job, error: UvdiveError) -> None:
            super().__init__()
            self.job = job
            self.error = error

    def __init__(self, name: str, target: MessagePump, work: Work) -> None:
        self.name = name
        self.cancel = CancelToken()
        self.ended = threading.Event()
        self.crash: Exception | None = None
        self._target = target
        self._work = work
        self._events: list[object] = []
        self._lock = threading.Lock()
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=lambda: context.run(self._run), name=f"uvdive-{name}", daemon=True
        )

    def start(self) -> Job:
        """Begin; returns the job itself."""
        self._thread.start()
        return self

    @property
    def running(self) -> bool:
        """Is it still at work, and has nobody stopped it?"""
        return not self.ended.is_set() and not self.cancel.cancelled

    def join(self, seconds: float) -> None:
        """Wait for the thread, at most so long."""
        self._thread.join(seconds)

    def take(self) -> list[object]:
        """The events since the last call, oldest first."""
        with self._lock:
            events, self._events = self._events, []
        return events

    def _push(self, event: object) -> None:
        self.cancel.raise_if_cancelled()
        with self._lock:
            waiting = bool(self._events)
            if waiting and isinstance(event, BytesRead) and isinstance(self._events[-1], BytesRead):
                self._events[-1] = event
            else:
                self._events.append(event)
        if not waiting:
            self._post(self.Progress(self))

    def _run(self) -> None:
        try:
            message: Message = self.Done(self, self._work(self._push, self.cancel))
        except UvdiveError as error:
            message = self.Failed(self, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must reach the user as a message
            full = disk_full(error)
            self.crash = error if full is None else None
            message = self.Failed(self, full or _bug(error))
        self.ended.set()
        self._post(message)

    def _post(self, message: Message) -> None:
        try:
            self._target.post_message(message)
        except RuntimeError:
            # The app left while the thread was at work: its event loop is closed.
            if not self.cancel.cancelled:
                raise


def _bug(error: Exception) -> UvdiveError:
    said = str(error).strip().splitlines()
    return UvdiveError(
        f"Something went wrong inside uvdive: {type(error).__name__}: {said[-1] if said else ''}",
        "This is a bug in uvdive. Run it again with --debug and report what it prints.",
    )


class Jobs:
    """The jobs of the app, so that quitting stops every one."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []

    def start(self, name: str, target: MessagePump, work: Work) -> Job:
        """Run ``work``; its messages go to ``target``."""
        self._jobs = [job for job in self._jobs if not job.ended.is_set()]
        job = Job(name, target, work)
        self._jobs.append(job)
        return job.start()

    @property
    def running(self) -> bool:
        """Is any of them at work?"""
        return any(job.running for job in self._jobs)

    def stop(self) -> None:
        """Ask every job to stop."""
        for job in self._jobs:
            job.cancel.cancel()

    def join(self, seconds: float) -> None:
        """Give the threads together so long to end what they started."""
        for job in self._jobs:
            job.join(seconds / len(self._jobs))
