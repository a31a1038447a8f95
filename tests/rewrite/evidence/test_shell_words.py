"""The texts that a word of the shell may stand for, and the files that commands read (R33, R34)."""

from __future__ import annotations

import re

import pytest

from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.evidence.commands.list_files import file_read
from uvdive.rewrite.evidence.commands.shell_words import UNKNOWN, absolute, expression, texts, values_of

VALUES = {"A": ("1", "2"), "E": ("",)}
U = UNKNOWN


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A=1", {"A": ("1",)}),
        ("A=1; A=2; A=1", {"A": ("1", "2")}),
        ("A=1 B=2 cmd", {"A": ("1",), "B": ("2",)}),
        ("export A=x B=$A", {"A": ("x",), "B": ("x",)}),
        ("local A=1", {"A": ("1",)}),
        ("readonly A=1", {"A": ("1",)}),
        ("declare A", {}),
        ("declare A=1", {"A": ("1",)}),
        ("echo A=1", {}),
        ("1A=2", {}),
        ("A=$Z/x", {"A": (f"{U}/x",)}),
        ("A=$(date)", {"A": (U,)}),
        ("A='$B' x", {"A": ("$B",)}),
        ("read A B", {"A": (U,), "B": (U,)}),
        ("for d in a 'b' \"c\"; do x; done", {"d": ("a", "b", "c")}),
        ("for d in $L; do x; done", {"d": ("p",)}),
        ("for d in a; do x; done; for d in b\ndo x; done", {"d": ("a", "b")}),
        ("for d in a a; do x; done", {"d": ("a",)}),
    ],
)
def test_a_variable_may_hold_what_the_script_gives_it(text: str, values: dict[str, tuple[str, ...]]) -> None:
    script = read_script(text)
    assert script is not None
    assert values_of(script, {"L": "p"}) == {"L": ("p",), **values}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("a$A", ["a1", "a2"]),
        ("${A}b", ["1b", "2b"]),
        ("$A$A", ["11", "12", "21", "22"]),
        ("${N:-d}", ["d"]),
        ("${N-d}", ["d"]),
        ("${N:=d}", ["d"]),
        ("${A:-d}", ["1", "2"]),
        ("$E/x", ["/x"]),
        ("$N", [U]),
        ("${N}", [U]),
        ("${A#x}", [U]),
        ("x$(date)y", [f"x{U}y"]),
        ("x`date`y", [f"x{U}y"]),
        ("$((1+2))", [U]),
        ("{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]),
        ("x{1,2,}y", ["x1y", "x2y", "xy"]),
        ("{a}", ["{a}"]),
        ("*.txt", ["*.txt"]),
    ],
)
def test_a_word_stands_for_each_text_that_its_parts_may_be(word: str, found: list[str]) -> None:
    assert list(texts(word, VALUES)) == found


def test_in_quotes_nothing_is_the_shell_s_and_64_texts_are_read_at_most() -> None:
    assert list(texts("$A{x,y}", VALUES, literal=True)) == ["$A{x,y}"]
    assert len(list(texts("$A" * 6, VALUES))) == 64
    assert len(list(texts("$A" * 7, VALUES))) == 64


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("~", "/root"),
        ("~/x", "/root/x"),
        ("~bob", "/home/bob"),
        ("~bob/y", "/home/bob/y"),
        ("x", "/app/x"),
        ("./a/", "/app/a"),
        ("../../y", "/y"),
        ("/x/../y", "/y"),
        ("//x", "/x"),
        (f"x{U}", f"/app/x{U}"),
        (f"{U}/x", U),
    ],
)
def test_a_path_is_seen_from_the_root(text: str, path: str) -> None:
    assert absolute(text, "/app", "/root") == path


@pytest.mark.parametrize(("text", "path"), [("~/x", "/root/x"), ("/x", "/x"), ("x", U), ("../x", U)])
def test_below_a_folder_that_nobody_knows_only_whole_paths_are_known(text: str, path: str) -> None:
    assert absolute(text, U, "/root") == path


@pytest.mark.parametrize(
    ("pattern", "matched", "other"),
    [
        ("*.txt", "a.txt .txt", "a/b.txt atxt"),
        ("a?b", "axb", "a/b ab"),
        ("[ab]c", "ac bc", "cc abc"),
        ("[!ab]c", "cc", "ac"),
        ("[a", "[a", "a"),
        ("a]", "a]", "a"),
        ("[]a]", "] a", "b"),
        ("\\*", "*", "a"),
        ("x\\", "x\\", "x"),
        ("a.b", "a.b", "axb"),
        ("a+", "a+", "aa"),
    ],
)
def test_a_pattern_means_what_the_shell_means(pattern: str, matched: str, other: str) -> None:
    made = re.compile(expression(pattern))
    assert all(made.fullmatch(name) for name in matched.split())
    assert not any(made.fullmatch(name) for name in other.split())


READ = {
    "apt-get install $(cat list.txt)": "list.txt",
    "cat /etc/x": None,
    "cat /usr/share/x b": "b",
    "cat - a": "a",
    "cat a < b": "b",
    "/usr/bin/cat a": "a",
    "grep -v '^#' a b": "a",
    "grep -e x a": "a",
    "grep --regexp=x a": "a",
    "grep -c x a": "a",
    "grep -m 1 x a": "a",
    "grep -A 2 x a": "a",
    "sed -n 1p a": "a",
    "awk -F : '{print}' a": "a",
    "awk -v x=1 '{print}' a": "a",
    "jq -r .x a": "a",
    "head -n 5 a": "a",
    "head -5 a": "a",
    "sort a": "a",
    "cut -d : -f 1 a": "a",
    "xargs -a a apt": "a",
    "xargs --arg-file=a apt": "a",
    "xargs --arg-file a x": "a",
    "xargs apt < a": "a",
    "x < 'a b'": "a b",
    'x < "a"': "a",
    "x << EOF\na\nEOF": None,
    "x 2< a": None,
    "x <<< a": None,
    "x < $A": None,
    "echo a": None,
    "cat": None,
}


@pytest.mark.parametrize(("text", "path"), READ.items())
def test_the_first_file_that_a_command_reads(text: str, path: str | None) -> None:
    script = read_script(text)
    assert script is not None
    assert [file_read(text, part) for part in script.parts][-1] == path
