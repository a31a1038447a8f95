"""Every example project, planned by its text alone: never a crash, never a wrong file, never twice."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from made_images import buildkit
from rewrites.dockerfiles import refused

from uvdive.dockerfile.text.syntax import parse
from uvdive.rewrite.planner import plan

PROJECTS = Path(__file__).parents[1] / "data" / "projects"
FILES = sorted(path for path in PROJECTS.glob("*/Dockerfile*") if ".multistage" not in path.name)
REFUSED = {"baked": "R2", "uvx": "R24"}
WHOLE = {"system": "R10"}


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


# Where in the new text a decision shows: the instructions that it made or changed.
SHOWN = {
    "build-packages": {"RUN"},
    "common-base": {"COPY"},
    "copies": {"COPY"},
    "environment-variables": {"ENV"},
    "folders": {"RUN"},
    "layers": {"COPY"},
    "os-packages": {"RUN"},
    "project-files": {"COPY"},
    "python-downloads": {"ENV"},
    "runner-base": {"FROM"},
    "runtime-libraries": {"RUN"},
    "start-uv-run": {"CMD", "ENTRYPOINT", "HEALTHCHECK"},
    "system-install": {"COPY"},
    "targets": {"FROM"},
    "tool-links": {"COPY"},
    "users": {"RUN"},
    "uv-cache-mounted": {"ENV", "RUN"},
    "uv-mounted": {"FROM", "RUN"},
}
ALWAYS = {"copies", "environment-variables", "python-downloads", "runner-base", "start-uv-run", "users"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_decision_points_to_what_it_made_of_the_text(path) -> None:
    result = planned(path)
    lines = result.text.split("\n")
    instructions = parse(result.text).instructions
    for decision in result.decisions:
        assert list(decision.new_lines) == sorted(set(decision.new_lines)), decision.id
        shown = {
            next(
                (each.keyword for each in instructions if 0 <= n - each.line < each.source.count("\n")),
                lines[n - 1],
            )
            for n in decision.new_lines
        } - {""}
        assert shown <= SHOWN.get(decision.id, set()), decision.id
        assert shown or decision.id not in ALWAYS, decision.id
    known = [decision.line for decision in result.decisions if decision.line is not None]
    known += [warning.line for warning in result.warnings if warning.line is not None]
    assert {line for line in known if result.outcome != "refused"} <= {
        each.line for each in parse(result.original).instructions
    }
