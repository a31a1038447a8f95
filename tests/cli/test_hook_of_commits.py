"""What `.pre-commit-hooks.yaml` promises: its entry takes files, also behind options of a project's own."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


def test_there_is_one_hook_for_dockerfiles_that_installs_itself() -> None:
    (hook,) = HOOKS
    assert (hook["id"], hook["language"], hook["types"]) == ("uvdive-check", "python", ["dockerfile"])


@pytest.mark.parametrize("arguments", [[], ["--fail-level", "medium"]])
def test_its_entry_takes_the_files_that_are_appended(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM ghcr.io/astral-sh/uv:bookworm-slim\n")  # a frozen tag: medium
    (tmp_path / "other.dockerfile").write_text("FROM a\n")
    program, *entry = shlex.split(HOOKS[0]["entry"])
    assert program == "uvdive"
    ran = subprocess.run(
        [sys.executable, "-m", "uvdive", *entry, *arguments, "Dockerfile", "other.dockerfile"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == int(bool(arguments)), ran.stderr
    assert "Dockerfile: " in ran.stdout
    assert "other.dockerfile: " in ran.stdout
