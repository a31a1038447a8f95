"""The demo in a real terminal: the whole way by a recording, with no engine and no network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from needs import cannot_run
from screens.terminal import Terminal


def _without_network() -> tuple[str, ...]:
    """What runs a command where there is no network; nothing where that may not be had."""
    alone = ("unshare", "--map-root-user", "--net")
    tried = (
        subprocess.run([*alone, "true"], capture_output=True, check=False)
        if shutil.which("unshare")
        else None
    )
    return alone if tried is not None and tried.returncode == 0 else ()


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        cannot_run("no tmux")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent.sock")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    program = (sys.executable, "-m", "uvdive.cli.main", "demo")
    opened = Terminal(tmp_path, 140, 40, *_without_network(), *program)
    yield opened
    opened.kill()


def test_the_whole_way_is_played_without_an_engine(terminal: Terminal, tmp_path: Path):
    terminal.see("no engine and no")
    terminal.see("uv is in the final image")
    terminal.press("r")
    assert " recorded" in terminal.see("smaller, -34.0 % predicted").splitlines()[-1]
    terminal.see("+ FROM python:3.13-slim-trixie AS")
    terminal.press("b")
    text = terminal.see("all 6 checks passed")
    assert " recorded" in text.splitlines()[-1]
    terminal.press("w")
    terminal.see("Replace ")
    terminal.press("y")
    terminal.see("u undoes it")
    (dockerfile,) = tmp_path.glob("uvdive-demo-*/flask/Dockerfile")
    assert "AS runner" in dockerfile.read_text()
    assert dockerfile.with_name("Dockerfile.orig").is_file()
    terminal.press("q")
    assert terminal.ended()
    assert not list(tmp_path.glob("uvdive-demo-*"))
