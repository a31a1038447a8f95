"""Calls of uv in shell text: what is a sync, of which project, and where its environment goes."""

from __future__ import annotations

import pytest

from uvdive.rewrite.planner import plan
from uvdive.uv.calls import calls_sync, uv_calls


@pytest.mark.parametrize(
    "text",
    [
        "uv sync",
        "pip install uv && uv sync --frozen",
        "/bin/uv --directory backend -q sync",
        "cd /srv && UV_LINK_MODE=copy uv sync",
        "if true; then uv sync; fi",
    ],
)
def test_a_sync_is_found_wherever_it_stands(text: str) -> None:
    assert calls_sync(text)
    assert "sync" in [call.name for call in uv_calls(text) or ()]


@pytest.mark.parametrize(
    "text",
    ["uv pip sync a.txt", "pip install uv && uv pip sync a.txt --system", "rsync uv", "uv run sync", "uv -q"],
)
def test_what_only_looks_like_a_sync_is_none(text: str) -> None:
    assert not calls_sync(text)
    assert "sync" not in [call.name for call in uv_calls(text) or ()]


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("uv sync", "/srv"),
        ("cd backend && uv sync", "/srv/backend"),
        ("uv sync --directory backend", "/srv/backend"),
        ("uv --project=../other sync", "/other"),
        ("cd $X && uv sync", None),
        ("uv run --directory a b --directory c", "/srv/a"),
    ],
)
def test_the_folder_of_a_call_is_the_one_that_uv_looks_in(text: str, folder: str | None) -> None:
    calls = uv_calls(text, "/srv")
    assert calls is not None
    assert calls[-1].folder == folder


def test_r7_the_environment_is_beside_the_project_that_is_synced() -> None:
    text = (
        "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\nWORKDIR /srv\nCOPY . .\n"
        'RUN cd backend && uv sync --frozen\nWORKDIR /srv/backend\nCMD ["uv", "run", "flask"]\n'
    )
    result = plan(text, None, lambda _: None)
    assert result.outcome == "rewritten"
    assert "VIRTUAL_ENV=/srv/backend/.venv\n" in result.text
