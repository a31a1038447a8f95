"""Functions that tests run in a worker process."""

from __future__ import annotations

import os
import re
import sys
import threading
from pathlib import Path

from uvdive.base.errors import ImageError
from uvdive.base.progress import CancelToken, Note, OnEvent

PATIENCE = 60.0
"""Seconds after which nobody is going to stop it any more."""


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
    threading.Event().wait(PATIENCE)
    raise AssertionError("nobody ended it")


# For processes that stay


def keep(number: int, *, on_event: OnEvent) -> tuple[int, str]:
    return number, f"keeps {number}"


class LeavesWork:
    """Its work waits at a gate, a named pipe that somebody has to open."""

    def __init__(self, gate: Path, done: Path) -> None:
        self._gate, self._done = gate, done

    def finish(self) -> None:
        self._gate.read_bytes()
        self._done.touch()


def leaves_work(gate: Path, done: Path, *, on_event: OnEvent) -> tuple[LeavesWork, None]:
    return LeavesWork(gate, done), None


def is_there(state: object, path: Path) -> bool:
    return path.exists()


def keeps_a_lock(*, on_event: OnEvent) -> tuple[object, None]:
    return threading.Lock(), None


def is_locked(state: threading.Lock) -> bool:
    return state.locked()


def times(state: int, number: int) -> int:
    return state * number


def refuses(state: int) -> None:
    raise ImageError("What.", "Do.")


def breaks(state: int) -> float:
    return state / 0


def searches(state: int, pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None


def process(state: int) -> int:
    return os.getpid()


def works(state: int, number: int, *, on_event: OnEvent, cancel: CancelToken) -> int:
    if not number:
        raise ImageError("What.")
    return state * number


def waits(state: int, *, on_event: OnEvent, cancel: CancelToken) -> None:
    stopped = threading.Event()
    cancel.on_cancel(stopped.set)
    on_event(Note(f"works on {state}"))
    assert stopped.wait(PATIENCE), "nobody stopped it"
    on_event(Note("cleans up"))
    cancel.raise_if_cancelled()


def fill_up(on_event: OnEvent) -> None:
    raise OSError(28, "No space left on device", "/tmp/x")


def adds(state: list[int], number: int, *, on_event: OnEvent, cancel: CancelToken) -> list[int]:
    """Add to a state that can be added to; a number below zero is refused."""
    state.append(number)
    on_event(Note(f"added {number}"))
    if number < 0:
        raise ImageError("What.", "Do.")
    return state


def adds_for_ever(state: list[int], *, on_event: OnEvent, cancel: CancelToken) -> None:
    state.append(99)
    on_event(Note("works"))
    searches(0, "(a+)+$", "a" * 40 + "b")


def steps_back(_state: list[int], *, on_event: OnEvent, cancel: CancelToken) -> int:
    """How far the fork stands back behind others."""
    return os.nice(0)


def stands_back(_state: list[int]) -> int:
    return os.nice(0)


def starts_a_list(*, on_event: OnEvent) -> tuple[list[int], None]:
    return [], None


def listed(state: list[int]) -> list[int]:
    return state


def adds_at_home(state: list[int], number: int) -> None:
    state.append(number)


def imported(_state: int, name: str) -> bool:
    """Is a module imported in this process?"""
    return name in sys.modules
