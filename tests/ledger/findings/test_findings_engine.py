"""Every finding over real images: the bases say nothing, the article's two images say what is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_images import hand_made as hand
from needs import cannot_run

from uvdive.session.opening.images import load_image

pytestmark = pytest.mark.engine
FLASK = Path(__file__).parents[3] / "examples" / "flask"
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
        cannot_run(f"the engine has no {name}")
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


MISTAKES = """\
FROM ghcr.io/astral-sh/uv:trixie-slim
RUN useradd --uid 1000 --create-home app
WORKDIR /app
COPY pyproject.toml uv.lock README.md ./
COPY src src
ENV UV_LINK_MODE=copy
RUN --mount=type=cache,target=/app/.cache/uv uv sync --frozen
COPY . .
RUN rm -rf /root/.cache
RUN chown -R app:app /app
USER app
CMD ["uv", "run", "src/server.py"]
"""


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The example with nearly every mistake in one Dockerfile: its image, and the Dockerfile."""
    project = tmp_path_factory.mktemp("mistakes") / "flask"
    shutil.copytree(FLASK, project)
    (project / ".git").mkdir()
    (project / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (project / ".env").write_text("TOKEN=x\n")
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "pyvenv.cfg").write_text("home = /Users/me/bin\nuv = 0.13.9\n")
    (project / ".venv" / "bin" / "python").symlink_to("/Users/me/bin/python3")
    dockerfile = project / "Dockerfile.mistakes"
    dockerfile.write_text(MISTAKES)
    name = f"uvdive-test/mistakes-{os.getpid()}:1"
    command = ["docker", "buildx", "build", "--load", "--provenance=false", "-t", name, "-f", str(dockerfile)]
    subprocess.run([*command, str(project)], check=True, capture_output=True)
    yield name, dockerfile
    subprocess.run(["docker", "rmi", name], capture_output=True, check=False)


def test_every_mistake_is_found_at_its_line(mistaken: tuple[str, Path]) -> None:
    name, dockerfile = mistaken
    report = load_image(name, dockerfile=dockerfile).report
    lines = {(finding.id, finding.line) for finding in report.findings}
    assert lines == {
        ("uv-in-image", 1),
        ("uv-tag-unpinned", 1),
        ("cache-mount-wrong-path", 7),
        ("link-mode-copy", 7),
        ("host-environment-copied", 8),
        ("secrets-in-image", 8),
        ("git-folder-in-image", 8),
        ("interpreter-dangling", 8),
        ("console-scripts-dead", 8),
        ("deleted-later", 9),
        ("rewritten-later", 10),
    }
    cache = report.layers[-4].owners["uv-cache"]
    assert (
        hand.found(report, "cache-mount-wrong-path").bytes
        == hand.found(report, "deleted-later").bytes
        == cache
    )
    assert hand.found(report, "rewritten-later").bytes > 2_000_000


def test_without_the_dockerfile_the_image_alone_tells_the_rest(mistaken: tuple[str, Path]) -> None:
    name, dockerfile = mistaken
    with_it = hand.ids(load_image(name, dockerfile=dockerfile).report)
    assert hand.ids(load_image(name).report) == with_it - {"uv-tag-unpinned", "cache-mount-wrong-path"}
