"""A walk by keys through every screen of the real program, on a real image, in a real terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from needs import cannot_run

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

    def see(self, words: str) -> str:
        text = ""
        for _ in range(TRIES):
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


@pytest.fixture(params=[(80, 24), (120, 36)])
def terminal(request: pytest.FixtureRequest, tmp_path: Path, seed_image: str) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        cannot_run("no tmux")
    opened = Terminal(tmp_path, *request.param, sys.executable, "-m", "uvdive.cli.main", seed_image)
    yield opened
    opened.kill()


@pytest.mark.engine
def test_every_screen_is_reached_and_left_by_keys(terminal: Terminal, tmp_path: Path):
    terminal.see("180.6 MB")
    terminal.see("To win:")
    terminal.press("f")
    terminal.see("severity")
    terminal.press("Escape")
    terminal.see("1 Owners")
    terminal.press("w")
    terminal.see("/etc/uv/uv.toml")
    terminal.press("f")
    terminal.see("what layer 0 changed")
    terminal.press("p")
    terminal.see("1 Packages")
    terminal.press("/")
    terminal.see("words to look for")
    terminal.press("flask", "Enter")
    terminal.see("for src")
    terminal.press("Escape", "Escape")
    terminal.see("1 Owners")
    terminal.press("d")
    terminal.see("stand beside a line")
    terminal.press("Escape")
    terminal.see("1 Owners")
    terminal.press("2", "End", "3", "v", "/")
    terminal.see("part of a path")
    terminal.press("zipapp.py")
    terminal.see("1× ")
    terminal.press("Enter")
    terminal.see("f Findings")
    terminal.press("Enter")
    terminal.see("import contextlib")
    terminal.press("Escape")
    terminal.see("1× ")
    terminal.press("e")
    terminal.see("Enter writes it")
    terminal.press("Enter")
    terminal.see("Extracted")
    assert b"import contextlib" in (tmp_path / "zipapp.py").read_bytes()
    terminal.press("E")
    terminal.see("Markdown")
    # Not Escape: with a key right behind it, it would be Alt.
    terminal.press("q", "?")
    terminal.see("Keys and signs")
    terminal.press("q", "q")
    assert terminal.ended()
