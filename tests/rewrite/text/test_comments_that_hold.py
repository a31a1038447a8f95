"""Comments that no longer hold are left out of the new text, and named; all others stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.dockerfiles import decision

from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

UV = "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim\n"
BODY = "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen --no-cache\n"
START = 'CMD ["uv", "run", "--no-sync", "main.py"]\n'
USER = "RUN useradd --uid 1500 shop\n"


def drafted(text: str, folder: Path) -> RewritePlan:
    (folder / ".dockerignore").write_text(".venv\n")
    (folder / "pyproject.toml").write_text("[project]\nname = 'a'\n")
    (folder / "uv.lock").write_text("version = 1\n")
    (folder / "main.py").touch()
    result = plan(text, None, lambda _: None, context=folder)
    assert result.outcome == "rewritten", result.refusal
    return result


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        (UV + BODY + "# starts with uv run\n" + START, "# starts with uv run"),
        (UV + BODY + "ENV A=1\n\n# Through uv,\n# as the readme says\n" + START, "# as the readme says"),
        ("# A Python with uv\n" + UV + USER + BODY + START, "# A Python with uv"),
        ("# Final image\n" + UV + BODY + START, "# Final image"),
        ("# Small, single-stage\n" + UV + BODY + START, "# Small, single-stage"),
        ("# syntax=docker/dockerfile:1\n# Final image\n" + UV + BODY + START, "# Final image"),
        ("# --- The production stage ---\n" + UV + BODY + START, "# --- The production stage ---"),
    ],
)
def test_a_comment_on_what_is_gone_goes_too_and_is_named(tmp_path: Path, text: str, comment: str) -> None:
    result = drafted(text, tmp_path)
    assert f"{comment}\n" not in result.text
    assert result.text.startswith("# syntax=docker/dockerfile:1\n") is text.startswith("# syntax")
    assert f"“{comment}”" in decision(result, "comments").reason


@pytest.mark.parametrize(
    "text",
    [
        "# The shop:\n# a single stage for all.\n" + UV + BODY + START,  # what the file says of itself
        "# The shop. Production images are built by CI.\n" + UV + BODY + START,
        "# A Python with uv\n" + UV + BODY + START,  # the build stage still has it
        UV + BODY + "# the port\nEXPOSE 80\n# no shell\n" + START,
        UV + BODY.replace("RUN", "# uv never asks\nRUN") + START,
        UV + BODY + '# what uv made\nLABEL by="uv"\n' + START,
    ],
)
def test_all_others_stay(tmp_path: Path, text: str) -> None:
    result = drafted(text, tmp_path)
    for line in text.splitlines():
        if line.startswith("#"):
            assert f"{line}\n" in result.text
    assert decision(result, "comments") is None


def test_what_speaks_of_the_build_alone_is_not_repeated_in_the_last_stage(tmp_path: Path) -> None:
    text = UV + BODY.replace("COPY", "# uv reads the lock\nCOPY") + START
    result = drafted(text, tmp_path)
    assert result.text.count("# uv reads the lock") == 1
    assert decision(result, "comments") is None


def test_with_uv_in_the_image_its_comments_hold(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(
        "services:\n  web:\n    build: .\n    command: sh -c 'uv run main.py'\n"
    )
    text = UV + BODY + "# uv is there\n" + 'CMD ["python", "main.py"]\n'
    result = plan(text, None, lambda _: None, context=tmp_path, choices={"uv-elsewhere": "shim"})
    assert "# uv is there\n" in result.text


def test_comments_of_targets_that_no_longer_hold_go_too(tmp_path: Path) -> None:
    shared = f"FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS base\n# by uv\n{BODY}"
    worker = f"# the jobs, by uv run\nFROM base AS jobs\n# uv starts them\n{START}\n"
    result = drafted(f"{shared}{worker}# the shop\nFROM base AS web\n# uv starts it\n{START}", tmp_path)
    for gone in ("# the jobs, by uv run", "# uv starts them", "# uv starts it"):
        assert f"{gone}\n" not in result.text
        assert f"“{gone}”" in decision(result, "comments").reason
    assert "# by uv\n" in result.text
    assert "# the shop\nFROM runtime AS web\n" in result.text
