"""The images that the stages start from, and what a base hands down (R2, R3, R26, R27, R60)."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import BASE, FLASK, SYNC, refused, runner

from uvdive.rewrite.planner import plan


def test_r2_a_uv_image_with_python_gives_the_same_python_image_without_uv(project) -> None:
    result = project(BASE + SYNC + FLASK).plan()
    assert runner(result)[0] == "FROM python:3.13-slim-trixie AS runner"
    assert result.text.startswith("FROM ghcr.io/astral-sh/uv:python3.13-trixie-slim AS builder\n")


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("python:3.13-slim", "python:3.13-slim"),
        ("python:3.13-slim@sha256:" + "0" * 64, "python:3.13-slim@sha256:" + "0" * 64),
        ("docker.io/astral/uv:0.13.9-python3.13-trixie", "python:3.13-trixie"),
        ("ghcr.io/astral-sh/uv:python3.13-trixie-slim@sha256:" + "1" * 64, "python:3.13-slim-trixie"),
    ],
)
def test_r2_a_digest_stays_only_on_the_very_same_image(project, image, expected) -> None:
    result = project(f"FROM {image}\n{SYNC}{FLASK}").plan()
    assert runner(result)[0] == f"FROM {expected} AS runner"
    assert result.text.startswith(f"FROM {image} AS builder\n")


def test_r2_a_variable_in_from_stays_where_both_stages_have_the_same_image(project) -> None:
    text = "ARG G_V=3.13\nFROM --platform=linux/amd64 python:${G_V}-slim AS base\n" + SYNC + FLASK
    result = project(text).plan()
    assert result.text.startswith("ARG G_V=3.13\nFROM --platform=linux/amd64 python:${G_V}-slim AS base\n")
    assert runner(result)[0] == "FROM --platform=linux/amd64 python:${G_V}-slim AS runner"


def test_r3_a_variable_that_could_separate_the_stages_is_refused(project) -> None:
    text = "ARG G_TAG=python3.13-trixie-slim\nFROM ghcr.io/astral-sh/uv:${G_TAG}\n" + SYNC + FLASK
    assert refused(project(text).plan()) == ("R3", 2)


@pytest.mark.parametrize(
    ("args", "tag", "kept"),
    [
        ("G_V=3.13", "python${G_V}-trixie-slim", "${G_V}-slim-trixie"),
        ("G_V=3.13", "0.13.9-python$G_V-trixie-slim", "$G_V-slim-trixie"),
        ("G_V=3.13 G_D=trixie", "python${G_V}-${G_D}-slim", "${G_V}-slim-${G_D}"),
        ("G_V=3.13", "python${G_V}-trixie", "${G_V}-trixie"),
    ],
)
def test_r3_a_variable_for_the_version_stays_one_for_both_stages(project, args, tag, kept) -> None:
    text = f"ARG {args}\nFROM ghcr.io/astral-sh/uv:{tag}\n{SYNC}{FLASK}"
    assert runner(project(text).plan())[0] == f"FROM python:{kept} AS runner"


def test_r26_inherited_variables_are_kept_or_announced(project) -> None:
    env = ("PATH=/usr/local/bin:/usr/bin", "PYTHON_VERSION=3.13.5", "UV_TOOL_BIN_DIR=/x", "ODD=$a b")
    result = project(BASE + SYNC + FLASK, config={"env": env}).plan()
    assert r'ODD="\$a b"' in result.text
    assert "Env:UV_TOOL_BIN_DIR" in result.allowed.config
    assert "Env:ODD" not in result.allowed.config


def test_r26_onbuild_is_refused(project) -> None:
    assert refused(project(BASE + SYNC + "ONBUILD RUN x\n" + FLASK).plan()) == ("R26", 6)


def test_r27_env_keeps_its_order_and_only_needed_args_come_along(project) -> None:
    text = BASE + "ARG V=3\nARG UNUSED=4\nENV A=$V\nENV OLD some text\n" + SYNC + "RUN echo $UNUSED\n" + FLASK
    lines = runner(project(text).plan())
    assert lines[1:4] == ["ARG V=3", "ENV A=$V", "ENV OLD some text"]
    assert not any("UNUSED" in line for line in lines)


def test_r44_a_free_name_is_taken_for_the_new_stage(project) -> None:
    text = BASE.replace("\n", " as builder\n") + SYNC + FLASK
    result = project(text).plan()
    assert result.text.startswith(text[: text.index("\n")])
    assert runner(result)[0].endswith(" AS runner")


def test_r60_without_the_runners_base_the_size_is_unknown(project) -> None:
    made = project(BASE + SYNC + FLASK)
    result = plan(made.text, made.report, lambda _: None)
    assert result.outcome == "rewritten"
    assert result.predicted is None
    assert any(warning.rule == "R60" for warning in result.warnings)
