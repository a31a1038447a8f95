"""A walk by keys through every screen of the real program, on a real image, in a real terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from needs import cannot_run
from terminal import Terminal


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
