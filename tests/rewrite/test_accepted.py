"""Other tools accept what comes out: hadolint parses it and finds no error that the original lacks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import dockerfile as buildkit
import pytest

from uvdive.rewrite.planner import plan

PROJECTS = Path(__file__).parent.parent / "data" / "projects"
FILES = sorted(PROJECTS.glob("*/Dockerfile"))
HADOLINT = Path(sys.executable).parent / "hadolint"


def errors(text: str) -> set[str]:
    """hadolint's rules of severity error that a text breaks; DL1000 is a parse error."""
    done = subprocess.run(
        [HADOLINT, "--no-fail", "-f", "json", "-"], input=text, capture_output=True, text=True, check=True
    )
    return {found["code"] for found in json.loads(done.stdout) if found["level"] == "error"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_hadolint_and_buildkit_accept_a_draft_of_every_example(path: Path) -> None:
    text = path.read_text()
    result = plan(text, None, lambda _: None, context=path.parent)
    assert buildkit.parse_string(result.text)
    assert errors(result.text) <= errors(text)
    if result.outcome == "rewritten":
        again = plan(result.text, None, lambda _: None, context=path.parent)
        assert (again.outcome, again.text) == ("unchanged", result.text)
