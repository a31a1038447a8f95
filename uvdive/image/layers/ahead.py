"""Do one part of reading in a thread ahead of the next, so that two processors work at it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

_DEPTH = 4
"""How many pieces wait at most: more would only cost memory."""


class Belt(Generic[T]):
    """Pieces on their way from a thread that makes them, from now on, to whoever takes them.

    Args:
        pieces: what gives them. Nobody else may use what they are made from until ``give_up``.
    """

    def __init__(self, pieces: Iterable[T]) -> None:
        self._pieces = pieces
        self._ready: deque[T] = deque()
        self._changed = threading.Condition()
        self._over = self._given_up = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._make, daemon=True)
        self._thread.start()

    def _make(self) -> None:
        try:
            for piece in self._pieces:
                with self._changed:
                    self._changed.wait_for(lambda: len(self._ready) < _DEPTH or self._given_up)
                    if self._given_up:
                        return
                    self._ready.append(piece)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - it is raised again where the pieces are taken
            self._error = error
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def take(self) -> T | None:
        """The next piece, or None after the last.

        Raises:
            BaseException: as the thread met it.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._over)
            if self._ready:
                self._changed.notify_all()
                return self._ready.popleft()
        if self._error is not None:
            raise self._error
        return None

    def give_up(self) -> None:
        """End the thread after the piece that it is at."""
        with self._changed:
            self._given_up = True
            self._changed.notify_all()
        self._thread.join()


def ahead(pieces: Iterable[T]) -> Generator[T]:
    """The pieces in order, made in a thread of their own, a few ahead of whoever takes them.

    Whatever making them raises is raised here, after the pieces before it. Nobody else
    may use what they are made from until this ends.
    """
    belt = Belt(pieces)
    try:
        while (piece := belt.take()) is not None:
            yield piece
    finally:
        belt.give_up()
