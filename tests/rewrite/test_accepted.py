"""Other tools accept what comes out: hadolint parses it and finds nothing but what the original has."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import buildkit
from rewrites.hadolint import broken_anew

from uvdive.rewrite.planner import plan

PROJECTS = Path(__file__).parent.parent / "data" / "projects"
FILES = sorted(PROJECTS.glob("*/Dockerfile"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_hadolint_and_buildkit_accept_a_draft_of_every_example(path: Path) -> None:
    text = path.read_text()
    result = plan(text, None, lambda _: None, context=path.parent)
    assert buildkit.parse_string(result.text)
    assert not broken_anew(text, result.text)
    for choice in ((d.id, a.value) for d in result.decisions for a in d.alternatives if a.value != d.chosen):
        other = plan(text, None, lambda _: None, context=path.parent, choices=dict([choice]))
        assert not broken_anew(text, other.text), choice
    if result.outcome == "rewritten":
        again = plan(result.text, None, lambda _: None, context=path.parent)
        assert (again.outcome, again.text) == ("unchanged", result.text)
