"""Real layers in which an environment's inodes change hands, against what a container sees."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest
from made_images import hand_made as hand

from uvdive.session.opening.images import load_image

pytestmark = pytest.mark.engine

DOCKERFILE = """\
FROM python:3.13-slim AS installed
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/uv
ENV UV_NO_PROGRESS=1
WORKDIR /app
RUN uv venv && uv pip install click==8.1.7 idna==3.10

FROM installed AS chown
RUN useradd -u 1001 app && chown -R app:app /app

FROM installed AS chmod
RUN chmod -R o-rx /app

FROM installed AS upgrade
RUN uv pip install click==8.2.1

FROM installed AS uninstall
RUN uv pip uninstall click
"""
SEEN = "find /root/.cache/uv /app/.venv -type f -printf '%i %s %p\\n'"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The images by their stages."""
    folder = tmp_path_factory.mktemp("links")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    names = {}
    for stage in ("installed", "chown", "chmod", "upgrade", "uninstall"):
        names[stage] = f"uvdive-test/links-{stage}-{os.getpid()}:1"
        command = ["docker", "buildx", "build", "--load", "--provenance=false", "--target", stage]
        subprocess.run([*command, "-t", names[stage], str(folder)], check=True, capture_output=True)
    yield names
    subprocess.run(["docker", "rmi", *names.values()], capture_output=True, check=False)


def only_cached(image: str) -> int:
    """The bytes of the files that a container finds under uv's cache and in no environment."""
    command = ["docker", "run", "--rm", "--network=none", image, "sh", "-c", SEEN]
    rows = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    split = [row.split(" ", 2) for row in rows]
    installed = {inode for inode, _, path in split if path.startswith("/app/")}
    return sum({inode: int(size) for inode, size, _ in split if inode not in installed}.values())


@pytest.mark.parametrize("stage", ["installed", "chown", "chmod", "upgrade", "uninstall"])
def test_what_a_container_finds_in_the_cache_alone_is_the_caches(stage: str, built: dict[str, str]) -> None:
    report = load_image(built[stage]).report
    assert report.owner("uv-cache").live_bytes == only_cached(built[stage])
    assert hand.found(report, "uv-cache-in-image").bytes == report.owner("uv-cache").live_bytes


@pytest.mark.parametrize("stage", ["chown", "chmod"])
def test_a_change_of_every_file_costs_the_environment_once_more(stage: str, built: dict[str, str]) -> None:
    before, after = load_image(built["installed"]).report, load_image(built[stage]).report
    assert after.owner("venv").live_bytes == before.owner("venv").live_bytes
    assert hand.found(after, "rewritten-later").bytes > 0.95 * before.owner("venv").live_bytes
