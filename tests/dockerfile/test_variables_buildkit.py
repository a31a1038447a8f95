"""Expanded values, held against what a real BuildKit writes into an image's labels."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from uvdive.dockerfile.stages import read_stages
from uvdive.dockerfile.text.syntax import parse
from uvdive.dockerfile.variables import pairs

HEAD = r"""ARG GLOBAL=from-global
ARG BUILT=${GLOBAL}-on
ARG UNUSED=nobody
FROM scratch
ARG GLOBAL
ARG BUILT
ARG DEFAULT=standard
ARG EMPTY=
ARG NEVER
ARG OVER=arg
ENV OVER=env
ENV FIRST=one SECOND=two-$FIRST QUOTED="a b" SINGLE='$FIRST' ESCAPED=\$FIRST
ENV SECOND=again-$SECOND THIRD=$SECOND
ENV OLD some words  and $FIRST
ENV FILE=src/app.tar.gz DOTS=a.b.c SIGNS=a?b*c\\\\d*
ENV WITH_ARG=$DEFAULT-$GLOBAL
"""

EXPRESSIONS = [
    *("$FIRST", "${FIRST}", "$FIRSTx", "${FIRST}x", "$SECOND", "$THIRD", "$QUOTED", "$SINGLE", "$ESCAPED"),
    *("$OLD", "$OVER", "$GLOBAL", "$BUILT", "$DEFAULT", "$EMPTY", "$NEVER", "$UNUSED", "$MISSING"),
    *("$WITH_ARG", "${MISSING:-x}", "${EMPTY:-x}", "${FIRST:-x}"),
    *("${FIRST:+x}", "${EMPTY:+x}", "${MISSING:+x}"),
    *("${MISSING:-$FIRST}", "${MISSING:-${FIRST}-${SECOND}}", "${FIRST:+$SECOND}", "${MISSING:-}"),
    *('"${MISSING:-a b}"', "'$FIRST'", '"$FIRST"', '"\\$FIRST"', "\\$FIRST", "\\\\$FIRST", "a\\ b"),
    *('"a\\"b"', "'a\"b'", "\"a'b\"", "a$", '"a$"', "$-", '"${MISSING:-\'x\'}"', "${MISSING:-\\$x}"),
    *("\"a'$FIRST'b\"", "a'b'\"c\"$FIRST", '""', "''", "$FIRST$SECOND", "${FIRST}${SECOND}", "$$FIRST"),
]  # fmt: skip
NEWER = [
    *("${MISSING-x}", "${EMPTY-x}", "${EMPTY+x}", "${MISSING+x}", "${FIRST+x}"),
    *("${DOTS//*/x}", "${DOTS/.*/x}", "${FILE/\\//-}", "${DOTS//b/}"),
    *("${FILE#*/}", "${FILE##*.}", "${FILE%.*}", "${FILE%%.*}", "${FILE#src/}", "${FILE%nothing}"),
    *("${DOTS/./-}", "${DOTS//./-}", "${DOTS/x/-}", "${DOTS//[ab]/X}", "${DOTS/b/$FIRST}", "${DOTS//./}"),
    *("${FILE#?rc}", "${FILE##?}", "${DOTS%.?}", "${DOTS%%.?}"),
    *("${SIGNS%\\*}", "${SIGNS/\\*/y}", "${SIGNS//\\*/y}", "${SIGNS#a\\?}"),
    *("${SIGNS/\\?/\\*}", "${SIGNS%\\\\d*}"),
    *('"${SIGNS%\\*}"', '${SIGNS%"*"}', '${SIGNS%"\\*"}', '${SIGNS/"\\d"/-}', "${SIGNS/b/x\\/y}"),
    "${MISSING:-\\*}",
    *("${SIGNS%${MISSING:-\\*}}", "${SIGNS/b/'q'}", '${SIGNS/b/"q"}', "${SIGNS/'?'/-}"),
]  # fmt: skip


def text_of(expressions: list[str]) -> str:
    return HEAD + "".join(f"LABEL l{i}={expression}\n" for i, expression in enumerate(expressions))


def ours(text: str) -> dict[str, str]:
    (stage,) = read_stages(parse(text))
    found: dict[str, str] = {}
    for instruction, values in zip(stage.instructions, stage.environments, strict=True):
        if instruction.keyword == "LABEL":
            found.update((key, value or "") for key, value in pairs(instruction.value, values.get))
    return found


def buildkits(text: str, folder: Path, *extra: str) -> dict[str, str]:
    """The labels of the image that a real build gives."""
    (folder / "Dockerfile").write_text(text)
    name = f"uvdive-test/variables-{os.getpid()}"
    build = [
        "docker",
        "buildx",
        "build",
        "-q",
        "--load",
        "--provenance=false",
        "-t",
        name,
        *extra,
        str(folder),
    ]
    subprocess.run(build, check=True, capture_output=True)
    try:
        shown = subprocess.run(
            ["docker", "image", "inspect", "-f", "{{json .Config.Labels}}", name],
            check=True,
            capture_output=True,
            text=True,
        )
    finally:
        subprocess.run(["docker", "rmi", name], capture_output=True, check=False)
    labels: dict[str, str] = json.loads(shown.stdout)
    return labels


@pytest.mark.engine
def test_variables_expand_as_in_a_real_build(tmp_path: Path) -> None:
    text = text_of(EXPRESSIONS)
    assert ours(text) == buildkits(text, tmp_path)


@pytest.mark.engine("docker28")
def test_patterns_in_variables_expand_as_in_a_new_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", os.environ["UVDIVE_ENGINE_DOCKER28"])
    text = text_of(EXPRESSIONS + NEWER)
    assert ours(text) == buildkits(text, tmp_path)
