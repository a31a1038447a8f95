"""A walk by keys through every screen of the real program, on a real image, in a real terminal."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from needs import cannot_run
from screens.terminal import ROOT, Terminal

FLASK = ROOT / "examples" / "flask"


@contextmanager
def started(folder: Path, columns: int, rows: int, *words: str) -> Iterator[Terminal]:
    """uvdive in a terminal of this size."""
    if shutil.which("tmux") is None:
        cannot_run("no tmux")
    opened = Terminal(folder, columns, rows, sys.executable, "-m", "uvdive.cli.main", *words)
    try:
        yield opened
    finally:
        opened.kill()


@pytest.fixture(params=[(80, 24), (120, 36)])
def terminal(request: pytest.FixtureRequest, tmp_path: Path, seed_image: str) -> Iterator[Terminal]:
    with started(tmp_path, *request.param, seed_image) as opened:
        yield opened


@pytest.mark.engine
def test_every_screen_is_reached_and_left_by_keys(terminal: Terminal, tmp_path: Path):
    terminal.see("180.6 MB")
    terminal.see("Could save:", patience=5)
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
    terminal.see("werkzeug")
    terminal.press("Escape", "Escape")
    terminal.see("1 Owners")
    terminal.press("d")
    terminal.see("1 History")
    terminal.press("Escape")
    terminal.see("1 Owners")
    terminal.press("2", "End", "3", "v", "/")
    terminal.see("part of a path")
    terminal.press("zipapp.py")
    terminal.see("1 path, ")
    terminal.press("Enter")
    terminal.see("f Findings")
    terminal.press("Enter")
    terminal.see("import contextlib")
    terminal.press("Escape")
    terminal.see("1 path, ")
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


@pytest.mark.engine
def test_palette_and_rewrite_are_reached_and_left_by_keys(terminal: Terminal):
    terminal.see("Could save:", patience=5)
    terminal.press("C-p")
    terminal.see("Search for commands")
    terminal.press("waste")
    terminal.see("later layers replaced")
    terminal.press("Enter")
    terminal.see("1 Waste")
    terminal.press("Escape")
    terminal.see("1 Owners")
    terminal.press("r")
    terminal.see("Which Dockerfile made this image?")
    terminal.press(str(FLASK / "Dockerfile"))
    terminal.see("flask/Dockerfile")
    terminal.press("Enter")
    terminal.see("61.3 MB smaller", patience=5)
    terminal.press("d")
    terminal.see("FROM python:3.13-slim-trixie AS")
    terminal.press("w")
    terminal.see("so nothing is proven")
    terminal.press("n")
    terminal.see("i Rule")
    terminal.press("Escape")
    terminal.see("f Findings")
    terminal.press("q")
    assert terminal.ended()


@pytest.mark.engine
def test_an_image_is_picked_and_left_again(tmp_path: Path, seed_image: str):
    with started(tmp_path, 80, 24) as terminal:
        terminal.see("What to open")
        terminal.press("/")
        terminal.see("words to look for")
        terminal.press(seed_image)
        terminal.see("What to open · 1 ·")
        terminal.press("Enter")
        terminal.see("Could save:", patience=5)
        terminal.press("Escape")
        terminal.see("What to open")
        terminal.press("Escape")
        terminal.see("Look again")
        terminal.press("q")
        assert terminal.ended()


@pytest.mark.engine
def test_two_images_are_walked_side_by_side(tmp_path: Path, seed_image: str, article_image: str):
    with started(tmp_path, 120, 36, "compare", seed_image, article_image) as terminal:
        terminal.see("/usr/local/bin/uv", patience=5)
        terminal.press("v")
        terminal.see("OS package")
        terminal.press("1")
        terminal.see("whole image")
        terminal.press("?")
        terminal.see("Keys and signs")
        terminal.press("q", "q")
        assert terminal.ended()
