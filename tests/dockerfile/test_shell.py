"""Shell texts: what is read from them, and that what is not understood stays unknown."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uvdive.dockerfile.shell.reading import read_script, shell_text
from uvdive.dockerfile.text.syntax import parse


def parts(text: str) -> list[tuple[str, str, bool]]:
    script = read_script(text)
    assert script is not None, text
    return [(part.before, text[part.start : part.end], part.simple) for part in script.parts]


def all_commands(text: str) -> list[tuple[str, str]]:
    script = read_script(text)
    assert script is not None, text
    return [(" ".join(command.argv), command.nested) for command in script.commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("set -eux; a && b\nc", [("", "set -eux", True), (";", "a", True), ("&&", "b", True),
                                 ("\n", "c", True)]),
        ("a && b || c; d", [("", "a && b || c", False), (";", "d", True)]),
        ("a | b && c", [("", "a | b", False), ("&&", "c", True)]),
        ("a & b", [("", "a", False), ("&", "b", True)]),
        ("a && b > x 2>&1 && c", [("", "a", True), ("&&", "b > x 2>&1", True), ("&&", "c", True)]),
        ("(a; b) && { c; } && ! d", [("", "(a; b)", False), ("&&", "{ c; }", False), ("&&", "! d", False)]),
        ("for x in 1 2; do a $x; done; b", [("", "for x in 1 2; do a $x; done", False), (";", "b", True)]),
        ("cat <<E > x && a\nb\nE\nc", [("", "cat <<E > x && a\nb\nE", False), ("\n", "c", True)]),
        ("a ü && b 'ö' && c", [("", "a ü", True), ("&&", "b 'ö'", True), ("&&", "c", True)]),
        ("a # b; c\nd", [("", "a", True), ("\n", "d", True)]),
    ],
)  # fmt: skip
def test_the_outermost_list_is_divided_where_its_members_are_independent(text, expected) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sh -c 'a && b'", [("sh -c a && b", ""), ("a", "sh -c"), ("b", "sh -c")]),
        ('bash -lc "a $X"', [("bash -lc a $X", "")]),
        ("echo $(a | b)", [("echo $(a | b)", ""), ("a", "command_substitution"),
                           ("b", "command_substitution")]),
        ("if [ -f x ]; then a; fi", [("[ -f x ]", "if_statement"), ("a", "if_statement")]),
        ("while read x; do a; done < <(b)", [("read x", "while_statement"), ("a", "do_group"),
                                             ("b", "process_substitution")]),
        ("case $x in a) b;; esac", [("b", "case_item")]),
        ("f() { a; }; f", [("a", "compound_statement"), ("f", "")]),
        ("cat <<E\n$(a)\nE", [("cat", "heredoc"), ("a", "command_substitution")]),
        ("export A=1 B; A=2 a", [("export A=1 B", ""), ("a", "")]),
    ],
)  # fmt: skip
def test_nested_commands_are_found_and_say_what_they_stand_in(text, expected) -> None:
    assert all_commands(text) == expected


@pytest.mark.parametrize(
    "text",
    ["a 'b", "a &&", "&& a", "if a", "a ;; b", "a )", "{ a", "#!/usr/bin/env python3\nimport os", "a\0"],
)
def test_what_is_no_shell_text_is_unknown(text) -> None:
    assert read_script(text) is None


def test_words_say_whether_the_program_gets_them_as_they_stand() -> None:
    script = read_script("""a b "c d" 'e' "f $g" $h h* ~/i {j,k} \\*l $(m)""")
    assert script is not None
    words = script.commands[0].words
    assert [(w.text, w.literal) for w in words] == [
        ("a", True), ("b", True), ("c d", True), ("e", True), ("f $g", False), ("$h", False), ("h*", False),
        ("~/i", False), ("{j,k}", False), ("*l", True), ("$(m)", False),
    ]  # fmt: skip


def test_outputs_belong_to_the_command_that_is_redirected() -> None:
    script = read_script("a $(b) > /x 2>/dev/null && c 2>&1 | tee y >> z; > /empty")
    assert script is not None
    assert [(c.argv[:1], c.outputs) for c in script.commands] == [
        (("a",), ("/x", "/dev/null")), (("b",), ()), (("c",), ()), (("tee",), ("z",)), ((), ("/empty",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("RUN a && \\\n  # note\n  b", "a &&   b"),
        ("RUN --mount=type=cache,target=/c <<EOF\na\nb\nEOF", "a\nb\n"),
        ("RUN cat <<A <<B\n1\nA\n2\nB", "cat <<A <<B\n1\nA\n2\nB"),
        ('RUN ["a", "b c"]', "a 'b c'"),
    ],
)
def test_the_shell_reads_heredocs_and_exec_forms_as_the_build_runs_them(instruction, expected) -> None:
    assert shell_text(parse(f"FROM x\n{instruction}\n").instructions[1]) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab \t\n;&|<>(){}$`'\"\\#=ü-[]!*if"), max_size=60))
def test_any_text_is_read_within_its_bounds_or_unknown(text: str) -> None:
    script = read_script(text)
    for part in script.parts if script else ():
        assert 0 <= part.start <= part.end <= len(text)
        assert all(part.start <= command.start for command in part.commands)


def test_deep_nesting_is_unknown_or_read_but_never_an_overflow() -> None:
    for text in ("(" * 5000 + "a" + ")" * 5000, "$(" * 3000 + "a" + ")" * 3000):
        script = read_script(text)
        assert script is None or script.commands


def test_the_parser_is_imported_only_where_a_shell_text_is_read() -> None:
    code = "import sys, uvdive.rewrite.planner; print('tree_sitter' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
