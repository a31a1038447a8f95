"""Changing pieces of an instruction where they stand: nothing else of the author's text moves."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.shell.reading import shell_text
from uvdive.dockerfile.text.edits import (
    Edit,
    edit_array,
    json_array,
    replace_command,
    source_with,
    with_command,
)
from uvdive.dockerfile.text.syntax import Instruction, inner, parse


def instruction(source: str) -> Instruction:
    return parse(f"FROM a\n{source}").instructions[1]


def edited(source: str, *words: tuple[str, str]) -> str | None:
    """The source with each first word of the shell text replaced by the second."""
    run = instruction(source)
    text = shell_text(run)
    edits = [Edit(text.index(old), text.index(old) + len(old), new) for old, new in words]
    return source_with(run, edits)


LONG = """RUN --mount=type=cache,target=/c apt-get update \\
    # what the app needs
    && apt-get install -y gcc \\

       libpq5 \\
    && true
"""


@pytest.mark.parametrize(
    ("source", "words", "expected"),
    [
        ("RUN a b c\n", [("b", "x")], "RUN a x c\n"),
        ("RUN  a  b\n", [("a", "x"), ("b", "")], "RUN  x  \n"),
        ("RUN a\n", [("a", "bcd")], "RUN bcd\n"),
        ("  run a", [("a", "b")], "  run b"),
        (LONG, [("gcc", "g++"), ("libpq5", "libx")], LONG.replace("gcc", "g++").replace("libpq5", "libx")),
        (LONG, [("true", "")], LONG.replace("true", "")),
        (LONG, [("apt-get update", "id")], LONG.replace("apt-get update", "id")),
        ("RUN <<EOF\na b\nc\nEOF\n", [("b", "x"), ("c", "y")], "RUN <<EOF\na x\ny\nEOF\n"),
        ("RUN a \\\r\n  b\r\n", [("b", "x")], "RUN a \\\r\n  x\r\n"),
    ],
)
def test_words_are_replaced_in_place(source: str, words: list[tuple[str, str]], expected: str) -> None:
    assert edited(source, *words) == expected


def test_insertions_come_right_behind_what_stands_before_them() -> None:
    run = instruction("RUN ab \\\n  cd\n")
    text = shell_text(run)
    assert text == "ab   cd"
    assert source_with(run, [Edit(0, 0, "x ")]) == "RUN x ab \\\n  cd\n"
    assert source_with(run, [Edit(2, 2, " x")]) == "RUN ab x \\\n  cd\n"
    assert source_with(run, [Edit(3, 3, "x")]) == "RUN ab x\\\n  cd\n"
    assert source_with(run, [Edit(len(text), len(text), " x")]) == "RUN ab \\\n  cd x\n"
    assert source_with(run, [Edit(1, 2), Edit(0, 1, "z")]) == "RUN z \\\n  cd\n"
    assert source_with(run, []) == run.source


@pytest.mark.parametrize("source", ['RUN ["a", "b"]\n', "RUN cat <<A\n1\nA\n", "RUN <<-EOF\n\ta\nEOF\n"])
def test_what_does_not_lie_as_the_shell_reads_it_is_not_edited(source: str) -> None:
    assert source_with(instruction(source), [Edit(0, 1, "x")]) is None


def test_another_escape_character() -> None:
    run = parse("# escape=`\nFROM a\nRUN a `\n  b\n").instructions[1]
    assert source_with(run, [Edit(4, 5, "x")], "`") == "RUN a `\n  x\n"


@pytest.mark.parametrize(
    ("source", "new", "expected"),
    [
        ('CMD ["uv", "run", "app"]', ["app"], 'CMD ["app"]'),
        ('CMD [ "uv",  "run",\\\n  "app" ]', ["uv", "go", "app"], 'CMD [ "uv",  "go",\\\n  "app" ]'),
        ('CMD ["uv", "run", "app"]', ["uv", "run"], 'CMD ["uv", "run"]'),
        ('CMD ["uv", "run", "app"]', ["uv", "app"], 'CMD ["uv", "app"]'),
        ('CMD ["uv", "run", "app"]', ["x", "y", "z", "w"], 'CMD ["x", "y", "z", "w"]'),
        ('CMD ["uv", "run", "app"]', ["uv", 'a\\b"c', "é"], 'CMD ["uv", "a\\\\b\\"c", "é"]'),
        ('CMD ["uv", "run", "app"]', [], None),
        ('CMD ["uv", "run", "app"]', ["uv", "run", "x", "app"], None),
        ('CMD ["uv", "run", "app"]', ["uv", "run", "app"], None),
        ('CMD ["uv", "run"]', ["uv"], None),
        ('LABEL "x"="y"', ["uv"], None),
    ],
)
def test_words_of_an_exec_form(source: str, new: list[str], expected: str | None) -> None:
    assert edit_array(source, ["uv", "run", "app"], new) == expected


def test_words_with_escapes_are_told_by_what_they_say() -> None:
    assert (
        edit_array('CMD ["a\\"b", "\\u0041", "c"]', ['a"b', "A", "c"], ["A", "c"]) == 'CMD ["\\u0041", "c"]'
    )
    assert edit_array('CMD ["\\x", "c"]', ["\\x", "c"], ["c"]) is None, "no JSON"
    assert json_array(["a", 'b"', "ü"]) == '["a", "b\\"", "ü"]'


@pytest.mark.parametrize(
    ("source", "old", "new", "expected"),
    [
        ("CMD uv run app\n", "uv run app", "app", "CMD app\n"),
        ("CMD uv run \\\n  app --x\n", "uv run   app --x", "app --x", "CMD app --x\n"),
        ("CMD a \\\n  uv run b\n", "a   uv run b", "a   b", "CMD a \\\n  b\n"),
        ("CMD x \\\n --y uv\n", "x  --y uv", "x  --z uv", "CMD x \\\n --z uv\n"),
        ("CMD a x \\\n a\n", "a x  a", "a x  a a", "CMD a x  a a\n"),
        (
            "HEALTHCHECK --interval=3s \\\n CMD uv run \\\n x\n",
            "uv run  x",
            "x",
            "HEALTHCHECK --interval=3s CMD x\n",
        ),
    ],
)
def test_a_command_over_several_lines(source: str, old: str, new: str, expected: str) -> None:
    assert replace_command(source, old, new) == expected


@pytest.mark.parametrize(
    ("source", "new", "expected"),
    [
        (
            "CMD uv run a up && \\\n    uv run b \\\n        --port 1\n",
            "a up &&     b         --port 1",
            "CMD a up && \\\n    b \\\n        --port 1\n",
        ),
        (
            "CMD uv run \\\n  --no-sync \\\n  a && \\\n  # then serve\n  uv run b\n",
            "a &&   b",
            "CMD a && \\\n  # then serve\n  b\n",
        ),
        (
            "HEALTHCHECK --interval=5s \\\n  CMD uv run a && \\\n    uv run b\n",
            "a &&     b",
            "HEALTHCHECK --interval=5s \\\n  CMD a && \\\n    b\n",
        ),
        ("CMD uv run a\n", "a", "CMD a\n"),
    ],
)
def test_a_command_over_several_lines_keeps_them(source: str, new: str, expected: str) -> None:
    instruction = parse(f"FROM a\n{source}").instructions[-1]
    if instruction.keyword == "HEALTHCHECK":
        instruction = inner(instruction)
    assert with_command(instruction, new, "\\") == expected
