"""Interpolation of compose files, and their ``.env``."""

from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.base.errors import UsageError
from uvdive.compose.variables import LONGEST, Variables, read_env_file, read_variables

SET = {"TAG": "3.13", "EMPTY": "", "A_b1": "x"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${TAG}", "3.13"),
        ("$TAG-slim", "3.13-slim"),
        ("$A_b1.", "x."),
        ("python:${TAG:-3.11}-slim", "python:3.13-slim"),
        ("${NO:-3.11}", "3.11"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${NO-x}", "x"),
        ("${NO:-${TAG}}", "3.13"),
        ("${NO:-${NOT:-a}b}c", "abc"),
        ("${TAG:+set}", "set"),
        ("${EMPTY:+set}", ""),
        ("${EMPTY+set}", "set"),
        ("${NO+set}", ""),
        ("$$TAG $${TAG}", "$TAG ${TAG}"),
        ("5$", "5$"),
        ("$1", "$1"),
        ("${TAG:?none}", "3.13"),
    ],
)
def test_a_variable_is_filled_in_as_compose_does(text: str, expected: str) -> None:
    assert Variables(SET).expand(text, "here") == expected


def test_a_variable_without_a_value_is_empty_and_told_once() -> None:
    variables = Variables(SET)
    assert variables.expand("a${NO}b$NO", "here") == "ab"
    assert list(variables.missing) == ["NO"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${NO:?say a tag}", "here needs the variable NO: say a tag."),
        ("${EMPTY:?}", "here needs the variable EMPTY."),
        ("${NO?}", "here needs the variable NO."),
        ("a ${TAG", "has a ${ without its }"),
        ("${1x}", "is no variable"),
        ("${TAG/a/b}", "is no variable"),
        ("${N:-" * 60 + "}" * 60, "levels deep"),
        ("a\0b", "what no program can be given"),
        ("a\ud800", "what no program can be given"),
    ],
)
def test_what_cannot_be_filled_in_is_told_with_its_place(text: str, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        Variables(SET).expand(text, "here")
    assert words in raised.value.what
    assert len(raised.value.what) < 300


def test_lines_of_an_env_file(tmp_path: Path) -> None:
    lines = ["# no", "", "A=1 # why", 'B="two # ${A}\\n"', "export C='$A'", "D=$A$X", "no line", "E=", "F: y"]
    (tmp_path / ".env").write_text("\n".join(lines))
    found = read_env_file(tmp_path / ".env", {"X": "9"})
    assert found == {"A": "1", "B": "two # 1\n", "C": "$A", "D": "19", "E": "", "F": "y"}


def test_the_environment_goes_before_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=file\nB=file\n")
    assert read_variables(tmp_path, {"A": "mine"}).values == {"A": "mine", "B": "file"}
    assert read_variables(tmp_path / "other", {"A": "mine"}).values == {"A": "mine"}


def test_lines_that_double_each_other_end(tmp_path: Path) -> None:
    lines = ["A0=" + "x" * 1000, *(f"A{n}=$A{n - 1}$A{n - 1}" for n in range(1, 60))]
    (tmp_path / ".env").write_text("\n".join(lines))
    with pytest.raises(UsageError, match=rf"\.env, line 8: a value is over {LONGEST >> 10} KiB"):
        read_variables(tmp_path, {})


@pytest.mark.parametrize(
    ("data", "words"), [(b"\xff\xfe", "not UTF-8"), (b"A=" + b"x" * (1 << 20), "over 1 MiB")]
)
def test_an_env_file_that_is_none_is_told(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / ".env").write_bytes(data)
    with pytest.raises(UsageError, match=words):
        read_variables(tmp_path, {})
