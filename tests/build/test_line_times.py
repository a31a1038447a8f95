"""A build's steps beside the lines of its Dockerfile, by names recorded from buildx and podman."""

from __future__ import annotations

import pytest

from uvdive.build.events import BuildStep
from uvdive.build.line_times import LineTime, line_times

TEXT = """\
FROM ghcr.io/astral-sh/uv:trixie-slim AS Base
ENV A=1
WORKDIR /app
RUN echo hi > a && sleep 0.1
RUN echo $A \\
  && echo two > b

FROM base
RUN echo more > c

FROM scratch
COPY --from=1 /app/a /a
WORKDIR /b
"""


def step(name: str, state: str = "done", seconds: float | None = 1.0) -> BuildStep:
    return BuildStep(name, name, state, seconds)  # type: ignore[arg-type]


def test_buildkit_counts_what_makes_layers_and_from_where_it_names_an_image():
    steps = [
        step("[internal] load build definition from Dockerfile"),
        step("[base 1/4] FROM ghcr.io/astral-sh/uv:trixie-slim@sha256:1234", seconds=0.5),
        step("[base 2/4] WORKDIR /app", "cached", 0.0),
        step("[base 3/4] RUN echo hi > a && sleep 0.1", seconds=0.8),
        step("[base 4/4] RUN echo 1   && echo two > b", seconds=0.6),
        step("[stage-1 1/1] RUN echo more > c", "running", None),
        step("[stage-2 1/2] COPY --from=1 /app/a /a", "failed", 2.0),
        step("[stage-2 2/2] WORKDIR /b", seconds=0.2),
        step("exporting to image"),
    ]
    assert line_times(TEXT, steps) == {
        1: LineTime("done", 0.5),
        3: LineTime("cached", 0.0),
        4: LineTime("done", 0.8),
        5: LineTime("done", 0.6),
        9: LineTime("running", None),
        12: LineTime("failed", 2.0),
        13: LineTime("done", 0.2),
    }


def test_podman_counts_every_instruction():
    steps = [
        step("[1/3 1/5] FROM ghcr.io/astral-sh/uv:trixie-slim AS base"),
        step("[1/3 2/5] ENV A=1"),
        step("[1/3 5/5] RUN echo $A && echo two > b", seconds=3.0),
        step("[2/3 2/2] RUN echo more > c"),
        step("[3/3 2/3] COPY --from=1 /app/a /a", "cached", 0.0),
    ]
    assert sorted(line_times(TEXT, steps)) == [1, 2, 5, 9, 12]
    one = "FROM debian\nENV A=1\nRUN true\n"
    assert sorted(line_times(one, [step("[1/3] FROM debian"), step("[3/3] RUN true")])) == [1, 3]
    assert sorted(line_times(one, [step("[1/2] FROM debian"), step("[2/2] RUN true")])) == [1, 3]


def test_of_several_platforms_the_longest_counts():
    text = "FROM debian\nRUN true\n"
    steps = [
        step("[linux/amd64 2/2] RUN true", "cached", 0.0),
        step("[linux/arm64 2/2] RUN true", "done", 9.0),
    ]
    assert line_times(text, steps) == {2: LineTime("done", 9.0)}
    assert line_times(text, reversed(steps)) == {2: LineTime("done", 9.0)}
    assert line_times(text, [*steps, step("[linux/s390x 2/2] RUN true", "running", None)]) == {
        2: LineTime("running", None)
    }


def test_a_step_that_another_build_runs_too_is_known_by_its_text():
    steps = [
        step("[1/7] FROM ghcr.io/astral-sh/uv:trixie-slim@sha256:1234", "cached", 0.0),
        step("[other 3/9] RUN echo hi > a && sleep 0.1", seconds=3.0),
    ]
    assert line_times(TEXT, steps) == {1: LineTime("cached", 0.0), 4: LineTime("done", 3.0)}
    twice = "FROM debian\nRUN true\nRUN true\n"
    assert line_times(twice, [step("[3/7] RUN true")]) == {}


@pytest.mark.parametrize(
    "name",
    [
        "[base 3/9] RUN echo hi",
        "[base 3/4] COPY a b",
        "[other 3/4] RUN echo",
        "[9/9 1/1] RUN x",
        "[0/3 1/5] FROM debian",
        "[base 0/4] FROM debian",
        "[base 9/4] RUN x",
        "[auth] library/debian",
        "3/4 RUN x",
        "",
    ],
)
def test_a_step_that_does_not_fit_the_text_stands_beside_no_line(name):
    assert line_times(TEXT, [step(name)]) == {}


def test_a_text_that_is_no_dockerfile_has_no_lines():
    assert line_times("nonsense\n", [step("[1/1] FROM debian")]) == {}
