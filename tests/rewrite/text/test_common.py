"""R28 and R33: what both stages would do in the same words stands once below them."""

from __future__ import annotations

import pytest
from made_images import buildkit
from rewrites.dockerfiles import BASE, both_stages, decision

from uvdive.rewrite.plan import RewritePlan
from uvdive.rewrite.planner import plan

PYTHON = "FROM python:3.13-slim-trixie\n"
UV = "COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"
SYNC = "WORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n"
CURL = "# for the check\nRUN apt-get update && apt-get install -y curl\n"
LIB = "# pictures\nRUN apt-get update && apt-get install -y libmagic1\n"
START = 'CMD ["uv", "run", "flask", "run"]\n'
CHECK = "HEALTHCHECK CMD curl -f http://localhost/\n"


def static(text: str) -> RewritePlan:
    result = plan(text, None, lambda _: None)
    assert result.outcome == "rewritten", result.refusal
    assert buildkit.parse_string(result.text)
    again = plan(result.text, None, lambda _: None)
    assert again.outcome == "unchanged", again.diff
    return result


def runs(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("RUN")]


def test_both_stages_stand_on_what_both_install() -> None:
    result = static(PYTHON + "ENV A=1\n" + LIB + UV + SYNC + START)
    assert result.text.startswith(
        "# What both stages need of the system.\nFROM python:3.13-slim-trixie AS base\n\nENV A=1\n\n"
        f"{LIB}\nFROM base AS builder\n\n# A Python"
    )
    assert both_stages(result)[1].startswith("FROM base AS runner\n\nENV PATH=")
    assert len(runs(result.text)) == len(set(runs(result.text)))
    assert decision(result, "common-base").line == 2


def test_a_build_on_uv_s_image_takes_uv_from_it() -> None:
    result = static(BASE + LIB + SYNC + START)
    assert "FROM python:3.13-slim-trixie AS base\n" in result.text
    assert (
        "FROM base AS builder\nCOPY --from=ghcr.io/astral-sh/uv:python3.13-trixie-slim "
        "/usr/local/bin/uv /usr/local/bin/uvx /usr/local/bin/\n"
    ) in result.text


@pytest.mark.parametrize("check", [CHECK, 'ENTRYPOINT ["curl", "--version"]\n'])
def test_what_only_the_start_calls_is_no_business_of_the_build(check) -> None:
    result = static(PYTHON + CURL + UV + SYNC + check + START)
    build, run = both_stages(result)
    assert "curl" not in build.replace("COPY --from", "")
    assert CURL in run
    assert decision(result, "start-packages").rule == "R33"


def test_a_build_that_names_it_too_has_it() -> None:
    shared = static(PYTHON + CURL + UV + SYNC.replace("uv sync", "echo curl && uv sync") + CHECK + START)
    assert shared.text.index(CURL) < shared.text.index("FROM base AS builder")


def test_a_name_that_is_taken_is_not_taken_again() -> None:
    text = PYTHON.replace("\n", " AS base\n") + LIB + UV + SYNC + START
    assert "FROM python:3.13-slim-trixie AS common\n" in static(text).text


def test_an_argument_stands_where_it_is_used() -> None:
    text = PYTHON + "ARG WHICH=libmagic1\nARG BUILD=1\nRUN apt-get install -y $WHICH\n" + UV + SYNC
    result = static(text + "LABEL build=$BUILD\n" + START)
    common = result.text[: result.text.index("FROM base AS builder")]
    assert "ARG WHICH" in common
    assert "BUILD" not in common
    assert "ARG BUILD=1\n" in both_stages(result)[1]


def test_what_only_the_build_does_of_a_run_stays_there() -> None:
    user = "# the user\nRUN useradd --uid 1400 jobs && \\\n    chown -R jobs:jobs /app\n"
    result = static(PYTHON + UV + "WORKDIR /app\n" + user + SYNC + START)
    common, _, build = both_stages(result)[0].partition("FROM base AS builder\n")
    assert "# the user\nRUN useradd --uid 1400 jobs\n" in common
    assert build.count("RUN chown -R jobs:jobs /app\n") == 1
    assert "useradd" not in build + both_stages(result)[1]


@pytest.mark.parametrize(
    "run",
    [
        "RUN mkdir /app/x && useradd jobs",
        "RUN useradd jobs; chown -R jobs /app",
        "RUN useradd jobs || chown -R jobs /app",
        "RUN set -e && useradd jobs && chown -R jobs /app",
        "RUN --network=none useradd jobs && chown -R jobs:jobs /app",
    ],
)
def test_a_run_that_is_not_one_half_behind_the_other_stays_in_the_build_as_it_is(run) -> None:
    result = plan(PYTHON + UV + "WORKDIR /app\n" + run + "\n" + SYNC + START, None, lambda _: None)
    assert result.outcome in ("rewritten", "improved")
    build, _, _ = result.text.partition("# The final image")
    assert run in build
