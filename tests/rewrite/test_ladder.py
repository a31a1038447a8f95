"""The ladder of a plan: its steps, their bytes, and why one cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from uvdive.distro.release import OsRelease
from uvdive.rewrite.evidence.system.uses import Asked, Uses
from uvdive.rewrite.plan import RewritePlan, Rung

TEXT = """FROM ghcr.io/astral-sh/uv:trixie-slim
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD ["python", "main.py"]
"""
PYTHON = "/root/.local/share/uv/python/cpython-3.13.5-linux-x86_64-gnu"
LIB = f"{PYTHON}/lib/python3.13"

Planned = Callable[..., RewritePlan]


@pytest.fixture
def planned(project, node, env, tmp_path: Path) -> Planned:
    """Plans an image with uv's Python, of which IDLE has ``idle`` bytes."""

    def plan(
        choices: Mapping[str, str] | None = None,
        ladder: Mapping[str, str] | None = None,
        *,
        idle: int = 0,
        python: int = 300,
        uses: Uses | None = None,
        **image: Any,
    ) -> RewritePlan:
        wrote = {
            "RUN uv sync": {
                "/app/.venv/bin/python": node(link=f"{PYTHON}/bin/python3.13"),
                f"{PYTHON}/bin/python3.13": node(python),
                f"{LIB}/os.py": node(100),
                **({f"{LIB}/idlelib/run.py": node(idle)} if idle else {}),
            }
        }
        made = project(TEXT, wrote, environments=[env(interpreter=f"{PYTHON}/bin/python3.13")], **image)
        planner: Any = made.planner(context=tmp_path, asked=Asked(lambda: uses or Uses()))
        result: RewritePlan = planner.plan(choices or {}, {} if ladder is None else ladder)
        return result

    return plan


def rung(plan: RewritePlan, name: str) -> Rung:
    return next(each for each in plan.ladder if each.id == name)


def test_nobody_climbs_unless_somebody_asks(project, tmp_path: Path) -> None:
    asked = Asked(lambda: pytest.fail("nobody asked"))
    assert project(TEXT).planner(context=tmp_path, asked=asked).plan({}).ladder == ()


def test_each_step_has_the_bytes_of_its_own_plan(planned: Planned) -> None:
    plan = planned(idle=5000)
    assert [each.id for each in plan.ladder] == ["multi-stage", "distroless", "trimmed"]
    for each in plan.ladder:
        if not each.why:
            taken = planned(dict(each.choices), idle=5000)
            assert taken.predicted is not None
            assert taken.predicted.after_bytes == each.predicted_bytes
            assert [other.id for other in taken.ladder if other.chosen] == [each.id]


def test_the_trimmed_step_takes_the_python_with_which_it_is_smallest(planned: Planned) -> None:
    plan = planned(idle=5000)
    assert dict(rung(plan, "trimmed").choices) == {"python": "managed", "trim": "all"}
    assert rung(plan, "multi-stage").chosen


def test_a_step_that_would_be_larger_is_none(planned: Planned) -> None:
    assert rung(planned(idle=5000, python=900), "trimmed").why == "it would save nothing more"


def test_a_step_that_saves_next_to_nothing_is_none(planned: Planned) -> None:
    kept = {"python": "managed"}
    assert rung(planned(kept, kept, idle=1, python=9000), "trimmed").why == "it would save only 1 B"
    assert not rung(planned(kept, kept, idle=50, python=9000), "trimmed").why


def test_what_the_user_chose_holds_on_each_step(planned: Planned) -> None:
    plan = planned({"python": "image"}, {"python": "image"}, idle=5000)
    assert rung(plan, "trimmed").why == "nothing was found that could go"
    named = planned({}, {"trim": "idle"}, idle=5000)
    assert dict(rung(named, "trimmed").choices)["trim"] == "idle"
    assert "trim" not in dict(rung(named, "multi-stage").choices)


def test_a_step_that_cannot_be_had_says_why(planned: Planned) -> None:
    used = planned(idle=5000, uses=Uses(modules={"idlelib": "/app/a.py"}))
    assert rung(used, "trimmed").why == "nothing was found that could go"
    assert rung(used, "trimmed").predicted_bytes is None
    assert rung(used, "distroless").why


def test_where_no_smaller_base_is_known_that_is_why(planned: Planned) -> None:
    why = rung(planned(os=OsRelease("debian", "11", "bullseye")), "distroless").why
    assert why == "no smaller base is known that has this system's libraries"


def test_on_alpine_the_step_is_the_plain_system(planned: Planned) -> None:
    step = rung(planned(os=OsRelease("alpine", "3.22.1", "")), "distroless")
    assert (step.words, dict(step.choices)["final-base"]) == ("on alpine:3.22", "alpine:3.22")
    assert "alpine:3.22 is not at hand" in step.why


def test_targets_that_copy_the_same_keep_the_trim_away(project, tmp_path: Path) -> None:
    text = (
        "FROM python:3.13-slim-trixie AS base\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"
        "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen\nENV PATH=/app/.venv/bin:$PATH\n"
        'FROM base AS worker\nFROM base\nCMD ["python", "a.py"]\n'
    )
    made = project(text, base_uv=False)
    made.text = text.replace("AS worker\n", 'AS worker\nCMD ["python", "w.py"]\n')
    plan = made.planner(context=tmp_path, asked=Asked(Uses)).plan({}, {})
    assert "other targets copy the same" in rung(plan, "trimmed").why


def test_a_file_whose_stages_stay_has_no_ladder(project, tmp_path: Path) -> None:
    text = (
        "FROM python:3.13-slim-trixie AS builder\nRUN uv sync\n"
        "FROM python:3.13-slim-trixie\nCOPY --from=builder /app/.venv /app/.venv\n"
    )
    plan = project(text).planner(context=tmp_path, asked=Asked(Uses)).plan({}, {})
    assert plan.outcome != "rewritten"
    assert plan.ladder == ()
