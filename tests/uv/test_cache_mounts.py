"""Cache mounts that miss uv's cache: one answer for the finding and for the rewrite's advice (R42)."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.stages import read_stages
from uvdive.dockerfile.steps import Step, walk
from uvdive.dockerfile.text.syntax import parse
from uvdive.uv.cache_mounts import Missed, missed_mount


def run(flags: str, command: str, before: str = "") -> Step:
    steps = walk(read_stages(parse(f"FROM a\n{before}RUN --mount=type=cache,{flags} {command}\n")))
    return [step for step in steps if step.keyword == "RUN"][-1]


@pytest.mark.parametrize(
    ("flags", "command", "missed"),
    [
        ("target=/x/uv", "uv sync", Missed("/x/uv", "/root/.cache/uv")),
        ("target=/x/uv-cache", "uv sync", Missed("/x/uv-cache", "/root/.cache/uv")),
        ("target=/x/.cache", "cd /srv && uv add x", Missed("/x/.cache", "/root/.cache/uv")),
        ("target=~/.cache/uv", "uv sync", Missed("~/.cache/uv", "/root/.cache/uv")),
        ("id=uv", "uv sync", Missed("", "/root/.cache/uv")),
        ("target=/root/.cache/pip", "uv sync", Missed("/root/.cache/pip", "/root/.cache/uv")),
        ("target=/x/uv", "UV_CACHE_DIR=/y uv sync", Missed("/x/uv", "/y")),
        ("target=/x/uv", "HOME=/h uv sync", Missed("/x/uv", "/h/.cache/uv")),
        ("target=/x/uv", "uv tool install ruff", Missed("/x/uv", "/root/.cache/uv")),
        ("target=/x/uv", "UV_CACHE_DIR=/x/uv uv sync", None),
        ("target=/x/uv", "uv --version", None),
        ("target=/x/uv", "uv sync --no-cache", None),
        ("target=/x/uv", "make", None),
        ("target=/x/apt", "uv sync", None),
        ("target=/root/.cache/pip", "pip install x && uv sync", None),
        ("target=/x/$UNKNOWN/uv", "uv sync", None),
        ("target=/root", "uv sync", None),
    ],
)
def test_a_mount_that_misses(flags: str, command: str, missed: Missed | None) -> None:
    assert missed_mount(run(flags, command), "/root") == missed


def test_a_relative_target_is_in_the_work_directory() -> None:
    assert missed_mount(run("target=.cache/uv", "uv sync", "WORKDIR /root\n"), "/root") is None
    assert missed_mount(run("target=.cache/uv", "uv sync", "WORKDIR /app\n"), "/root") is not None


def test_what_the_base_set_and_a_home_that_nobody_knows() -> None:
    step = run("target=/x/uv", "uv sync")
    assert missed_mount(step, "/root", {"UV_CACHE_DIR": "/x/uv"}) is None
    assert missed_mount(step, None) is None
