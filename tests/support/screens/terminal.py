"""The real program in a real terminal, driven by keys."""

from __future__ import annotations

import os
import select
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0
"""Seconds after which a text counts as missing; a busy machine takes long."""
LOOKS = 2.0
"""Seconds after which the screen is looked at even where nothing was drawn."""


class Terminal:
    """A tmux server of its own, with one window."""

    def __init__(self, folder: Path, columns: int, rows: int, *command: str) -> None:
        self._socket = str(folder / "tmux")
        places = {name: str(folder) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
        # readline of pytest's first process hands down the size of a terminal that is not this one.
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        environment = {**inherited, **places, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
        self._tmux(
            "-f", os.devnull, "new-session", "-d", "-x", str(columns), "-y", str(rows), *command,
            cwd=folder, env=environment,
        )  # fmt: skip
        # A second client, which is told of all that is drawn: nobody has to look again and again.
        attach = ["tmux", "-S", self._socket, "-C", "attach-session", "-f", "ignore-size,read-only"]
        self._watcher = subprocess.Popen(attach, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.size() == (columns, rows)

    def _tmux(self, *words: str, **more: object) -> str:
        done = subprocess.run(["tmux", "-S", self._socket, *words], capture_output=True, check=False, **more)
        return done.stdout.decode("utf-8", "replace")

    def size(self) -> tuple[int, ...]:
        """The window's columns and rows."""
        return tuple(
            int(number)
            for number in self._tmux("display-message", "-p", "#{window_width} #{window_height}").split()
        )

    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def see(self, words: str, patience: int = 1) -> str:
        """The screen's text as soon as it holds ``words``; ``patience``: how many times as long as usual."""
        end = time.monotonic() + PATIENCE * patience
        while True:
            text = self.text()
            if words in text:
                return text
            if time.monotonic() > end or not self._drawn():
                pytest.fail(f"there is no {words!r} in {self.size()}\n{text}")

    def _drawn(self) -> bool:
        """Wait until something is drawn, or for a while; False where the program has ended."""
        assert self._watcher.stdout is not None
        ready, _, _ = select.select([self._watcher.stdout], [], [], LOOKS)
        return not ready or os.read(self._watcher.stdout.fileno(), 1 << 16) != b""

    def ended(self) -> bool:
        """Does the program end by itself?"""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if not self._drawn():
                return True
        return False

    def kill(self) -> None:
        self._tmux("kill-server")
        self._watcher.communicate()
