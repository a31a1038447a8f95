"""The real program in a real terminal, driven by keys."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRIES = 3_000
"""So often the screen is looked at before a text counts as missing: some 20 s."""


class Terminal:
    """A tmux server of its own, with one window."""

    def __init__(self, folder: Path, columns: int, rows: int, *command: str) -> None:
        self._socket = str(folder / "tmux")
        places = {name: str(folder) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
        environment = {**os.environ, **places, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
        self._tmux(
            "-f", os.devnull, "new-session", "-d", "-x", str(columns), "-y", str(rows), *command,
            cwd=folder, env=environment,
        )  # fmt: skip

    def _tmux(self, *words: str, **more: object) -> str:
        done = subprocess.run(["tmux", "-S", self._socket, *words], capture_output=True, check=False, **more)
        return done.stdout.decode("utf-8", "replace")

    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def see(self, words: str, patience: int = 1) -> str:
        """The screen's text as soon as it holds ``words``; ``patience``: how many times as long as usual."""
        text = ""
        for _ in range(TRIES * patience):
            text = self.text()
            if words in text:
                return text
        pytest.fail(f"there is no {words!r} in\n{text}")

    def ended(self) -> bool:
        return any("no server" in self._said() or not self._tmux("list-sessions") for _ in range(TRIES))

    def _said(self) -> str:
        done = subprocess.run(["tmux", "-S", self._socket, "info"], capture_output=True, check=False)
        return done.stderr.decode()

    def kill(self) -> None:
        self._tmux("kill-server")
