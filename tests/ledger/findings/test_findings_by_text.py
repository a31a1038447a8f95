"""What a Dockerfile's text alone tells, with its line and no bytes; and what it must not tell."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.stages import read_stages
from uvdive.dockerfile.text.syntax import parse
from uvdive.ledger.findings.by_text import find_by_text
from uvdive.ledger.findings.recipe import Recipe

FROM = "FROM ghcr.io/astral-sh/uv:0.9.2-python3.13-trixie-slim\n"


def told(text: str) -> list[tuple[str, str, int | None, int]]:
    dockerfile = parse(text)
    found = find_by_text(Recipe(read_stages(dockerfile), dockerfile.escape))
    return [(item.id, item.severity, item.line, item.bytes) for item in found]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("FROM ghcr.io/astral-sh/uv:latest\n", ("uv-tag-unpinned", "info", 1, 0)),
        ("FROM a\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/\n", ("uv-tag-unpinned", "info", 2, 0)),
        ("FROM ghcr.io/astral-sh/uv:bookworm-slim\n", ("uv-tag-frozen", "medium", 1, 0)),
        (f"{FROM}ENV API_TOKEN=hunter2-hunter2\n", ("secrets-in-settings", "high", 2, 0)),
        (f"{FROM}ARG TOKEN\nENV GH=$TOKEN\n", ("secrets-in-settings", "high", 3, 0)),
        (
            f"{FROM}RUN --mount=type=cache,target=/cache/uv uv sync\n",
            ("cache-mount-wrong-path", "medium", 2, 0),
        ),
    ],
)
def test_a_text_tells(text: str, finding: tuple[str, str, int, int]) -> None:
    assert told(text) == [finding]


@pytest.mark.parametrize(
    "text",
    [
        FROM,
        "FROM ghcr.io/astral-sh/uv@sha256:0123456789abcdef\n",
        f"{FROM}ARG API_TOKEN=changeme\nENV API_TOKEN=changeme\n",
        f"{FROM}ENV API_TOKEN=hunter2-hunter2\nFROM a\n",  # no container of the image sees that
        f"{FROM}RUN --mount=type=cache,target=/root/.cache/uv uv sync\n",
        f"{FROM}USER app\nRUN --mount=type=cache,target=/home/app/.cache/uv uv sync\n",  # no passwd tells
        f"{FROM}ENV UV_CACHE_DIR=/cache/uv\nRUN --mount=type=cache,target=/cache/uv uv sync\n",
    ],
)
def test_a_text_does_not_tell(text: str) -> None:
    assert told(text) == []


def test_findings_stand_in_the_order_of_their_lines() -> None:
    text = "FROM ghcr.io/astral-sh/uv:latest AS a\nENV API_TOKEN=hunter2-hunter2\n"
    assert [line for _, _, line, _ in told(f"{text}COPY --from=ghcr.io/astral-sh/uv:slim /uv /\n")] == [
        1,
        2,
        3,
    ]
