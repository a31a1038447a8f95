"""Functions that tests run in a worker process."""

from __future__ import annotations

import os
import threading

from uvdive.base.errors import ImageError
from uvdive.base.progress import Note, OnEvent


def count(number: int, *, on_event: OnEvent) -> int:
    for step in range(number):
        on_event(Note(str(step)))
    return number * 2


def chatter(*, on_event: OnEvent) -> str:
    print("x" * 200_000)  # noqa: T201
    return "done"


def fail(*, on_event: OnEvent) -> None:
    raise ImageError("What.", "Do.", ("line",))


def crash(*, on_event: OnEvent) -> float:
    return 1 / 0


def die(*, on_event: OnEvent) -> None:
    os._exit(3)


def hang(*, on_event: OnEvent) -> None:
    on_event(Note(str(os.getpid())))
    threading.Event().wait()
