"""R44 and R53: several stages and targets, and which name means what afterwards."""

from __future__ import annotations

import pytest

from uvdive.rewrite.planner import plan

BASE = "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim{name}\n"
SYNC = "WORKDIR /app\nCOPY uv.lock ./\nRUN uv sync --frozen --no-dev\n"
START = 'CMD ["uv", "run", "flask", "run"]\n'
PATHS = "ENV PATH=/app/.venv/bin:$PATH \\\n    VIRTUAL_ENV=/app/.venv\n"


def static(text: str):
    result = plan(text, None, lambda _: None)
    assert result.outcome == "rewritten", result.refusal
    assert plan(result.text, None, lambda _: None).outcome == "unchanged"
    return result


def test_r53_a_last_stage_on_a_stage_with_uv_only_starts_what_that_built() -> None:
    text = BASE.format(name=" AS base") + SYNC + "\n# what runs\nFROM base AS web\nEXPOSE 80\n" + START
    result = static(text)
    assert result.text == (
        "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS base\n"
        "# A Python that uv downloads would be missing in the final image.\n"
        "ENV UV_PYTHON_DOWNLOADS=never\n" + SYNC + "\n# what runs\n"
        "FROM python:3.13-slim-trixie AS web\n" + PATHS + "COPY --from=base /app /app\n"
        'WORKDIR /app\nEXPOSE 80\nCMD ["flask", "run"]\n'
    )
    assert [d.rule for d in result.decisions if d.id == "last-stage"] == ["R53"]


def test_r53_a_last_stage_that_builds_too_is_divided() -> None:
    text = BASE.format(name=" AS base") + SYNC + "FROM base AS web\nCOPY src /app/src\n" + START
    result = static(text)
    assert "FROM base AS builder\nCOPY src /app/src\n\nFROM python:3.13-slim-trixie AS web\n" in result.text
    assert "COPY --from=builder /app /app\n" in result.text


def test_r44_other_targets_stay_and_are_named() -> None:
    shared = BASE.format(name=" AS base") + SYNC
    others = 'FROM base AS test\nRUN pytest\n\nFROM base AS worker\nCMD ["uv", "run", "worker"]\n\n'
    result = static(shared + others + "FROM base AS web\n" + START)
    assert result.text.startswith(shared + others + "FROM python:3.13-slim-trixie AS web\n")
    assert [w.text.split()[2] for w in result.warnings if w.rule == "R44"] == ["test", "worker"]


def test_r44_auxiliary_stages_are_not_touched() -> None:
    aux = "FROM node:22 AS assets\nRUN npm run build\n\n# the app\n"
    copied = "COPY --from=assets /out /app/static\n"
    result = static(aux + BASE.format(name="") + SYNC + copied + START)
    assert result.text.startswith(aux + "FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS builder\n")
    assert copied + "\nFROM python:3.13-slim-trixie AS runner\n" in result.text


@pytest.mark.parametrize(
    ("name", "builder", "runner"), [("app", "builder", "app"), ("base", "base", "runner")]
)
def test_r44_a_name_that_people_build_by_stays_with_what_runs(name, builder, runner) -> None:
    result = static(BASE.format(name=f" AS {name}") + SYNC + START)
    stages = [line for line in result.text.splitlines() if line.startswith("FROM")]
    assert [line.split()[-1] for line in stages] == [builder, runner]
    assert [w.rule for w in result.warnings if w.rule == "R44"] == (["R44"] if name == "base" else [])


def test_r53_with_an_image_the_chain_is_read_as_one_stage(project, node) -> None:
    text = BASE.format(name=" AS base") + SYNC + "FROM base AS web\nCOPY src /app/src\n" + START
    result = project(text).plan(choices={"layers": "whole"})
    assert result.outcome == "rewritten", result.refusal
    assert "COPY --from=builder /app /app\n" in result.text


def test_the_authors_case_is_kept() -> None:
    text = (BASE.format(name="") + SYNC + START).replace("FROM", "from").replace("RUN", "run")
    text = text.replace("COPY", "copy").replace("WORKDIR", "workdir").replace("CMD", "cmd")
    result = static(text)
    words = {line.split()[0] for line in result.text.splitlines() if line and not line.startswith(("#", " "))}
    assert all(word.islower() for word in words)
    assert " as builder\n" in result.text


def test_r53_an_entrypoint_resets_the_cmd_of_the_stage_below() -> None:
    text = (
        BASE.format(name=" AS base") + SYNC + START + 'FROM base AS web\nENTRYPOINT ["uv", "run", "flask"]\n'
    )
    run = static(text).text.partition("AS web\n")[2]
    assert 'ENTRYPOINT ["flask"]\n' in run
    assert "CMD" not in run
