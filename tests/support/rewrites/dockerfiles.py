"""What the tests of the rewrite begin with, the text of a Dockerfile, and how they read what comes out."""

from __future__ import annotations

import re

from uvdive.rewrite.plan import Decision, RewritePlan

SPLIT = re.MULTILINE | re.DOTALL
UV_IMAGE = "ghcr.io/astral-sh/uv:python3.13-trixie-slim"
BASE = f"FROM {UV_IMAGE}\n"
IN_APP = f"{BASE}WORKDIR /app\n"
SYNC_ALONE = "WORKDIR /app\nCOPY uv.lock ./\nRUN uv sync --frozen --no-dev\n"
SYNC = f"{SYNC_ALONE}COPY src /app/src\n"
SYNC_WITH_DEV = SYNC.replace(" --no-dev", "")
FLASK = 'CMD ["uv", "run", "flask", "run"]\n'


def base_as(name: str) -> str:
    """The same FROM with a name for its stage."""
    return f"FROM {UV_IMAGE} AS {name}\n"


def last_stage(result: RewritePlan) -> str:
    """The text of the last stage, behind what it shares with the build."""
    assert result.outcome == "rewritten", result.refusal
    last = result.text[result.text.rindex("FROM ") :]
    shared = re.search(
        r"^# What both stages need of the system\.\n(FROM \S+)[^\n]*\n(.*?)^FROM ", result.text, SPLIT
    )
    if shared is None:
        return last
    head, _, rest = last.partition("\n")
    return f"{shared[1]} AS {head.split()[-1]}\n{shared[2]}{rest.lstrip()}"


def runner(result: RewritePlan) -> list[str]:
    """The lines of the last stage, without those that are blank."""
    return [line for line in last_stage(result).splitlines() if line]


def both_stages(result: RewritePlan) -> tuple[str, str]:
    """The text of the stages that build, with one line end, and of the new one without its comment."""
    assert result.outcome == "rewritten", result.refusal
    build, _, run = result.text.partition("\n\n# The final image")
    return f"{build}\n", run.partition("\n")[2]


def refused(result: RewritePlan) -> tuple[str, int | None]:
    """Rule and line of why nothing is divided: a refusal, or the reason why the stage stays one (R61).

    Refused, nothing is changed, and the reason is a whole sentence.
    """
    whole = decision(result, "single-stage")
    if whole is not None:
        assert result.outcome == "improved"
        return whole.rule, whole.line
    assert result.outcome == "refused", result.text
    assert result.text == result.original
    assert result.refusal is not None
    assert result.refusal.reason.endswith((".", ")"))
    return result.refusal.rule, result.refusal.line


def decision(result: RewritePlan, name: str) -> Decision | None:
    """The decision with this id, if there was one to make."""
    return next((each for each in result.decisions if each.id == name), None)


def warned(result: RewritePlan, rule: str) -> list[tuple[int | None, str]]:
    """Lines and texts of the warnings by a rule."""
    assert result.outcome in ("rewritten", "improved"), result.refusal
    return [(warning.line, warning.text) for warning in result.warnings if warning.rule == rule]
