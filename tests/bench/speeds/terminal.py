"""A program in a pseudo-terminal: when it drew something, and how long a key takes to be answered."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable
from typing import Self

from screen import Screen

LINES, COLUMNS = 36, 120
PATIENCE = 300.0
"""Seconds that a program may take for anything."""

_KNOWS_FRAMES = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""A program asks whether its frames can be shown whole, and a modern terminal says yes."""


class SilentError(Exception):
    """What was waited for did not come."""


class Terminal:
    """Runs a command in a terminal of 120 by 36 that understands what it draws."""

    def __init__(self, command: list[str]) -> None:
        self.screen = Screen(COLUMNS, LINES)
        self._watched = ""
        self._came: float | None = None
        self.start = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.execvpe(
                command[0], command, {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
        os.close(self.fd)
        os.waitpid(self.pid, 0)

    def read(self, timeout: float) -> float | None:
        """Take what the program wrote; when it came, or None for nothing."""
        if not select.select([self.fd], [], [], timeout)[0]:
            return None
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError as error:
            raise SilentError(f"the program ended: {self.screen.text()}") from error
        when = time.perf_counter()
        if _KNOWS_FRAMES[0] in data:
            os.write(self.fd, _KNOWS_FRAMES[1])
        self.screen.feed(data)
        if self._watched and self._came is None and self._watched in self.screen.text():
            self._came = when
        return when

    def until(self, ready: Callable[[], object], patience: float = PATIENCE) -> float:
        """The time at which something came that made ``ready`` true."""
        end = time.perf_counter() + patience
        while time.perf_counter() < end:
            when = self.read(0.5)
            if when is not None and ready():
                return when
        raise SilentError(f"it did not come:\n{self.screen.text()}")

    def shows(self, *words: str) -> Callable[[], bool]:
        return lambda: any(word in self.screen.text() for word in words)

    def watch(self, word: str) -> Callable[[], float]:
        """Note when a word is first shown, also while other things are waited for; what returns that."""
        self._watched = word

        def shown() -> float:
            while self._came is None:
                self.until(lambda: self._came is not None)
            return self._came

        return shown

    def settle(self, quiet: float = 0.3) -> None:
        """Wait until nothing has been drawn for so many seconds."""
        while self.read(quiet) is not None:
            pass

    def press(self, key: str) -> float:
        """Type a key; when."""
        now = time.perf_counter()
        os.write(self.fd, key.encode())
        return now

    def draws(self, key: str, patience: float = 10.0) -> float:
        """Seconds from a key to the bytes that change a cell; for a screen that is quiet otherwise."""
        before = [row[:] for row in self.screen.rows]
        pressed = self.press(key)
        return self.until(lambda: self.screen.rows != before, patience) - pressed

    def bar_moves(self, key: str, patience: float = 5.0) -> float:
        """Seconds from a key to the bytes that put the cursor bar on another row."""
        before = self._backgrounds()
        pressed = self.press(key)
        return self.until(lambda: self._swapped(before), patience) - pressed

    def _backgrounds(self) -> list[list[str]]:
        return [[background for _, background in row] for row in self.screen.rows]

    def _swapped(self, before: list[list[str]]) -> bool:
        """Did the colour of a bar, of eight cells at least, go from one row to another?"""
        gone: dict[tuple[str, str], int] = {}
        for old, new in zip(before, self._backgrounds(), strict=True):
            for was, now in zip(old, new, strict=True):
                if was != now:
                    gone[was, now] = gone.get((was, now), 0) + 1
        return any(count >= 8 and gone.get((now, was), 0) >= 8 for (was, now), count in gone.items())
