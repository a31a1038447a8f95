"""R41 and R44: uv's tools, and stage names that mean another stage afterwards."""

from __future__ import annotations

BASE = "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim{name}\n"
SYNC = "WORKDIR /app\nCOPY uv.lock ./\nRUN uv sync --frozen --no-dev\n"
START = 'CMD ["uv", "run", "flask", "run"]\n'


def test_r41_a_tool_that_would_stay_behind_is_refused_with_its_line(project) -> None:
    result = project(BASE.format(name="") + SYNC + "RUN uv tool install ruff\n" + START).plan()
    assert result.outcome == "refused"
    assert (result.refusal.rule, result.refusal.line) == ("R41", 5)


def test_r41_without_an_image_the_text_is_enough(project) -> None:
    from uvdive.rewrite.planner import plan

    text = BASE.format(name="") + SYNC + "RUN set -e; uv tool install ruff\n" + START
    assert plan(text, None, lambda _: None).refusal.rule == "R41"


def test_r44_the_author_s_stage_name_is_said_to_be_the_build_stage_now(project) -> None:
    result = project(BASE.format(name=" AS app") + SYNC + START).plan()
    (warning,) = [warning for warning in result.warnings if warning.rule == "R44"]
    assert "--target app" in warning.text
    assert warning.line == 1
    unnamed = project(BASE.format(name="") + SYNC + START).plan()
    assert not [warning for warning in unnamed.warnings if warning.rule == "R44"]
