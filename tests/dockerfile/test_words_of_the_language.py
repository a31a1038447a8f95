"""Every keyword, directive and marker of the language, each with its nearest that is none."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.arguments import flag_value, parse_json, split_flags
from uvdive.dockerfile.ignore import Ignored
from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.stages import lineage, read_stages
from uvdive.dockerfile.text.heredocs import markers, raw_words
from uvdive.dockerfile.text.scan import DockerfileError, instruction_parts
from uvdive.dockerfile.text.syntax import Trivia, parse
from uvdive.dockerfile.variables import expand, expand_known, pairs

INSTRUCTIONS = """ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL
STOPSIGNAL USER VOLUME WORKDIR"""


@pytest.mark.parametrize("keyword", INSTRUCTIONS.split())
def test_an_instruction_in_any_case(keyword: str) -> None:
    for spelled in (keyword, keyword.lower(), keyword.capitalize()):
        *_, stage = read_stages(parse(f"FROM a\n{spelled} b\n"))
        assert [i.keyword for i in stage.instructions] == ([] if keyword == "FROM" else [keyword])
    with pytest.raises(DockerfileError, match=f"Line 2: there is no instruction “{keyword}S”") as error:
        read_stages(parse(f"FROM a\n{keyword}S b\n"))
    assert error.value.line == 2
    with pytest.raises(DockerfileError, match=f"Line 2: {keyword} says nothing"):
        read_stages(parse(f"FROM a\n{keyword}\n"))


@pytest.mark.parametrize("keyword", [word for word in INSTRUCTIONS.split() if word not in ("ARG", "FROM")])
def test_only_arg_may_stand_before_from(keyword: str) -> None:
    with pytest.raises(DockerfileError, match=f"Line 1: {keyword} stands before the first FROM") as error:
        read_stages(parse(f"{keyword} b\nFROM a\n"))
    assert error.value.line == 1
    assert read_stages(parse("ARG b\nFROM a\n"))[0].base == "a"


def test_a_long_wrong_word_is_cut() -> None:
    with pytest.raises(DockerfileError, match=f"“{'X' * 40}”"):
        read_stages(parse(f"FROM a\n{'x' * 41} b\n"))


@pytest.mark.parametrize("keyword", ["RUN", "COPY", "ADD", "ONBUILD RUN", "onbuild copy"])
def test_instructions_that_take_heredocs(keyword: str) -> None:
    (_, made) = parse(f"FROM a\n{keyword} <<EOF /x\nbody\nEOF\n").instructions
    assert [(doc.name, doc.body) for doc in made.heredocs] == [("EOF", "body\n")]
    assert made.end_line == 4


@pytest.mark.parametrize("keyword", ["CMD", "ENTRYPOINT", "LABEL", "ENV", "ONBUILD CMD"])
def test_instructions_that_take_none(keyword: str) -> None:
    made = parse(f"FROM a\n{keyword} <<EOF /x\nRUN b\n").instructions
    assert [(i.line, i.end_line, i.heredocs) for i in made[1:]] == [(2, 2, ()), (3, 3, ())]


@pytest.mark.parametrize(
    ("word", "name", "quoted", "strips"),
    [
        ("<<EOF", "EOF", False, False),
        ("<<-EOF", "EOF", False, True),
        ("3<<EOF", "EOF", False, False),
        ('<<"EOF"', "EOF", True, False),
        ("<<'E F'", "E F", True, False),
        ("<<E\\OF", "EOF", True, False),
        ('<<-"E\\"F"', 'E\\"F', True, True),
        ("<<", None, False, False),
        ("<<-", None, False, False),
        ("<<<EOF", None, False, False),
        ("x<<EOF", None, False, False),
        ("<EOF", None, False, False),
    ],
)
def test_a_heredocs_mark(word: str, name: str | None, quoted: bool, strips: bool) -> None:
    found = [(doc.name, doc.quoted, doc.strip_tabs) for doc in markers(f"cat {word} x")]
    assert found == ([] if name is None else [(name, quoted, strips)])


def test_tabs_are_taken_off_only_where_the_mark_says_so() -> None:
    (_, made) = parse("FROM a\nRUN <<-A <<B\n\t\tx\n\tA\n\ty\nB\n").instructions
    assert [doc.body for doc in made.heredocs] == ["x\n", "\ty\n"]
    with pytest.raises(DockerfileError, match="“B” has no end"):
        parse("FROM a\nRUN <<B\ny\n\tB\n")


def test_words_are_parted_at_white_space_outside_quotes() -> None:
    assert raw_words(' a  \'b c\' d\\ e "f \\" g"h\t') == ["a", "'b c'", "d\\ e", '"f \\" g"h']
    assert raw_words("'a\\' b") == ["'a\\'", "b"], "a single quote knows no escapes"
    assert raw_words("'a\"b' \"c'd\"") == ["'a\"b'", '"c\'d"']
    assert raw_words("  ") == raw_words("") == []


@pytest.mark.parametrize(
    ("text", "flags", "rest"),
    [
        ("--a=b --c d", ("--a=b", "--c"), "d"),
        ("--a='b c' d", ("--a='b c'",), "d"),
        ('--a="b \\" c" d', ('--a="b \\" c"',), "d"),
        ("--a=b\\ c d", ("--a=b\\ c",), "d"),
        ("--a='b\\' d", ("--a='b\\'",), "d"),
        ("--a -- --b", ("--a",), "--b"),
        ("-a b", (), "-a b"),
        ("  --a", ("--a",), ""),
    ],
)
def test_flags_stand_before_the_arguments(text: str, flags: tuple[str, ...], rest: str) -> None:
    assert split_flags(text) == (flags, rest)


def test_a_flags_value() -> None:
    flags = ("--from=a", "--link", '--chown="b:c"', "--from=d")
    assert [flag_value(flags, name) for name in ("from", "link", "chown", "fro", "mount")] == [
        "a",
        "",
        "b:c",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('["a"]', ("a",)),
        (' [ "a", "b" ] ', ("a", "b")),
        ("[]", ()),
        ("['a']", None),
        ('["a", 1]', None),
        ('["a"', None),
        ('{"a": "b"}', None),
        ('"a"', None),
        ("[" * 100_000, None),
    ],
)
def test_an_exec_form_is_a_list_of_strings(text: str, words: tuple[str, ...] | None) -> None:
    assert parse_json(text) == words


@pytest.mark.parametrize("name", ["syntax", "escape", "check"])
def test_a_directive_stands_at_the_top_and_once(name: str) -> None:
    text = f"# {name.upper()} = `\nFROM a\n"
    assert parse(text).directives == {name: "`"}
    assert parse(f"\ufeff{text}").directives == {name: "`"}
    assert parse(f"\n{text}").directives == {}
    assert parse(f"# note\n{text}").directives == {}
    assert parse(f"# {name}s = x\nFROM a\n").directives == {}
    with pytest.raises(DockerfileError, match=f"Line 2: only one “{name}” directive") as error:
        parse(f"# {name}=`\n{text}")
    assert error.value.line == 2


@pytest.mark.parametrize("value", ["\\", "`"])
def test_the_two_escape_characters_and_no_other(value: str) -> None:
    parsed = parse(f"# escape={value}\nFROM a\nRUN b {value}\n  c\n")
    assert parsed.escape == value
    assert [i.value for i in parsed.instructions] == ["a", "b   c"]
    with pytest.raises(DockerfileError, match="Line 1: the escape directive must be") as error:
        parse(f"# escape={value}{value}\nFROM a\n")
    assert error.value.line == 1
    assert parse("FROM a\n").escape == "\\"


def test_kinds_and_lines_of_what_stands_between() -> None:
    nodes = parse("# syntax=x\n# note\n\nFROM a \\\n# in\n\n AS b\n  # end").nodes
    trivia = [(n.kind, n.line, n.end_line, n.source) for n in nodes if isinstance(n, Trivia)]
    assert trivia == [
        ("directive", 1, 1, "# syntax=x\n"),
        ("comment", 2, 2, "# note\n"),
        ("blank", 3, 3, "\n"),
        ("comment", 8, 8, "  # end"),
    ]
    (made,) = parse("FROM a \\\n# in\n\n AS b\n").instructions
    assert (made.line, made.end_line, made.value) == (1, 4, "a  AS b")


def test_the_parts_of_a_source_with_their_offsets() -> None:
    source = "  RUN <<A <<B \\\n # no\n x\n1\nA\n2\nB\n"
    own, heredoc = instruction_parts(source, "\\")
    assert [(source[at : at + len(part)], part) for at, part in own] == [(p, p) for _, p in own]
    assert "".join(part for _, part in own) == "RUN <<A <<B  x"
    assert [(source[at : at + len(line)], line) for at, line in heredoc] == [(x, x) for x in "1A2B"]


@pytest.mark.parametrize(
    ("first", "name", "base"),
    [
        ("FROM a", None, "a"),
        ("FROM a AS B", "b", "a"),
        ("from a as b", "b", "a"),
        ("FROM --platform=x a AS b", "b", "a"),
        ("ARG V=1\nFROM a:$V", None, "a:1"),
        ("ARG V\nFROM a:$V", None, ""),
        ("ARG V\nFROM a:${V:-2}", None, "a:2"),
    ],
)
def test_a_stages_name_and_base(first: str, name: str | None, base: str) -> None:
    (stage,) = read_stages(parse(f"{first}\nRUN x\n"))
    assert (stage.name, stage.base, stage.index) == (name, base, 0)


@pytest.mark.parametrize(
    "line", ["FROM a b", "FROM a AS", "FROM a OF b", "FROM a AS b c", "FROM --platform=x"]
)
def test_a_from_that_says_too_much_or_too_little(line: str) -> None:
    with pytest.raises(
        DockerfileError, match="Line 2: FROM needs an image, and a name after AS at most"
    ) as error:
        read_stages(parse(f"FROM x\n{line}\n"))
    assert error.value.line == 2


def test_a_stage_stands_on_the_last_one_of_its_name() -> None:
    text = "FROM x AS a\nENV V=1\nFROM y AS a\nENV V=2\nFROM A AS b\nFROM b\nFROM z AS b\n"
    stages = read_stages(parse(text))
    assert [stage.parent for stage in stages] == [None, None, 1, 2, None]
    assert [stage.index for stage in lineage(stages, stages[3])] == [1, 2, 3]
    assert stages[3].env == {"V": "2"}
    assert lineage(stages, stages[0]) == stages[:1]


def test_a_bases_own_variables_and_arguments() -> None:
    text = "ARG G=g\nFROM img\nARG G\nARG NO\nARG D=d\nENV P=$P:$G:$D:$NO\n"
    (stage,) = read_stages(parse(text), {"D": "given", "OTHER": "x"}, lambda name: {"P": name})
    assert stage.env == {"P": "img:g:given:"}
    assert stage.environments[0] == {"P": "img"}
    assert stage.environments[3] == {"P": "img", "G": "g", "D": "given"}


VALUES = {"A": "one", "EMPTY": "", "P": "a.b.c", "S": "aXbX*"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${EMPTY:?x}", ""),
        ("${P#*.}", "b.c"),
        ("${P##*.}", "c"),
        ("${P%.*}", "a.b"),
        ("${P%%.*}", "a"),
        ("${P#x}", "a.b.c"),
        ("${P%x}", "a.b.c"),
        ("${P#a.b.c}", ""),
        ("${P%%*}", ""),
        ("${P#?}", ".b.c"),
        ("${P%?}", "a.b."),
        ("${S#a\\X}", "bX*"),
        ("${S%\\*}", "aXbX"),
        ("${S/X/-}", "a-bX*"),
        ("${S//X/-}", "a-b-*"),
        ("${S//X}", "ab*"),
        ("${S/X}", "abX*"),
        ("${S/\\*/y}", "aXbXy"),
        ('"${S%\\*}"', "aXbX"),
        ('${S%"\\*"}', "aXbX*"),
        ("${S/X/\\*}", "a\\*bX*"),
        ("${NONE:-\\*}${A%${NONE:-\\e}}", "*on"),
        ("${S//*/y}", "y"),
        ("${S//Q/y}", "aXbX*"),
        ("${A:-x}y", "oney"),
        ("${NONE-x}", "x"),
        ("${NONE+x}", ""),
        ("${NONE:+x}", ""),
        ("${A+$EMPTY}", ""),
        ("${A", "one"),
        ("${A:", "one"),
        ("$1$@$*$#$?$$$!$-", ""),
        ("${}", "${}"),
        ("$.", "$."),
        ('"\\a\\"\\$\\\\"', '\\a"$\\'),
        ('"$A', "one"),
        ("'a''b'\"c\"d", "abcd"),
    ],
)
def test_each_operator_of_a_variable(text: str, expected: str) -> None:
    assert expand(text, VALUES.get) == expected


@pytest.mark.parametrize(("text", "known"), [("$NONE", False), ("${NONE}", False), ("'$NONE'", True)])
def test_what_is_not_known(text: str, known: bool) -> None:
    assert (expand_known(text, VALUES.get) is not None) is known
    assert expand_known("${NONE:-$ALSO}", VALUES.get) is None
    assert expand_known("${NONE:+x}", VALUES.get) == ""


def test_names_and_values_in_their_order() -> None:
    found = pairs('A=$A "B"=c\\ d E F="g=h"', VALUES.get)
    assert found == [("A", "one"), ("B", "c d"), ("E", None), ("F", "g=h")]
    assert pairs("", VALUES.get) == []
    assert pairs("$A b $A", VALUES.get) == [("one", "b one")]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("src", "source"),
        ("dst", "target"),
        ("destination", "target"),
        ("ro", "readonly"),
        ("rw", "readwrite"),
    ],
)
def test_a_mounts_options_have_other_names(written: str, name: str) -> None:
    run = parse(f"FROM a\nRUN --mount=type=bind,{written}=x,other=y uv sync\n").instructions[1]
    (mount,) = mounts_of(run)
    assert mount.options == {"type": "bind", name: "x", "other": "y"}


@pytest.mark.parametrize(
    ("text", "path", "out"),
    [
        ("[^a-c]x", "dx", True),
        ("[^a-c]x", "bx", False),
        ("[a-c]x", "cx", True),
        ("[[]x", "[x", True),
        ("[\\]]x", "]x", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a*c", "a/c", False),
        ("a/**", "a", False),
        ("**/a", "a", True),
        ("**", "a/b", True),
        ("a/**/b/*.c", "a/x/y/b/z.c", True),
        ("a**b", "a/x/b", True),
        ("a**b", "axb", False),
        ("..", "x", False),
        (".", "x", False),
        ("!a\na", "a", True),
        ("a\n! a", "a", False),
        ("a\n#!a", "a", True),
        (" #a", "#a", True),
        ("a\n!a/b", "a/b", False),
        ("a\n!a/b", "a/c", True),
    ],
)
def test_each_sign_of_an_ignore_file(text: str, path: str, out: bool) -> None:
    assert (path in Ignored.read(text)) is out
