"""The whole way in a real terminal: from ``uvdive build`` to the written Dockerfile, and back."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from needs import cannot_run
from screens.terminal import Terminal

from uvdive.build.images import image_tag, list_images, remove_images

FLASK = Path(__file__).parents[3] / "examples" / "flask"
BUILDS = 20
"""Builds and checks take so many times as long as a key."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FLASK, tmp_path / "flask"))


@pytest.fixture
def terminal(project: Path, tmp_path: Path) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        cannot_run("no tmux")
    program = (sys.executable, "-m", "uvdive.cli.main")
    opened = Terminal(tmp_path, 120, 36, *program, "build", str(project))
    yield opened
    opened.kill()
    ours = {image_tag(project, project / "Dockerfile", side) for side in ("before", "after")}
    remove_images([image for image in list_images() if image.tag in ours])


@pytest.mark.engine
def test_from_the_build_to_the_written_file_and_back(terminal: Terminal, project: Path):
    before = (project / "Dockerfile").read_bytes()
    terminal.see("Could save:", BUILDS)
    terminal.press("r")
    terminal.see("smaller, -34.0 % predicted", BUILDS)
    terminal.see("+ FROM python:3.13-slim-trixie AS")
    terminal.press("b")
    terminal.see("all 6 checks passed", BUILDS)
    text = terminal.see("off by")
    assert "the original" in text
    terminal.press("w")
    terminal.see("Replace ")
    terminal.press("y")
    terminal.see("u undoes it")
    assert b"AS runner" in (project / "Dockerfile").read_bytes()
    assert (project / "Dockerfile.orig").read_bytes() == before
    terminal.press("u")
    terminal.see("is as it was")
    assert (project / "Dockerfile").read_bytes() == before
    terminal.press("q")
    assert terminal.ended()
