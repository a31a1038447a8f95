"""The app on real images from the engine's storage: when owners and findings are there, and its memory.

- **owners and findings**: from the start until what could be saved is shown, which comes with the owners;
- **CPU**: what all of the app's processes had taken of the processors then;
- **peak**, **at rest**: their memory until nothing works any more, and then.

Memory is the proportional set size (``Pss`` of smaps_rollup, proc(5)): a page that several share counts
once. It is looked at ten times a second in a run of its own, as looking takes time.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from commands import UVDIVE
from real_images import TITLES, built
from table import table
from terminal import Terminal

FOUND = "Could save: ", "Broken: ", "Nothing to save or to fix was found."
PAUSE = 0.1
QUIET = 3.0
"""Seconds without work of any process after which nothing more is to come."""
PATIENCE = 180.0
_TICKS = os.sysconf("SC_CLK_TCK")
HEAD = ("", "owners and findings", "CPU", "again", "CPU", "memory, peak", "at rest", "processes")


def compare(_folder: Path, runs: int) -> str:
    """The table of all real images."""
    return table(HEAD, [_row(name, runs) for name in TITLES])


def _row(name: str, runs: int) -> list[str]:
    tag = built(name)
    first, again = [], []
    for _ in range(runs):
        with _fresh_cache():
            first.append(_shown(tag))
            again.append(_shown(tag))
    with _fresh_cache():
        peak, rest, processes = _memory(tag)
    figures = (f"{statistics.median(each):.2f} s" for each in (*zip(*first), *zip(*again)))  # noqa: B905
    return [TITLES[name], *figures, f"{peak / 1e6:.0f} MB", f"{rest / 1e6:.0f} MB", str(processes)]


@contextlib.contextmanager
def _fresh_cache() -> Iterator[None]:
    before = os.environ.get("XDG_CACHE_HOME")
    with tempfile.TemporaryDirectory(prefix="uvdive-bench-") as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["XDG_CACHE_HOME"]
            else:
                os.environ["XDG_CACHE_HOME"] = before


def _shown(tag: str) -> tuple[float, float]:
    """The seconds until the findings are shown, and those of the processors until then."""
    with Terminal([*UVDIVE, f"docker://{tag}"]) as terminal:
        shown = terminal.until(terminal.shows(*FOUND)) - terminal.start
        return shown, sum(map(_worked, tree(terminal.pid)))


def _memory(tag: str) -> tuple[int, int, int]:
    """The peak of all processes' memory in bytes, what they have at rest, and how many they are then."""
    with Terminal([*UVDIVE, f"docker://{tag}"]) as terminal:
        watch = _Watch(terminal.pid)
        terminal.until(terminal.shows(*FOUND))
        end = time.monotonic() + PATIENCE
        while watch.quiet < QUIET and time.monotonic() < end:
            terminal.read(PAUSE)
        watch.stop()
        rest = tree(terminal.pid)
        return watch.peak, sum(map(_pss, rest)), len(rest)


class _Watch:
    """Looks at a tree of processes until it is stopped."""

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid, self._worked, self._since, self._going = pid, 0.0, time.monotonic(), True
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    @property
    def quiet(self) -> float:
        """For how many seconds none of them has worked much."""
        return time.monotonic() - self._since

    def stop(self) -> None:
        self._going = False
        self._thread.join()

    def _look(self) -> None:
        while self._going:
            found = tree(self._pid)
            self.peak = max(self.peak, sum(map(_pss, found)))
            worked = sum(map(_worked, found))
            # A clock on the screen is drawn now and then.
            if abs(worked - self._worked) > 1.5 / _TICKS:
                self._since = time.monotonic()
            self._worked = worked
            time.sleep(PAUSE)


def tree(pid: int) -> list[int]:
    """A process and all that come from it, as far as they are there."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _pss(pid: int) -> int:
    """Bytes of a process, of shared pages its part; 0 where it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return 1024 * int(line.split()[1])
    return 0


def _worked(pid: int) -> float:
    """The processor seconds of a process and of those of its own that it has waited for."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / _TICKS
    return 0.0
