"""Histories as the builders write them, laid beside Dockerfiles."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.history import match_history
from uvdive.dockerfile.text.scan import DockerfileError

BASE = ["# debian.sh --arch 'amd64' out/ 'trixie' '@1'", 'CMD ["bash"]']

TEXT = """ARG TAG=trixie-slim
FROM debian:${TAG} AS one
RUN echo hi > /a

FROM one AS last
ARG V=3
ENV A=1 B="two words" C=$V \\
    # comment
    D=${A:-x}
ENV OLD some text
LABEL a=b "c d"="e f"
WORKDIR /srv
WORKDIR sub/
COPY --chmod=755 ./f.txt other* $A/
ADD ["f.txt", "/z/"]
RUN --mount=type=cache,target=/c echo "x  y" \\

   && true
RUN ["/bin/echo", "exec"]
EXPOSE 8000 9000/udp
USER 1000:1000
VOLUME /data
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN echo "sh" | cat
STOPSIGNAL SIGINT
HEALTHCHECK --interval=3s CMD curl -f "http://localhost" || exit 1
ONBUILD RUN echo x
ENTRYPOINT exec foo "$A"
CMD ["a", "b c"]
"""

BUILDKIT = [
    "RUN /bin/sh -c echo hi > /a # buildkit",
    "ARG V=3",
    "ENV A=1 B=two words C=3 D=1",
    "ENV OLD=some text",
    "LABEL a=b c d=e f",
    "WORKDIR /srv",
    "WORKDIR /srv/sub",
    "COPY ./f.txt other* 1/ # buildkit",
    "ADD f.txt /z/ # buildkit",
    'RUN |1 V=3 /bin/sh -c echo "x  y"    && true # buildkit',
    "RUN |1 V=3 /bin/echo exec # buildkit",
    "EXPOSE map[8000/tcp:{} 9000/udp:{}]",
    "USER 1000:1000",
    "VOLUME [/data]",
    "SHELL [/bin/bash -o pipefail -c]",
    'RUN |1 V=3 /bin/bash -o pipefail -c echo "sh" | cat # buildkit',
    "STOPSIGNAL SIGINT",
    """HEALTHCHECK &{["CMD-SHELL" "curl -f \\"http://localhost\\" || exit 1"] "3s" "0s" "0s" '\\x00'}""",
    'ENTRYPOINT ["/bin/bash" "-o" "pipefail" "-c" "exec foo \\"$A\\""]',
    'CMD ["a" "b c"]',
]

CLASSIC = [
    "/bin/sh -c echo hi > /a",
    "/bin/sh -c #(nop)  ARG V=3",
    "/bin/sh -c #(nop)  ENV A=1 B=two words C=3 D=1",
    "/bin/sh -c #(nop)  ENV OLD=some text",
    "/bin/sh -c #(nop)  LABEL a=b c d=e f",
    "/bin/sh -c #(nop) WORKDIR /srv",
    "/bin/sh -c #(nop) WORKDIR /srv/sub",
    "/bin/sh -c #(nop) COPY multi:0123abcd in 1/ ",
    "/bin/sh -c #(nop) ADD file:0123abcd in /z/ ",
    '|1 V=3 /bin/sh -c echo "x  y"    && true',
    "|1 V=3 /bin/echo exec",
    "/bin/sh -c #(nop)  EXPOSE 8000 9000/udp",
    "/bin/sh -c #(nop)  USER 1000:1000",
    "/bin/sh -c #(nop)  VOLUME [/data]",
    "/bin/sh -c #(nop)  SHELL [/bin/bash -o pipefail -c]",
    '|1 V=3 /bin/bash -o pipefail -c echo "sh" | cat',
    "/bin/sh -c #(nop)  STOPSIGNAL SIGINT",
    """/bin/sh -c #(nop)  HEALTHCHECK &{["CMD-SHELL" "curl -f \\"http://localhost\\" || exit 1"] "3s"}""",
    "/bin/sh -c #(nop)  ONBUILD RUN echo x",
    '/bin/sh -c #(nop)  ENTRYPOINT ["/bin/bash" "-o" "pipefail" "-c" "exec foo \\"$A\\""]',
    '/bin/sh -c #(nop)  CMD ["a" "b c"]',
]

LINES = [3, 6, 7, 10, 11, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29]


@pytest.mark.parametrize("made", [BUILDKIT, CLASSIC], ids=["buildkit", "classic"])
def test_every_instruction_of_both_builders_is_found(made: list[str]) -> None:
    match = match_history([*BASE, *made], TEXT)
    assert match.matches
    assert match.base_entries == 2
    assert match.base_name == "debian:trixie-slim"
    assert [span[0] for span in match.spans if span] == LINES
    assert match.spans[4] == (7, 9)


def test_build_arguments_may_change_what_they_reach() -> None:
    made = [entry.replace("V=3", "V=4").replace("C=3", "C=4") for entry in BUILDKIT]
    assert match_history([*BASE, *made], TEXT).matches


@pytest.mark.parametrize("changed", range(len(BUILDKIT)))
def test_one_instruction_more_or_less_is_no_match(changed: int) -> None:
    less = [*BASE, *BUILDKIT[:changed], *BUILDKIT[changed + 1 :]]
    more = [*BASE, *BUILDKIT[: changed + 1], "RUN /bin/sh -c other # buildkit", *BUILDKIT[changed + 1 :]]
    assert not match_history(less, TEXT).matches
    match = match_history(more, TEXT)
    assert not match.matches
    assert match.spans[len(BASE) + changed + 1] is None


def test_the_same_instruction_twice_is_matched_from_the_end() -> None:
    text = "FROM a\nRUN x\nRUN x\n"
    match = match_history(["RUN /bin/sh -c x # buildkit"] * 3, text)
    assert match.spans == (None, (2, 2), (3, 3))
    assert (match.matches, match.base_entries) == (True, 1)


def test_heredocs_are_matched_by_their_body() -> None:
    text = "FROM a\nRUN <<EOF\nset -e\necho b\nEOF\nCOPY <<X /y\nhi\nX\n"
    made = ["RUN /bin/sh -c set -e\necho b\n # buildkit", "COPY <<X /y # buildkit"]
    assert match_history(made, text).spans == ((2, 5), (6, 8))


def test_a_copied_heredoc_is_noted_by_its_name_alone() -> None:
    text = "FROM a\nCOPY --chown=1 <<-\"X\" <<'Y-Z' /y/\nhi\nX\nho\nY-Z\n"
    assert match_history(["COPY <<X <<Y-Z /y/ # buildkit"], text).matches


def test_kaniko_writes_the_instruction_itself() -> None:
    match = match_history(["x", "RUN uv sync", "COPY a /b"], "FROM z\nRUN uv sync\nCOPY a /b\n")
    assert (match.matches, match.base_entries) == (True, 1)


def test_a_file_that_only_says_from_has_the_whole_history_as_its_base() -> None:
    match = match_history(BASE, "FROM debian\n")
    assert (match.matches, match.base_entries, match.spans) == (True, 2, (None, None))


def test_a_base_without_its_argument_is_not_named() -> None:
    assert match_history([], "ARG T\nFROM a:$T\n").base_name is None
    assert match_history([], "ARG T\nFROM a:${T:-1}\n").base_name == "a:1"


@pytest.mark.parametrize("text", ["", "hello world\n", "RUN x\n", "# only a comment\n", "\x00\x01", "FROM\n"])
def test_what_is_no_dockerfile_is_an_error(text: str) -> None:
    with pytest.raises(DockerfileError):
        match_history(BASE, text)


@pytest.mark.parametrize(
    ("given", "noted"),
    [
        ("${HOME_OF}", "/app"),
        ("/srv/$SUB", "/srv/web"),
        ("/srv/$SUB", "/srv"),
        ("/$SUB", "/"),
        ("$HOME_OF/sub", "/app/sub"),
        ("$HOME_OF/sub", "/sub"),
        ("/srv/$A/in/$B/", "/srv/a/b/in"),
        ("$A$B", "/srv"),
        ("$A/$B", "/srv/b"),
        ("${A}-x", "/srv-x"),
        ("$A/../b", "/b"),
        ("./sub/", "/app/sub"),
        ("..", "/"),
        ("../x", "/srv/x"),
        ("/a/../b//c/.", "/b/c"),
        ("sub", "sub"),
        ("$HOME_OF", "$HOME_OF"),
        ("'/my folder'", "/my folder"),
    ],
)
def test_a_folder_is_noted_as_it_came_out(given: str, noted: str) -> None:
    made = [f"WORKDIR {noted}", "RUN /bin/sh -c x # buildkit"]
    assert match_history(made, f"FROM a\nWORKDIR {given}\nRUN x\n").matches


@pytest.mark.parametrize(
    ("given", "noted"),
    [
        ("/srv/$SUB", "/app"),
        ("/srv/$SUB", "/srvx"),
        ("$HOME_OF/sub", "/app/subx"),
        ("/srv/$A/in", "/srv/inside"),
        ("sub", "/app/xsub"),
        ("/app", "/app/x"),
        ("/", "/app"),
    ],
)
def test_another_folder_is_another_history(given: str, noted: str) -> None:
    made = [f"WORKDIR {noted}", "RUN /bin/sh -c x # buildkit"]
    assert not match_history(made, f"FROM a\nWORKDIR {given}\nRUN x\n").matches


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("instruction", "entry"),
    [
        (f"COPY {'-'.join(f'$V{i}' for i in range(12))}-! /x", f"COPY {'a-' * 5000}a /x # buildkit"),
        (f"RUN {' '.join(f'$V{i}b' for i in range(40))} !", f"RUN /bin/sh -c {'b ' * 5000} # buildkit"),
        (f"WORKDIR /{'/'.join(f'$V{i}/w' for i in range(40))}/z", f"WORKDIR {'/w' * 5000}"),
        (f"COPY a /{'/'.join(f'$V{i}x' for i in range(40))}!", f"COPY file:0a in /{'x' * 5000}"),
    ],
)
def test_a_history_that_almost_fits_is_not_tried_for_ever(instruction: str, entry: str) -> None:
    assert match_history([entry], f"FROM scratch\n{instruction}\n").spans == (None,)
