"""Images as they should be: nothing is to be said about them."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import hand_made as hand
from made_images import layers as make

FLASK = {"flask/__init__.py": 90_000, "flask/app.py": 60_000}
SITE = "app/.venv/lib/python3.13/site-packages"
TWO_STAGES = """
FROM ghcr.io/astral-sh/uv:0.13.9-python3.13-trixie-slim AS builder
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /app
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev
FROM python:3.13-slim
RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*
COPY --from=builder --chown=app:app /app /app
ENV PATH="/app/.venv/bin:$PATH"
USER app
CMD ["flask", "run"]
"""
LIBPQ = [
    make.file("usr/lib/libpq.so.5", bytes(300_000)),
    make.file("var/lib/dpkg/info/libpq5.list", b"/usr/lib/libpq.so.5\n"),
    make.file(
        "var/lib/dpkg/status",
        b"Package: libc6\nStatus: install ok installed\nVersion: 2.41\n\n"
        b"Package: libpq5\nStatus: install ok installed\nSection: libs\nVersion: 17\n\n",
    ),
    make.file("var/lib/apt/lists/mirror.example_debian_dists_trixie_InRelease", bytes(200_000)),
]
APP = [
    *hand.venv("app/.venv", ("flask", FLASK)),
    make.file(f"{SITE}/flask/__pycache__/app.cpython-313.pyc", bytes(70_000)),
    hand.script("app/.venv/bin/flask", "/app/.venv/bin/python"),
    make.file("app/main.py", b"print(1)\n"),
    make.file("app/.env.example", b"TOKEN=\n"),
    make.file("app/.gitignore", b".venv\n"),
]


@pytest.mark.parametrize("known", [True, False])
def test_two_stages_with_uv_left_behind(known: bool, tmp_path: Path) -> None:
    config = {"Env": [f"PATH=/app/.venv/bin:{hand.PATH}"], "User": "app", "Cmd": ["flask", "run"]}
    report = hand.image(tmp_path, TWO_STAGES, LIBPQ, APP, config=config, known=known)
    assert report.findings == ()


def test_apts_lists_are_removed_where_the_base_left_some(tmp_path: Path) -> None:
    path = "var/lib/apt/lists/mirror.example_debian_dists_trixie_InRelease"
    dockerfile = (
        "FROM python:3.13-slim\nRUN apt-get update && apt-get install x && rm -rf /var/lib/apt/lists/*"
    )
    base = [*hand.BASE, make.file(path, bytes(200_000))]
    assert hand.image(tmp_path, dockerfile, [make.whiteout(path)], base=base).findings == ()


def test_the_base_alone(tmp_path: Path) -> None:
    assert hand.image(tmp_path, "FROM debian:trixie-slim").findings == ()


ONE_STAGE = """
FROM python:3.13-slim
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=from=ghcr.io/astral-sh/uv:0.13.9,source=/uv,target=/bin/uv uv sync --no-cache --no-dev
COPY src src
CMD ["/app/.venv/bin/flask", "run"]
"""


@pytest.mark.parametrize("known", [True, False])
def test_one_stage_with_uv_mounted(known: bool, tmp_path: Path) -> None:
    lock = [make.file("app/uv.lock", b"version = 1\n"), make.file("app/pyproject.toml", b"[project]\n")]
    source = [make.file("app/src/main.py", b"1\n")]
    config = {"Cmd": ["/app/.venv/bin/flask", "run"]}
    report = hand.image(tmp_path, ONE_STAGE, lock, APP, source, config=config, known=known)
    assert report.findings == ()


def test_a_lock_that_is_copied_before_everything(tmp_path: Path) -> None:
    dockerfile = (
        "FROM python:3.13-slim\nCOPY pyproject.toml uv.lock /app/\nRUN uv sync --no-cache\nCOPY . /app"
    )
    lock = [
        make.file("app/uv.lock", make.content(900_000, "l")),
        make.file("app/pyproject.toml", b"[project]\n"),
    ]
    source = [*lock, make.file("app/main.py", b"1\n")]
    config = {"Cmd": ["/app/.venv/bin/flask", "run"]}
    report = hand.image(
        tmp_path, dockerfile, lock, hand.venv("app/.venv", ("flask", FLASK)), source, config=config
    )
    assert report.totals.dead_bytes > 900_000
    assert report.findings == ()


def test_packages_in_the_system_python(tmp_path: Path) -> None:
    site = "usr/local/lib/python3.13/site-packages"
    dockerfile = "FROM python:3.13-slim\nCOPY --from=builder /install /usr/local\n"
    installed = [*hand.package(site, "flask", FLASK), hand.script("usr/local/bin/flask", hand.PYTHON)]
    assert hand.image(tmp_path, dockerfile, installed).findings == ()
