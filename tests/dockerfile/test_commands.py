"""Which program a command runs in the end, and which texts are handed to a shell."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.shell.commands import Command, argument_of, program_words
from uvdive.dockerfile.shell.reading import command_text, read_script
from uvdive.dockerfile.text.syntax import parse


def command(text: str) -> Command:
    script = read_script(text)
    assert script is not None
    return script.commands[0]


def program(text: str) -> str:
    return " ".join(word.text for word in program_words(command(text)))


@pytest.mark.parametrize("wrapper", ["sudo", "exec", "command", "time", "nohup", "nice", "eatmydata"])
def test_a_program_that_starts_the_one_behind_it_is_taken_off(wrapper: str) -> None:
    if wrapper != "time":  # a word of bash's own, which is no command there
        assert program(f"{wrapper} uv sync") == "uv sync"
    assert program(f"/usr/bin/{wrapper} uv sync") == "uv sync"
    assert program(f"/usr/bin/{wrapper} -x uv sync") == f"/usr/bin/{wrapper} -x uv sync", (
        "an option may take a word"
    )
    assert program(f"/usr/bin/{wrapper}") == f"/usr/bin/{wrapper}"
    assert program(f"my{wrapper} uv sync") == f"my{wrapper} uv sync"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("env uv sync", "uv sync"),
        ("env A=1 _B2= uv sync", "uv sync"),
        ("env A=1", ""),
        ("env 2A=1 uv", "2A=1 uv"),
        ("sudo env A=1 nice uv x", "uv x"),
        ("xargs uv pip", "uv pip"),
        ("xargs -r -0 uv", "uv"),
        ("xargs -n1 -P 4 env A=1 uv", "uv"),
        ("xargs -t uv", "uv"),
        ("xargs", ""),
        ("uv run sudo", "uv run sudo"),
    ],
)
def test_what_is_run_behind_env_and_xargs(text: str, expected: str) -> None:
    assert program(text) == expected


@pytest.mark.parametrize("option", ["-n", "-I", "-P", "-L", "-d", "-a", "-E", "-s", "--arg-file"])
def test_an_option_of_xargs_that_takes_a_word(option: str) -> None:
    assert program(f"xargs {option} x uv") == "uv"
    assert program(f"xargs {option}x uv") == "uv"
    assert program(f"xargs {option} x") == ""


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ("sh -c x", "x"),
        ("sh -ec x y", "x"),
        ("sh -e -c x", "x"),
        ("sh --login -c x", "x"),
        ("sh -c", None),
        ("sh x -c y", None),
        ("sh", None),
        ("sh -e", None),
    ],
)
def test_the_text_that_a_shell_is_given(text: str, argument: str | None) -> None:
    word = argument_of(command(text).words)
    assert (None if word is None else word.text) == argument


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "ash", "/bin/sh"])
def test_shells_whose_texts_are_read(shell: str) -> None:
    script = read_script(f"{shell} -c 'a b'")
    assert script is not None
    assert [(c.program, c.nested) for c in script.commands] == [
        (shell.rpartition("/")[2], ""),
        ("a", "sh -c"),
    ]
    outer, inner = script.commands
    place = outer.words[2].start, outer.words[2].end
    assert {(word.start, word.end) for word in inner.words} == {place}
    assert (inner.start, inner.end) == place


@pytest.mark.parametrize("shell", ["zsh", "fish", "python", "xsh"])
def test_other_programs_texts_are_not_read(shell: str) -> None:
    script = read_script(f"{shell} -c 'a b'")
    assert script is not None
    assert len(script.commands) == 1


@pytest.mark.parametrize(
    ("first", "read"),
    [
        ("#!/bin/sh\n", True),
        ("#!/bin/bash -e\n", True),
        ("#! /usr/bin/env bash\n", True),
        ("#!/usr/bin/env -S dash -e\n", True),
        ("#!/bin/ash\n", True),
        ("#!/usr/bin/env python3\n", False),
        ("#!/usr/bin/perl\n", False),
        ("\n#!/usr/bin/perl\n", True),
    ],
)
def test_a_script_of_another_interpreter_is_unknown(first: str, read: bool) -> None:
    assert (read_script(f"{first}uv sync\n") is not None) is read


def test_a_program_is_named_without_its_folder_where_it_is_known() -> None:
    assert command("/usr/bin/uv sync").program == "uv"
    assert command("$UV sync").program == ""
    assert command("A=1").program == ""
    assert command("A=1 uv sync").argv == ("uv", "sync")


@pytest.mark.parametrize(
    ("instruction", "text"),
    [
        ("RUN a b", "a b"),
        ('RUN ["a", "b c"]', "a b c"),
        ("RUN cat <<A <<B\n1\nA\n2\nB", "cat <<A <<B\n1\n\n2\n"),
    ],
)
def test_the_text_to_search_in_holds_words_and_heredocs(instruction: str, text: str) -> None:
    assert command_text(parse(f"FROM x\n{instruction}\n").instructions[1]) == text


def test_lines_of_a_deep_text_are_read_up_to_a_limit() -> None:
    def nested(depth: int) -> str:
        return "$(" * depth + "a" + ")" * depth

    script = read_script("echo " + nested(20))
    assert script is not None
    assert [c.program for c in script.commands if c.program] == ["echo", "a"]
    assert read_script("echo " + nested(400)) is None
