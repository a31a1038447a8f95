"""Whose Python the environment runs on, and from which image the stages start, by the text alone (R1-R6)."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.dockerfiles import last_stage, refused

from uvdive.rewrite.planner import plan

UV = "COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"
SYNC = "WORKDIR /srv/web\nCOPY . .\nRUN uv sync --frozen\n"
PYTHON3 = "RUN apt-get update && apt-get install -y python3\n"
START = 'CMD ["/srv/web/.venv/bin/serve"]\n'
FOLDER = "/opt/uv-python"


def static(text: str, context: Path | None = None):
    return plan(text, None, lambda _: None, context=context)


def froms(text: str, context: Path | None = None) -> list[str]:
    """The images of both stages."""
    result = static(text, context)
    assert result.outcome == "rewritten", result
    return [line.split()[1] for line in result.text.splitlines() if line.startswith("FROM")]


@pytest.mark.parametrize(
    ("head", "builder", "runner", "folder"),
    [
        ("FROM debian:trixie-slim\n" + UV, "debian:trixie-slim", "debian:trixie-slim", FOLDER),
        ("FROM docker.io/library/ubuntu:24.04\n" + UV, *["docker.io/library/ubuntu:24.04"] * 2, FOLDER),
        (
            "FROM ghcr.io/astral-sh/uv:bookworm-slim\nENV UV_PYTHON_INSTALL_DIR=/py\n",
            "ghcr.io/astral-sh/uv:bookworm-slim",
            "debian:bookworm-slim",
            "/py",
        ),
        (
            "FROM ghcr.io/astral-sh/uv:debian-slim\n",
            "ghcr.io/astral-sh/uv:trixie-slim",
            "debian:trixie-slim",
            FOLDER,
        ),
        ("FROM ghcr.io/astral-sh/uv:alpine\n", "ghcr.io/astral-sh/uv:alpine3.22", "alpine:3.22", FOLDER),
        (
            "FROM ghcr.io/astral-sh/uv:0.13-alpine3.22\nRUN uv python install 3.13\n",
            "ghcr.io/astral-sh/uv:0.13-alpine3.22",
            "alpine:3.22",
            FOLDER,
        ),
    ],
)
def test_r4_the_python_that_uv_fetches_goes_over(head: str, builder: str, runner: str, folder: str) -> None:
    assert froms(head + SYNC + START) == [builder, runner]
    result = static(head + SYNC + START)
    assert f"COPY --from=builder {folder} {folder}\n" in last_stage(result)
    assert "ENV UV_PYTHON_PREFERENCE=only-managed\n" in result.text
    assert (folder == FOLDER) == (f"ENV UV_PYTHON_INSTALL_DIR={FOLDER}\n" in result.text)
    assert "UV_PYTHON_PREFERENCE" not in last_stage(result)


@pytest.mark.parametrize(
    ("head", "wants", "own"),
    [
        (
            "FROM debian:bookworm-slim\n" + PYTHON3 + UV,
            ">=3.11",
            True,
        ),
        (
            "FROM debian:bookworm-slim\n" + PYTHON3 + UV,
            ">=3.12",
            False,
        ),
        ("FROM alpine:3.22\nRUN apk add --no-cache python3 uv\n", "==3.12.*", True),
        ("FROM ubuntu:noble\nRUN apt-get update && apt-get -qq install -y git python3.12\n" + UV, "", True),
        ("FROM ghcr.io/astral-sh/uv:trixie\n", ">=3.13", True),
        ("FROM ghcr.io/astral-sh/uv:trixie\nRUN uv python install\n", ">=3.13", False),
    ],
)
def test_r6_the_distributions_python_is_used_where_it_fits(
    tmp_path: Path, head: str, wants: str, own: bool
) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "a"\nrequires-python = "{wants}"\n')
    result = static(head + SYNC + START, tmp_path)
    assert result.outcome == "rewritten", result
    assert ("ENV UV_PYTHON_DOWNLOADS=never" in result.text) == own
    assert (f"COPY --from=builder {FOLDER} {FOLDER}" in result.text) != own


def test_r33_the_packages_of_uv_and_of_python_are_no_choice() -> None:
    result = static("FROM alpine:3.22\nRUN apk add --no-cache python3 uv curl\n" + SYNC + START)
    assert "RUN apk add --no-cache python3 curl\n" in last_stage(result)
    assert {d.id for d in result.decisions if d.id.startswith("package-")} == {"package-curl"}


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        ("FROM ghcr.io/astral-sh/uv:0.5-debian-slim\n", "R2"),  # which release that version had differs
        ("FROM debian\n" + PYTHON3 + UV, "R6"),
        ("FROM debian:trixie-slim\n" + UV + "USER who\n", "R1"),
        ("FROM mirror.example/python-with-uv:1\n", "R5"),
    ],
)
def test_what_the_text_does_not_tell_is_named(tmp_path: Path, head: str, rule: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nrequires-python = ">=3.11"\n')
    assert refused(static(head + SYNC + START, tmp_path))[0] == rule


@pytest.mark.parametrize(
    ("head", "runner"),
    [
        ("FROM mirror.example/ghcr/astral-sh/uv:python3.12-bookworm-slim\n", "python:3.12-slim-bookworm"),
        ("ARG HUB=ghcr.io\nFROM ${HUB}/astral-sh/uv:python3.13-alpine\n", "python:3.13-alpine"),
        ("FROM mirror.gcr.io/library/python:3.13-slim\n" + UV, "mirror.gcr.io/library/python:3.13-slim"),
        (
            "FROM corp.net:5000/python:3.13-slim-trixie\n" + UV,
            "corp.net:5000/python:3.13-slim-trixie",
        ),
        (
            "FROM index.docker.io/library/python:3.13-slim\nCOPY --from=c.example/astral-uv:0.8 /uv /bin/\n",
            "index.docker.io/library/python:3.13-slim",
        ),
    ],
)
def test_r2_mirrors_are_known_by_their_names_and_what_they_hold(head: str, runner: str) -> None:
    assert froms(head + SYNC + START)[-1] == runner
