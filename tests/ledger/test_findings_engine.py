"""Every finding over real images: the bases say nothing, the article's two images say what is wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

import hand_made as hand
import pytest

from uvdive.session.images import load_image

pytestmark = pytest.mark.engine
FLASK = Path(__file__).parents[2] / "examples" / "flask"
BASES = [
    "debian:trixie-slim",
    "debian:bookworm-slim",
    "python:3.13-slim-trixie",
    "python:3.13-slim-bookworm",
    "ghcr.io/astral-sh/uv:latest",
    "ghcr.io/astral-sh/uv:trixie-slim",
    "ghcr.io/astral-sh/uv:bookworm-slim",
    "ghcr.io/astral-sh/uv:python3.13-trixie-slim",
    "ghcr.io/astral-sh/uv:python3.13-bookworm-slim",
]


@pytest.mark.parametrize("name", BASES)
def test_nothing_is_said_about_a_base(name: str) -> None:
    if subprocess.run(["docker", "image", "inspect", name], capture_output=True, check=False).returncode:
        pytest.skip(f"the engine has no {name}")
    assert load_image(name).report.findings == ()


def test_the_articles_first_image(seed_image: str) -> None:
    report = load_image(seed_image, dockerfile=FLASK / "Dockerfile").report
    assert hand.ids(report) == {"uv-in-image", "uv-cache-in-image", "uv-tag-unpinned"}
    assert hand.found(report, "uv-in-image").bytes == report.owner("uv").live_bytes
    assert hand.found(report, "uv-in-image").line == 1
    assert hand.found(report, "uv-cache-in-image").line == 4
    assert hand.ids(load_image(seed_image).report) == {"uv-in-image", "uv-cache-in-image"}


def test_the_articles_second_image(article_image: str) -> None:
    report = load_image(article_image, dockerfile=FLASK / "Dockerfile.article2").report
    assert hand.ids(report) == {"interpreter-dangling", "console-scripts-dead", "uv-tag-unpinned"}
    assert {finding.line for finding in report.findings} == {1, 8}
    assert hand.found(report, "console-scripts-dead").paths == ("/app/.venv/bin/flask",)
