"""Every example project, planned by its text alone: never a crash, never a wrong file, never twice."""

from __future__ import annotations

import itertools
from pathlib import Path

import dockerfile as buildkit
import pytest
from dockerfiles import refused

from uvdive.rewrite.planner import plan

PROJECTS = Path(__file__).parents[1] / "data" / "projects"
FILES = sorted(path for path in PROJECTS.glob("*/Dockerfile*") if ".multistage" not in path.name)
REFUSED = {"baked": "R2", "uvx": "R24"}
WHOLE = {"tool": "R41", "usrlocal": "R10", "system": "R10"}


def planned(path: Path, text: str | None = None, **choices: str):
    named = {name.replace("_", "-"): value for name, value in choices.items()}
    text = path.read_text() if text is None else text
    return plan(text, None, lambda _: None, context=path.parent, choices=named)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_plan_from_the_text_is_a_dockerfile_that_needs_no_second_one(path) -> None:
    result = planned(path)
    if result.outcome == "refused":
        assert result.text == result.original
        assert result.refusal.rule.startswith("R")
        assert result.refusal.reason.endswith(".")
        return
    assert buildkit.parse_string(result.text)
    again = planned(path, result.text)
    assert (again.outcome, again.text) == ("unchanged", result.text), again.refusal


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_combination_of_choices_from_the_text_is_valid(path) -> None:
    offered = {d.id: [a.value for a in d.alternatives] for d in planned(path).decisions if d.alternatives}
    if not offered:
        return
    for values in itertools.islice(itertools.product(*offered.values()), 64):
        chosen = dict(zip(offered, values, strict=True))
        result = plan(path.read_text(), None, lambda _: None, context=path.parent, choices=chosen)
        assert result.outcome in ("rewritten", "improved")
        assert buildkit.parse_string(result.text)
        assert planned(path, result.text).outcome == "unchanged"


@pytest.mark.parametrize(("name", "rule"), WHOLE.items())
def test_what_the_text_does_not_tell_stays_in_one_stage(name, rule) -> None:
    assert refused(planned(PROJECTS / name / "Dockerfile"))[0] == rule


@pytest.mark.parametrize(("name", "rule"), REFUSED.items())
def test_what_the_text_does_not_tell_is_refused(name, rule) -> None:
    assert planned(PROJECTS / name / "Dockerfile").refusal.rule == rule
