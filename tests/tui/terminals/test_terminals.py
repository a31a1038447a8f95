"""The real program in terminals of few colours, of none, at names of odd widths, and while resized."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_images.layers import archive, file, layer
from needs import cannot_run
from rich.cells import cell_len
from screens.terminal import Terminal

from uvdive.tui.app import UvdiveApp

NAMES = (
    "heart-\u2764\ufe0f.txt",
    "flag-\U0001f1e9\U0001f1ea.txt",
    "thumb-\U0001f44d\U0001f3fd.txt",
    "key-1\ufe0f\u20e3.txt",
    "party-\U0001f389.txt",
    "cafe\u0301.txt",
    "\u6f22\u5b57.txt",
)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    files = [file(f"data/{name}", b"x" * (2000 - 10 * place)) for place, name in enumerate(NAMES)]
    return archive(tmp_path / "odd.tar", [layer(*files)], commands=["COPY data /data"])


@contextmanager
def opened(image: Path, term: str) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        cannot_run("no tmux")
    command = (
        f"TERM={term} COLORTERM= {sys.executable} -m uvdive.cli.main {image}; echo It is over; sleep 600"
    )
    found = Terminal(image.parent, 120, 36, "sh", "-c", command)
    try:
        yield found
    finally:
        found.kill()


@pytest.mark.parametrize(("term", "many"), [("xterm-256color", True), ("xterm", False), ("linux", False)])
def test_few_colours_are_enough_and_hide_no_pattern(image: Path, term: str, *, many: bool) -> None:
    with opened(image, term) as terminal:
        terminal.see("3 Files · the whole image")
        drawn = terminal._tmux("capture-pane", "-e", "-p")
        assert ("[38;5;" in drawn or "[48;5;" in drawn) == many
        terminal.press("r")
        terminal.see("Which Dockerfile")


def test_a_pattern_has_no_tint_where_it_would_have_its_own_colour() -> None:
    assert UvdiveApp("x:1").theme_variables["tint-uv"] != "transparent"
    assert UvdiveApp("x:1", few_colours=True).theme_variables["tint-uv"] == "transparent"


def test_a_dumb_terminal_gets_the_report(image: Path) -> None:
    with opened(image, "dumb") as terminal:
        text = terminal.see("It is over")
        assert "Owners" in text
        assert "13.8 kB in 7 files" in text


def test_names_of_odd_widths_shift_nothing(image: Path) -> None:
    with opened(image, "xterm-256color") as terminal:
        terminal.see("3 Files · the whole image")
        terminal.press("/", ".txt")
        text = terminal.see("7 paths")
        rows = [line for line in text.splitlines() if ".txt" in line and " + " in line]
        assert len(rows) == len(NAMES)
        # As a terminal counts: each character by itself.
        assert {sum(cell_len(char) for char in row) for row in rows} == {120}
        assert all(row.endswith("│") for row in rows)


def test_a_terminal_that_changes_its_size_all_the_time_is_drawn_right_in_the_end(image: Path) -> None:
    with opened(image, "xterm-256color") as terminal:
        for step in range(60):
            columns, rows = 60 + step * 37 % 140, 16 + step * 11 % 40
            terminal._tmux("resize-window", "-x", str(columns), "-y", str(rows))
        terminal._tmux("resize-window", "-x", "200", "-y", "60")
        terminal.see("5 Map by folder")
        terminal._tmux("resize-window", "-x", "80", "-y", "24")
        text = terminal.see("1 Owners    2 Layers    3 Files")
        assert text.splitlines()[-1].startswith(" r Rewrite")
        terminal.press("q")
        terminal.see("It is over")
