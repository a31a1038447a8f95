"""Lossless parsing, held against BuildKit's own parser (PyPI: dockerfile)."""

from __future__ import annotations

import re

import dockerfile as buildkit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uvdive.dockerfile.scan import DockerfileError
from uvdive.dockerfile.syntax import Instruction, parse, render

NASTY = {
    "plain": "FROM a\nRUN b\n",
    "no end of line": "FROM a\nRUN b",
    "lower case": "from a as b\nrun c\n",
    "crlf": 'FROM a\r\nRUN b \\\r\n  c\r\n# d\r\nCMD ["e"]\r\n',
    "byte order mark": "\ufeffFROM a\nRUN b\n",
    "directives": "# syntax=docker/dockerfile:1\n# check=skip=all\n# escape=`\nFROM a\nRUN b `\n  c\n",
    "escape after check": "# check=error=true\n# escape=`\nFROM a\nRUN dir C:\\\nRUN x\n",
    "directive too late": "FROM a\n# escape=`\nRUN b \\\n  c\n",
    "comment ends directives": "# hello\n# escape=`\nFROM a\nRUN b \\\n  c\n",
    "comment in continuation": "FROM a\nRUN b \\\n  # c \\\n  d\nRUN e\n",
    "blank in continuation": "FROM a\nRUN b \\\n\n   \\\n  d\nRUN e\n",
    "two blanks and a comment": "FROM a\nRUN b && \\\n\n\n#c\n  d \\\n\n && e\n",
    "double backslash ends": "FROM a\nRUN b \\\\\nRUN c\n",
    "spaces behind backslash": "FROM a\nRUN b \\  \n  c\n",
    "backslash at the end": "FROM a\nRUN b\\\n",
    "backslash before comment at the end": "FROM a\nRUN b \\\n# c\n",
    "keyword alone on its line": "FROM a\nRUN \\\n  b\n",
    "keyword runs into continuation": "FROM a\nRUN\\\n b\n",
    "keyword over two lines": "FROM a\nRU\\\nN b\n",
    "heredoc": "FROM a\nRUN <<EOF\nFROM x\n# no comment\n\nRUN y \\\nEOF\nRUN z\n",
    "two heredocs": "FROM a\nCOPY <<A <<B /x/\nin a\nA\nin b\nB\nRUN c\n",
    "quoted heredoc": "FROM a\nRUN <<'E' cat\n$X\nE\nRUN <<\"F\" cat\ny\nF\n",
    "tabs in heredoc": "FROM a\nRUN <<-EOF\n\tb\n\t\tc\n\tEOF\nRUN d\n",
    "heredoc behind mount": "FROM a\nRUN --mount=type=cache,target=/c <<EOF\nb\nEOF\nCMD c\n",
    "heredoc with fd": "FROM a\nRUN cat 3<<EOF <&3\nb\nEOF\nRUN c\n",
    "heredoc in continuation": "FROM a\nRUN cat \\\n  <<EOF > /x\nb\nEOF\nRUN c\n",
    "no heredoc: here string": "FROM a\nRUN cat <<<EOF\nRUN b\n",
    "no heredoc: in quotes": 'FROM a\nRUN echo "<<EOF"\nRUN b\n',
    "no heredoc: joined": "FROM a\nRUN echo x<<EOF\nRUN b\n",
    "no heredoc: env": "FROM a\nENV A=<<EOF\nRUN b\n",
    "no heredoc: json": 'FROM a\nRUN ["cat", "<<EOF"]\nRUN b\n',
    "heredoc in onbuild": "FROM a\nONBUILD RUN <<EOF\nb\nEOF\nRUN c\n",
    "heredoc end not alone": "FROM a\nRUN <<EOF\nEOF x\n EOF\nEOF\nRUN c\n",
    "empty heredoc": "FROM a\nRUN <<EOF\nEOF\nRUN b\n",
    "flags": "FROM --platform=$BUILDPLATFORM a\nCOPY --link --chown=1:2 --from=b c d\nRUN --network=none "
    "-- e\n",
    "bad json": "FROM a\nCMD [\"b\", 'c']\nENTRYPOINT [\"d\",]\n",
    "json over lines": 'FROM a\nCMD ["b", \\\n  # c\n  "d"]\n',
    "args before from": 'ARG A=1\nARG B=${A:-2}\nFROM a:$A\nARG A\nENV X=$A Y="z w"\n',
    "onbuild": "FROM a\nONBUILD RUN b\n",
    "healthcheck": "FROM a\nHEALTHCHECK --interval=3s CMD curl x || exit 1\nHEALTHCHECK NONE\n",
    "old env": "FROM a\nENV A b c d\nLABEL e f g\n",
    "tabs": "FROM\ta\n\tRUN\tb\t\\\n\tc\n",
    "unicode": "FROM a\nLABEL ä=ö x=“y”\nRUN echo 日本 \\\n  語\n",
    "comments around": "# a\n\nFROM a # no comment\n\n# b\n   # c\nRUN d\n\n# end\n\n\n",
    "blank lines only inside": "\n\nFROM a\n\n\n\nRUN b\n\n",
    "line of spaces": "FROM a\n   \nRUN b\n \t \n",
    "lone backslash": "FROM a\n\\\nRUN b\n",
    "shell": 'FROM a\nSHELL ["/bin/bash", "-c"]\nRUN b\n',
    "quotes over lines": "FROM a\nRUN echo 'b \\\n  c' \\\n && d\n",
}  # fmt: skip


