"""A target that is not the last stage (R44), and what the build gives its ARGs."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.text.scan import DockerfileError
from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan
from uvdive.rewrite.stages import up_to

HEAD = """\
FROM python:3.13-slim AS base
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/

FROM base AS web
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD ["uv", "run", "main.py"]
"""


def planned(text: str, target: str = "web", **values: str) -> RewritePlan:
    return plan(text, None, lambda _: None, target=target, values=values)


def test_r44_what_stands_behind_the_target_stays_as_it_is() -> None:
    tail = "\n# Only for editors.\nFROM python:3.13-slim AS builder\nRUN true\n"
    found = planned(HEAD + tail)
    assert (found.outcome, found.original, found.part) == ("rewritten", HEAD + tail, HEAD)
    assert found.built_text == HEAD
    assert found.text.endswith(tail)
    assert found.text != HEAD + tail
    # A new stage takes no name of those behind.
    assert found.text.count(" AS builder") == 1
    assert "-CMD" in found.diff
    assert "Only for editors" not in [line[1:] for line in found.diff.splitlines() if line[:1] in "+-"]
    again = planned(found.text)
    assert (again.outcome, again.text) == ("unchanged", found.text)


def test_the_last_stage_needs_no_division() -> None:
    assert up_to(HEAD, "web") is None
    assert up_to(HEAD, "1") is None
    assert planned(HEAD).text == planned(HEAD, "").text


@pytest.mark.parametrize(
    "tail",
    [
        "FROM web AS dev\nRUN true\n",
        "FROM alpine AS dev\nCOPY --from=web /app /app\n",
        "FROM alpine AS dev\nRUN --mount=from=WEB,target=/x true\n",
        "FROM alpine AS dev\nCOPY --from=1 /app /app\n",
    ],
)
def test_r44_a_stage_that_takes_from_the_divided_one_is_named(tail: str) -> None:
    found = planned(HEAD + tail)
    assert (found.outcome, found.text, found.diff) == ("refused", HEAD + tail, "")
    assert found.refusal is not None
    assert found.refusal.rule == "R44"
    assert found.refusal.line == HEAD.count("\n") + (1 if "FROM web" in tail else 2)
    assert "Move web to the end of the file." in found.refusal.reason


def test_a_stage_that_takes_from_what_stays_may_do_so() -> None:
    head = "FROM alpine AS files\nRUN touch /x\n" + HEAD
    tail = "FROM alpine AS own\nCOPY --from=files /x /x\nFROM own AS more\nCOPY --from=own /x /y\n"
    found = planned(head + tail)
    assert found.outcome == "rewritten"
    assert found.text.endswith(tail)


def test_a_target_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(DockerfileError) as raised:
        planned(HEAD, "dev")
    assert (raised.value.what, raised.value.do) == (
        "There is no stage dev to build.",
        "The stages: base, web.",
    )


def test_r2_the_base_is_told_by_what_the_build_gives() -> None:
    text = HEAD.replace("FROM python:3.13-slim", "ARG V\nFROM python:${V}-slim")
    without = planned(text, "")
    assert without.refusal is not None
    assert without.refusal.rule == "R2"
    found = planned(text, "", V="3.13")
    assert found.outcome == "rewritten"
    assert "FROM python:${V}-slim" in found.text


@pytest.mark.parametrize("target", ["2", "9", "dev"])
def test_a_stage_beyond_the_last_one_is_none(target: str) -> None:
    with pytest.raises(DockerfileError, match=f"There is no stage {target} to build"):
        up_to(HEAD, target)


def test_a_stage_behind_may_have_a_name_again_and_takes_from_its_own() -> None:
    tail = "FROM alpine AS web\nRUN touch /x\nFROM alpine\nCOPY --from=web /x /x\n"
    divided = up_to(HEAD + tail, "1")
    assert divided is not None
    assert divided.names == {"web"}
    changed = HEAD.replace("COPY . .", "COPY main.py .")
    assert divided.stands_on(changed) is None
    assert up_to(HEAD + tail.replace("AS web", "AS x"), "1").stands_on(changed) == HEAD.count("\n") + 4
