"""Time the app as a person meets it, in a real terminal (a pty), beside dive and an empty Textual app.

    uv run python tests/bench/app.py ARCHIVE [--runs N] [--keys N]

- **first paint**: from the start to the first bytes that draw something;
- **ready**: until a key is answered for the first time after the image was read;
- **key**: from a key to the first bytes of its answer, median and p95, once read;
- **key while reading**: the same, for keys pressed before the image was read.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from pathlib import Path

EMPTY = "from textual.app import App\nclass Empty(App[None]): pass\nEmpty().run()\n"
SCREEN = b"\x1b[?1049h"
"""What every such program sends first: the alternate screen."""

QUIET = 0.08
"""A screen that sends nothing for so long, in seconds, has answered."""


class Terminal:
    """A program in a pty of 120 by 36."""

    def __init__(self, command: list[str]) -> None:
        self.start = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execvp(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        self.seen = b""

    def read(self, timeout: float) -> bytes:
        ready, _, _ = select.select([self.fd], [], [], timeout)
        if not ready:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            return b""
        self.seen += data
        return data

    def until(self, words: tuple[bytes, ...], timeout: float) -> float:
        """Seconds since the start until one of the words was drawn."""
        end = time.perf_counter() + timeout
        while time.perf_counter() < end:
            self.read(0.02)
            if any(word in self.seen for word in words):
                return time.perf_counter() - self.start
        raise SystemExit(f"{words} did not come; the last output: {self.seen[-300:]!r}")

    def settle(self) -> None:
        while self.read(QUIET):
            pass

    def key(self, data: bytes, timeout: float = 5.0) -> float:
        """Seconds from a key to the first bytes of its answer."""
        start = time.perf_counter()
        os.write(self.fd, data)
        if not self.read(timeout):
            return timeout
        answered = time.perf_counter() - start
        self.settle()
        return answered

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


def first_paint(command: list[str], words: tuple[bytes, ...], runs: int) -> float:
    figures = []
    for _ in range(runs):
        terminal = Terminal(command)
        figures.append(terminal.until(words, 60))
        terminal.close()
    return statistics.median(figures)


def latencies(terminal: Terminal, keys: list[bytes]) -> list[float]:
    return [terminal.key(key) for key in keys]


def row(title: str, *cells: str) -> None:
    print("| " + " | ".join([title, *cells]) + " |", flush=True)


def milliseconds(values: list[float]) -> str:
    return f"{1000 * statistics.median(values):.0f} / {1000 * p95(values):.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keys", type=int, default=60)
    options = parser.parse_args()
    uvdive = [sys.executable, "-m", "uvdive", str(options.archive)]
    dive = ["dive", "--source", "docker-archive", str(options.archive)]
    empty = [sys.executable, "-c", EMPTY]
    row("", "first paint", "ready", "key: median / p95", "key while reading: median / p95")
    row("---", "---", "---", "---", "---")
    row("empty Textual app", f"{1000 * first_paint(empty, (SCREEN,), options.runs):.0f} ms", "", "", "")

    paint = first_paint(uvdive, (SCREEN,), options.runs)
    terminal = Terminal(uvdive)
    terminal.until((b"Owners",), 60)
    busy = []
    while b"efficient" not in terminal.seen and len(busy) < options.keys:
        busy.append(terminal.key(b"\t"))
    ready = terminal.until((b"efficient",), 300)
    terminal.settle()
    terminal.key(b"3")
    terminal.key(b"j")
    keys = latencies(terminal, [b"j", b"k"] * (options.keys // 2))
    terminal.close()
    row(
        "uvdive",
        f"{1000 * paint:.0f} ms",
        f"{ready:.2f} s",
        milliseconds(keys),
        milliseconds(busy) if busy else "read before a key was pressed",
    )

    terminal = Terminal(dive)
    ready = terminal.until((b"Layer Contents", b"Layers"), 600)
    terminal.settle()
    terminal.key(b"\t")
    keys = latencies(terminal, [b"\x1b[B", b"\x1b[A"] * (options.keys // 2))
    terminal.close()
    row("dive 0.13.1", f"{1000 * ready:.0f} ms", f"{ready:.2f} s", milliseconds(keys), "no screen until then")


if __name__ == "__main__":
    main()
