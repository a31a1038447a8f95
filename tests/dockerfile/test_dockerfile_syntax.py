"""Lossless parsing, held against BuildKit's own parser (PyPI: dockerfile)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_images import buildkit

from uvdive.dockerfile.text.scan import DockerfileError
from uvdive.dockerfile.text.syntax import Instruction, inner, parse, render

FILES = Path(__file__).parent.parent / "data" / "dockerfiles"
NASTY = {
    path.stem.replace("-", " "): path.read_bytes().decode() for path in sorted(FILES.glob("*.Dockerfile"))
}


def test_there_are_at_least_sixty_files_by_hand() -> None:
    assert len(NASTY) >= 60


# Newer than the parser inside the library: the directive `check`.
NEWER = {"directives", "escape after check"}
KNOWN = {name: text for name, text in NASTY.items() if name not in NEWER}


def heredocs(keyword: str, found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """BuildKit hangs ONBUILD's on an inner node, and takes the tabs of `<<-` off later."""
    if keyword.upper() == "ONBUILD":
        return []
    return [(name, re.sub(r"(?m)^\t+", "", body)) for name, body in found]


def words(node: Instruction) -> tuple[str, ...]:
    return (node.arguments,) if node.exec_form is None else node.exec_form


def spans(text: str) -> list[tuple[object, ...]]:
    return [
        (
            node.keyword,
            node.line,
            node.end_line,
            tuple(node.flags),
            (inner(node) if node.keyword == "HEALTHCHECK" else node).exec_form is not None,
            heredocs(node.keyword, [(doc.name, doc.body) for doc in node.heredocs]),
            words(node) if node.keyword in ("RUN", "CMD", "ENTRYPOINT") else None,
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
