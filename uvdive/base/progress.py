"""Progress that long work reports, and the token that stops it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from uvdive.base.errors import CancelledError


@dataclass(frozen=True, slots=True)
class Note:
    """What is being done, in words for the user."""

    text: str


@dataclass(frozen=True, slots=True)
class BytesRead:
    """How far a reader came, in bytes; ``total`` is None where nobody can know."""

    done: int
    total: int | None = None


OnEvent = Callable[[object], None]
"""Takes every event of a piece of work, in the thread that does the work."""


def ignore(event: object) -> None:
    """An OnEvent for callers that want no progress."""


PACE = 0.05
"""Seconds between two BytesRead that are worth telling a person."""


class Paced:
    """An OnEvent that hands on what it gets, but of byte counts only one now and then.

    Every message that crosses to the app's process takes time there that its keys need.
    """

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event = on_event
        self._next = 0.0

    def __call__(self, event: object) -> None:
        """Hand an event on, or leave it out."""
        if isinstance(event, BytesRead) and event.done != event.total:
            now = time.monotonic()
            if now < self._next:
                return
            self._next = now + PACE
        self._on_event(event)


class CancelToken:
    """Set once by whoever wants a piece of work to stop; thread-safe."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Has anybody asked to stop?"""
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask to stop: runs the callbacks once, in this thread."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Run ``callback`` when the work is to stop; at once if that is already so."""
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
                return
        callback()

    def raise_if_cancelled(self) -> None:
        """Raise CancelledError if anybody asked to stop."""
        if self._event.is_set():
            raise CancelledError
