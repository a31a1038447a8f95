"""The ways to a clipboard: tmux, a tool of the machine, the terminal; and what is said of each."""

from __future__ import annotations

import os
import shutil
import subprocess

import pyperclip
import pytest
from made_images.samples import sample_report
from screens.driving import answers, ended, opened

from uvdive.tui.frame import clipboard
from uvdive.tui.frame.clipboard import copy_beside, copy_by_tmux, fits_terminal

copy_locally = clipboard.copy_locally  # what conftest puts in its place is not meant here


def test_the_tool_is_named_and_none_is_no_error(monkeypatch):
    taken = []

    def copy_xclip(text):
        taken.append(text)

    monkeypatch.setattr(pyperclip, "determine_clipboard", lambda: (copy_xclip, None))
    assert copy_locally("x") == "xclip"
    assert taken == ["x"]

    def fails(_text):
        raise pyperclip.PyperclipException("no tool")

    monkeypatch.setattr(pyperclip, "determine_clipboard", lambda: (fails, None))
    assert copy_locally("x") == ""


@pytest.fixture
def tmux(tmp_path, monkeypatch):
    """A server of our own with a pane, so that its commands have where to go; its socket's path."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    socket = tmp_path / "s"
    start = ["tmux", "-f", "/dev/null", "-S", str(socket), "new-session", "-d", "-x", "80", "-y", "24", "cat"]
    subprocess.run(start, check=True)
    monkeypatch.setenv("TMUX", f"{socket},1,0")
    yield socket
    subprocess.run(["tmux", "-S", str(socket), "kill-server"], check=True)


def asked(socket, *words):
    done = subprocess.run(["tmux", "-S", str(socket), *words], capture_output=True, check=True, text=True)
    return done.stdout


@pytest.mark.parametrize(("tool", "how"), [("", "by tmux"), ("xclip", "by xclip and tmux")])
def test_in_tmux_its_buffer_has_the_text(tmux, tool, how, monkeypatch):
    monkeypatch.setattr("uvdive.tui.frame.clipboard.copy_locally", lambda _text: tool)
    text = "-x [b]é\n\ttwo\x1b[2J\n" + "long " * 100_000
    assert copy_beside(text) == how
    assert asked(tmux, "show-buffer") == text


def test_a_tmux_without_the_option_gets_the_text_too(tmp_path, monkeypatch):
    (tmp_path / "tmux").write_text(f"#!/bin/sh\n[ $2 = - ] && cat > {tmp_path}/taken\n")
    (tmp_path / "tmux").chmod(0o755)
    monkeypatch.setenv("TMUX", "x,1,0")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert copy_by_tmux("x")
    assert (tmp_path / "taken").read_text() == "x"


def test_what_is_too_long_for_a_terminal_goes_by_the_other_ways_alone(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    long = "é" * 350_001
    assert fits_terminal(long[:-1])
    assert copy_beside(long[:-1]) == "by the terminal (OSC 52)"
    assert copy_beside(long) == ""
    monkeypatch.setattr("uvdive.tui.frame.clipboard.copy_locally", lambda _text: "xclip")
    assert copy_beside(long) == "by xclip"


async def test_the_app_says_that_a_text_is_too_long_and_sends_the_terminal_nothing():
    async with opened(answers(sample_report())) as (app, pilot):
        app.copy("x" * 800_000, "main.js: 800.0 kB")
        await ended(pilot, app.jobs._jobs[-1])
        note = list(app._notifications)[-1]
        assert (note.title, note.message) == ("Too long for the terminal's clipboard", "main.js: 800.0 kB")
        assert app.clipboard == ""


def test_a_tmux_that_is_gone_or_hangs_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setenv("TMUX", f"{tmp_path / 'none'},1,0")
    assert not copy_by_tmux("x")
    (tmp_path / "tmux").write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    (tmp_path / "tmux").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("uvdive.tui.frame.clipboard._SECONDS", 0.1)
    assert not copy_by_tmux("x")


@pytest.mark.parametrize(
    ("term", "tool", "how"),
    [
        ("xterm-256color", "", "by the terminal (OSC 52)"),
        ("tmux-256color", "", "by the terminal (OSC 52), if tmux has set-clipboard on"),
        ("tmux-256color", "xclip", "by xclip, and by the terminal"),
    ],
)
def test_outside_of_tmux_the_words_say_what_can_be_known(term, tool, how, monkeypatch):
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("uvdive.tui.frame.clipboard.copy_locally", lambda _text: tool)
    assert copy_beside("x") == how