# Newer than the parser inside the library: the directive `check`.
NEWER = {"directives", "escape after check"}
KNOWN = {name: text for name, text in NASTY.items() if name not in NEWER}


def heredocs(keyword: str, found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """BuildKit hangs ONBUILD's on an inner node, and takes the tabs of `<<-` off later."""
    if keyword.upper() == "ONBUILD":
        return []
    return [(name, re.sub(r"(?m)^\t+", "", body)) for name, body in found]


def spans(text: str) -> list[tuple[object, ...]]:
    return [
        (
            node.keyword,
            node.line,
            node.end_line,
            tuple(node.flags),
            node.exec_form is not None,
            heredocs(node.keyword, [(doc.name, doc.body) for doc in node.heredocs]),
            (node.exec_form or (node.arguments,)) if node.keyword in ("RUN", "CMD", "ENTRYPOINT") else None,
        )
        for node in parse(text).nodes
        if isinstance(node, Instruction)
    ]


def buildkit_spans(text: str) -> list[tuple[object, ...]]:
    return [
        (
            command.cmd.upper(),
            command.start_line,
            command.end_line,
            command.flags,
            command.json,
            heredocs(command.cmd, [(doc.name, doc.content) for doc in command.heredocs]),
            command.value if command.cmd.upper() in ("RUN", "CMD", "ENTRYPOINT") else None,
        )
        for command in buildkit.parse_string(text)
        if command.cmd is not None  # a lone backslash makes a command of nothing
    ]


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_rendering_what_was_parsed_gives_every_byte_back(text: str) -> None:
    assert render(parse(text)) == text


@pytest.mark.parametrize("text", KNOWN.values(), ids=KNOWN.keys())
def test_instructions_and_lines_are_those_of_buildkit(text: str) -> None:
    assert spans(text) == buildkit_spans(text)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_every_line_belongs_to_exactly_one_node(text: str) -> None:
    nodes = parse(text).nodes
    covered = [line for node in nodes for line in range(node.line, node.end_line + 1)]
    assert covered == list(range(1, len(covered) + 1))
    assert len(covered) == text.count("\n") + (not text.endswith("\n"))


PIECES = [
    *("FROM a\n", "RUN b\n", "run  c  d\n", "# note\n", "\n", "  \n", "ENV A=1 B='c d'\n", "RUN a\\\\\n"),
    *("RUN a \\\n", "  b \\\n", "  && c\n", "\\\n", "  # in between\n", 'CMD ["a", "b"]\n', "CMD [a]\n"),
    *("RUN <<EOF\nx\nEOF\n", "COPY <<'A' <<-B /d/\n1\nA\n\t2\n\tB\n", "RUN --mount=type=cache,target=/c e\n"),
    *("RUN cat <<E && \\\n f\nFROM y\nE\n", "HEALTHCHECK --interval=1s CMD g\n", 'RUN "h\\"" \\\n i\n'),
    *("ONBUILD RUN <<EOF\nz\nEOF\n", "WORKDIR\t/w\n", "EXPOSE 80\r\n", "RUN j \\\r\n k\r\n", "LABEL ü=é\n"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(lambda pieces: "FROM base\n" + "".join(pieces)))
def test_generated_files_are_lossless_and_read_as_buildkit_reads_them(text: str) -> None:
    assert render(parse(text)) == text
    try:
        expected = buildkit_spans(text)
    except buildkit.GoParseError:
        return
    assert spans(text) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("FROMRUNCPY abc\\`\n\r\t #=<>\"'[]$-EOF"), max_size=80))
def test_any_text_is_given_back_or_refused_with_a_line(text: str) -> None:
    try:
        parsed = parse(text)
    except DockerfileError as error:
        line = error.line
    else:
        line = 1
        assert render(parsed) == text
    assert line is not None


def test_the_escape_directive_holds_behind_other_directives() -> None:
    parsed = parse(NASTY["directives"])
    assert parsed.directives == {"syntax": "docker/dockerfile:1", "check": "skip=all", "escape": "`"}
    assert [(i.line, i.end_line, i.value) for i in parsed.instructions] == [(4, 4, "a"), (5, 6, "b   c")]


def test_a_heredoc_in_onbuild_belongs_to_it() -> None:
    onbuild = parse(NASTY["heredoc in onbuild"]).instructions[1]
    assert (onbuild.end_line, onbuild.heredocs[0].body) == (4, "b\n")


def test_an_open_heredoc_is_an_error_that_names_its_line() -> None:
    with pytest.raises(DockerfileError, match="Line 2") as error:
        parse("FROM a\nRUN <<EOF\nb\n")
    assert error.value.line == 2


@pytest.mark.parametrize("text", ["# escape=x\nFROM a\n", "# escape=\\\n# escape=`\nFROM a\n"])
def test_a_wrong_directive_is_an_error(text: str) -> None:
    with pytest.raises(DockerfileError):
        parse(text)
