"""What the commands of every construct of the shell are, what they stand in, and where they write."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.shell.commands import Script
from uvdive.dockerfile.shell.reading import commands, read_script


def read(text: str) -> Script:
    script = read_script(text)
    assert script is not None, text
    return script


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a |& b", [("a", "", ""), ("b", "|&", "")]),
        ("a | b", [("a", "", ""), ("b", "|", "")]),
        ("a & b", [("a", "", ""), ("b", "&", "")]),
        ("a; b", [("a", "", ""), ("b", ";", "")]),
        ("a\n\nb", [("a", "", ""), ("b", "\n", "")]),
        ("a && b || c", [("a", "", ""), ("b", "&&", ""), ("c", "||", "")]),
        ("case $x in a) b;; c) d;; esac", [("b", "", "case_item"), ("d", "", "case_item")]),
        ("unset A; export B=1", [("unset A", "", ""), ("export B=1", ";", "")]),
        ("declare -x A=1; local C", [("declare -x A=1", "", ""), ("local C", ";", "")]),
        ("[[ -f x ]] && e", [("[[ -f x ]]", "", ""), ("e", "&&", "")]),
        ("A=$(b)", [("", "", ""), ("b", "", "command_substitution")]),
        ("a=(1 $(b)); c", [("", "", ""), ("b", "", "command_substitution"), ("c", ";", "")]),
        ('a "$(b)" x$(c)', [("a $(b) x$(c)", "", ""), ("b", "", "command_substitution"),
                            ("c", "", "command_substitution")]),
        ("a ${Y:-$(z)}", [("a ${Y:-$(z)}", "", ""), ("z", "", "command_substitution")]),
        ("a $((1+$(x)))", [("a $((1+$(x)))", "", ""), ("x", "", "command_substitution")]),
        ("a > >(d)", [("a", "", ""), ("d", "", "process_substitution")]),
        ("a <<< $(b)", [("a", "", ""), ("b", "", "command_substitution")]),
        ("(a; b)", [("a", "", "subshell"), ("b", ";", "subshell")]),
        ("{ a; b; }", [("a", "", "compound_statement"), ("b", ";", "compound_statement")]),
        ("! a", [("a", "", "negated_command")]),
        ("until c; do d; done", [("c", "", "while_statement"), ("d", "", "do_group")]),
        ("if e; then f; elif g; then h; else i; fi", [
            ("e", "", "if_statement"), ("f", ";", "if_statement"), ("g", "", "elif_clause"),
            ("h", ";", "elif_clause"), ("i", "", "else_clause")]),
        ("select x in a; do b; done", [("b", "", "do_group")]),
        ("cat <<E | b\n$(c)\nE", [("cat", "", "heredoc"), ("b", "|", "heredoc"),
                                  ("c", "", "command_substitution")]),
        ("sh -c 'sh -c \"x y\"'", [('sh -c sh -c "x y"', "", ""), ("sh -c x y", "", "sh -c"),
                                   ("x y", "", "sh -c")]),
        ("sh -c 'a; b && c' d", [("sh -c a; b && c d", "", ""), ("a", "", "sh -c"), ("b", ";", "sh -c"),
                                 ("c", "&&", "sh -c")]),
        ("sh -c 'a \"'", [('sh -c a "', "", "")]),
    ],
)  # fmt: skip
def test_every_construct(text: str, found: list[tuple[str, str, str]]) -> None:
    assert [(" ".join(c.argv), c.before, c.nested) for c in read(text).commands] == found


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        ("a > x", [("x",)]),
        ("a >> x", [("x",)]),
        ("a >| x", [("x",)]),
        ("a &> x", [("x",)]),
        ("a &>> x", [("x",)]),
        ("a 2> x > y", [("x", "y")]),
        ("a >&2 2>&1 < in", [()]),
        ("a >&x", [("x",)]),
        ("> x a", [("x",)]),
        ("{ a; b; } > x", [(), ("x",)]),
        ("(a; b) >> x", [(), ("x",)]),
        ("a && b > x", [(), ("x",)]),
        ("a && b && c > x", [(), (), ("x",)]),
        ("a > x && b", [("x",), ()]),
        ("a | b > x", [(), ("x",)]),
        ("cat <<E > x\n1\nE", [("x",)]),
        ("a $(b > y) > x", [("x",), ("y",)]),
        ("a $(b $(c) > y)", [(), ("y",), ()]),
    ],
)
def test_where_commands_write(text: str, outputs: list[tuple[str, ...]]) -> None:
    assert [c.outputs for c in read(text).commands] == outputs


def test_a_word_behind_a_redirection_is_an_argument() -> None:
    (found,) = read("a > x b c").commands
    assert (found.argv, found.outputs) == (("a", "b", "c"), ("x",))
    assert [(word.start, word.end) for word in found.words] == [(0, 1), (6, 7), (8, 9)]


@pytest.mark.parametrize(
    ("word", "text", "literal"),
    [
        ("'r $x'", "r $x", True),
        ('"s"', "s", True),
        ("5", "5", True),
        ("p\"q\"'r'", "pqr", True),
        ('p"$q"', "p$q", False),
        ("$'an'", "$'an'", False),
        ("$((1+2))", "$((1+2))", False),
        ("${Y}", "${Y}", False),
        ("{1..3}", "{1..3}", False),
        ("<(b)", "<(b)", False),
        ("~", "~", False),
        ("~/x", "~/x", False),
        ("x~", "x~", True),
        ("a*", "a*", False),
        ("a?b", "a?b", False),
        ("[ab]", "[ab]", False),
        ("{a,b}", "{a,b}", False),
        ("\\~", "~", True),
        ("\\*\\?\\[\\{", "*?[{", True),
        ("a\\ b", "a b", True),
        ('"a\\"\\$\\`\\\\\\g"', 'a"$`\\\\g', True),
        ('"a\\\nb"', "ab", True),
        ("'a\\b'", "a\\b", True),
        ("ü", "ü", True),
    ],
)
def test_a_words_text_and_whether_the_program_gets_it_so(word: str, text: str, literal: bool) -> None:
    found = read(f"ö {word} x").commands[0].words[1]
    assert (found.text, found.literal, found.start, found.end) == (text, literal, 2, 2 + len(word))


def test_assignments_stand_apart_from_the_words() -> None:
    (found,) = read("A=1 B='x y' run C=3").commands
    assert [(word.text, word.start, word.end) for word in found.assignments] == [
        ("A=1", 0, 3),
        ("B=x y", 4, 11),
    ]
    assert found.argv == ("run", "C=3")
    assert (found.start, found.end) == (0, 19)
    (alone,) = read("A=1").commands
    assert (alone.argv, alone.assignments[0].text) == ((), "A=1")
    (both,) = read("A=1 B=2").commands
    assert [word.text for word in both.assignments] == ["A=1", "B=2"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a && b && c > x 2> y", [("", "a", True), ("&&", "b", True), ("&&", "c > x 2> y", True)]),
        ("a && (b || c) && d\ne & f; g", [
            ("", "a", True), ("&&", "(b || c)", False), ("&&", "d", True), ("\n", "e", False),
            ("&", "f", True), (";", "g", True)]),
        ("a && b || c && d", [("", "a && b || c && d", False)]),
        ("a; b && c\n# x\nd # y\n", [
            ("", "a", True), (";", "b", True), ("&&", "c", True), ("\n", "d", True)]),
        ("a $(b); c", [("", "a $(b)", False), (";", "c", True)]),
        ("> x; a", [("", "> x", True), (";", "a", True)]),
        ("sh -c 'a'; b", [("", "sh -c 'a'", False), (";", "b", True)]),
        ("a && b <<E && c\n1\nE\nd", [("", "a && b <<E && c\n1\nE", False), ("\n", "d", True)]),
        ("ü > é && ö", [("", "ü > é", True), ("&&", "ö", True)]),
    ],
)  # fmt: skip
def test_the_members_of_the_outermost_list(text: str, parts: list[tuple[str, str, bool]]) -> None:
    script = read(text)
    assert [(part.before, text[part.start : part.end], part.simple) for part in script.parts] == parts
    assert script.text == text


def test_only_a_plain_list_gives_its_commands_alone() -> None:
    plain = commands("a && b; c | d")
    assert plain is not None
    assert [c.program for c in plain] == ["a", "b", "c", "d"]
    assert commands("a $(b)") is None
    assert commands("sh -c a") is None
    assert commands("a ;; b") is None
    assert commands("") == ()


def test_a_text_of_too_many_commands_is_not_parsed() -> None:
    most = 5_000
    assert read_script(";".join(["a"] * most)) is not None
    assert read_script(";".join(["a"] * (most + 1))) is None
    assert read_script("a\n" * most) is not None
    assert read_script("a\n" * (most + 1)) is None
