"""Files of several stages, planned by their text: what is mended, what is told, and that it is done then."""

from __future__ import annotations

from made_images import buildkit

from rewrites.hadolint import broken
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

BUILD = """\
FROM python:3.12-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/
WORKDIR /app
COPY . .
RUN uv sync --frozen
"""
START = 'ENV PATH="/app/.venv/bin:$PATH"\nCMD ["python", "main.py"]\n'


def of(*lines: str, build: str = BUILD, base: str = "python:3.12-slim", start: str = START) -> str:
    """A Dockerfile whose last stage has these lines."""
    return f"{build}FROM {base}\n" + "".join(f"{line}\n" for line in lines) + start


def static(text: str) -> RewritePlan:
    """The plan by the text; an improved file is a right one that needs nothing more."""
    result = plan(text, None, lambda _: None)
    accepted(result)
    return result


def accepted(result: RewritePlan) -> None:
    """BuildKit and hadolint take what came out, and planned again nothing is left of what was mended."""
    if result.outcome != "improved":
        assert result.text == result.original
        return
    assert buildkit.parse_string(result.text)
    assert broken(result.text) <= broken(result.original)
    again = plan(result.text, None, lambda _: None)
    assert again.outcome == "unchanged", again.diff
    assert not {w.rule for w in again.warnings} & {decision.rule for decision in result.decisions}


def last_stage(text: str) -> list[str]:
    """The lines of the last stage, without what starts it."""
    return text[text.rindex("FROM ") :].replace(START, "").splitlines()[1:]


def told(result: RewritePlan) -> list[tuple[str, int | None]]:
    """Rule and line of each warning."""
    return [(warning.rule, warning.line) for warning in result.warnings]
