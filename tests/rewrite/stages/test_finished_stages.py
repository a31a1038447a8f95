"""Files that have several stages already (R45)."""

from __future__ import annotations

import pytest

from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

WHOLE = "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n"
START = 'CMD ["uv", "run", "flask"]\n'
UV = "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS build\n" + WHOLE
RUNNER = "FROM python:3.13-slim-trixie\nCOPY --from=build /app /app\n"


def static(text: str) -> RewritePlan:
    return plan(text, None, lambda _: None)


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        (UV + RUNNER + "COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/uv\n" + START, "R45", 7),
        (UV + RUNNER + "COPY --from=build /usr/local/bin/uv /bin/\n" + START, "R45", 7),
        (UV + RUNNER + "RUN pip install -U uv\n" + START, "R45", 7),
        (UV + "FROM ghcr.io/astral-sh/uv:python3.13-alpine\nCOPY --from=build /app /app\n" + START, "R45", 5),
        (UV + RUNNER + START, "R45", 7),
    ],
)
def test_r45_what_is_wrong_in_several_stages_is_named(text: str, rule: str, line: int) -> None:
    result = static(text)
    assert result.refusal is not None
    assert (result.refusal.rule, result.refusal.line) == (rule, line)


def test_r45_a_last_stage_without_uv_is_left_alone() -> None:
    result = static(UV + RUNNER + 'CMD ["/app/.venv/bin/flask"]\n')
    assert (result.outcome, result.diff) == ("unchanged", "")
