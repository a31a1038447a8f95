"""Progress that long work reports, and the token that stops it."""

from __future__ import annotations

import threading
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
