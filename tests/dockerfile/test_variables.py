"""Variables, stages and shell words."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.shell.reading import commands
from uvdive.dockerfile.stages import read_stages
from uvdive.dockerfile.text.scan import DockerfileError
from uvdive.dockerfile.text.syntax import parse
from uvdive.dockerfile.variables import expand, expand_known, pairs

VALUES = {"A": "one", "EMPTY": "", "P": "/a/b/c.tar.gz"}


# The results are those of BuildKit's own tests for environment replacement, and of POSIX.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A", "one"),
        ("${A}x", "onex"),
        ("$Ax", ""),
        (r"\$A", "$A"),
        ("'$A'", "$A"),
        ('"$A b"', "one b"),
        (r'"\$A \" \x"', r'$A " \x'),
        ("${NONE:-x}", "x"),
        ("${NONE:-$A}", "one"),
        ("${NONE:-${EMPTY:-z}}", "z"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${A:+x}", "x"),
        ("${EMPTY:+x}", ""),
        ("${EMPTY+x}", "x"),
        ("${A:?wrong}", "one"),
        ("${P#*/}", "a/b/c.tar.gz"),
        ("${P##*/}", "c.tar.gz"),
        ("${P%.*}", "/a/b/c.tar"),
        ("${P%%.*}", "/a/b/c"),
        ("${P/a/x}", "/x/b/c.tar.gz"),
        ("${P//a/x}", "/x/b/c.txr.gz"),
        ("a$", "a$"),
        ("$", "$"),
        ("a\\", "a\\"),
        ("'open", "open"),
    ],
)
def test_variables_expand_as_in_buildkit(text: str, expected: str) -> None:
    assert expand(text, VALUES.get) == expected


def test_the_escape_character_can_be_a_backtick() -> None:
    assert expand(r"C:\x`$A", VALUES.get, "`") == r"C:\x$A"


def test_an_unset_variable_without_default_makes_the_text_unknown() -> None:
    assert expand_known("a:$NONE", VALUES.get) is None
    assert expand_known("a:${NONE:-1}", VALUES.get) == "a:1"


def test_pairs_of_both_forms() -> None:
    assert pairs('A=b C="d e" F=g\\ h', {}.get) == [("A", "b"), ("C", "d e"), ("F", "g h")]
    assert pairs("A b  c", {}.get) == [("A", "b  c")]
    assert pairs("X Y=1", {}.get) == [("X", "Y=1")]
    assert pairs("X", {}.get) == [("X", None)]


STAGES = """ARG V=1
ARG W=${V}2
FROM img:$W AS One
ARG V
ENV A=$V B=$A
ENV B=$A
FROM --platform=linux/amd64 one
ARG NEW=$B
WORKDIR $NEW
"""


def test_stages_know_their_base_and_variables() -> None:
    one, two = read_stages(parse(STAGES))
    assert (one.base, one.name, one.parent) == ("img:12", "one", None)
    assert one.env == {"A": "1", "B": "1"}
    assert one.environments[-1]["B"] == ""
    assert (two.parent, two.platform, two.env) == (0, "linux/amd64", one.env)
    assert two.environments[-1]["NEW"] == "1"


def test_build_arguments_win_over_defaults() -> None:
    one, _ = read_stages(parse(STAGES), {"V": "7"})
    assert (one.base, one.env["A"]) == ("img:72", "7")


@pytest.mark.parametrize("text", ["FROM a b c d\n", "FROM a\nRUNN x\n", "ENV A=1\nFROM a\n", "FROM a\nRUN\n"])
def test_what_buildkit_rejects_is_an_error_with_a_line(text: str) -> None:
    with pytest.raises(DockerfileError, match=r"Line [12]"):
        read_stages(parse(text))


def argvs(text: str) -> list[tuple[str, ...]] | None:
    found = commands(text)
    return None if found is None else [command.argv for command in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", [("a", "b")]),
        ("a && b || c; d | e & f", [("a",), ("b",), ("c",), ("d",), ("e",), ("f",)]),
        ("A=1 B='x y' run \"q r\"", [("run", "q r")]),
        ("a > /x 2>&1 < y b", [("a", "b")]),
        (r"a\ b 'c'\''d'", [("a b", "c'd")]),
        ("a ${X:-y z} $B", [("a", "${X:-y z}", "$B")]),
        ("a;\n b\n", [("a",), ("b",)]),
        ("a $(b)", None),
        ("a `b`", None),
        ("(a)", None),
        ("{ a; }", None),
        ("if a; then b; fi", None),
        ("for x in y; do z; done", None),
        ("a <<EOF\nEOF", None),
        ("a 'open", None),
        ("&& a", None),
        ("a # b", [("a",)]),
        ("", []),
    ],
)
def test_shell_text_is_understood_or_unknown(text: str, expected: list[tuple[str, ...]] | None) -> None:
    assert argvs(text) == expected


def test_commands_know_their_place_and_operator() -> None:
    found = commands("x && A=1 y 'z'")
    assert found is not None
    assert (found[1].before, "x && A=1 y 'z'"[found[1].start : found[1].end]) == ("&&", "A=1 y 'z'")


def test_only_variables_in_one_another_are_deep() -> None:
    assert expand("${A}" * 60 + "$A", VALUES.get) == "one" * 61
    assert expand_known("${A}" * 60, VALUES.get) == "one" * 60


@pytest.mark.parametrize(("depth", "known"), [(51, "one"), (52, None)])
def test_51_variables_in_one_another_are_read(depth: int, known: str | None) -> None:
    assert expand_known("${NONE:-" * (depth - 1) + "$A" + "}" * (depth - 1), VALUES.get) == known
