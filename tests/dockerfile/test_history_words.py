"""Each instruction beside each spelling of its history entry, and beside the nearest that is another."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.history import HistoryMatch, match_history

NOP = "/bin/sh -c #(nop) "


def fits(instruction: str, entry: str, *, before: str = "") -> bool:
    match = match_history([entry], f"FROM a\n{before}{instruction}\n")
    return match.matches and match.spans[0] is not None


@pytest.mark.parametrize(
    ("instruction", "entries", "others"),
    [
        (
            "RUN uv sync",
            [
                "RUN /bin/sh -c uv sync # buildkit",
                "RUN |2 A=1 B=x /bin/sh -c uv sync # buildkit",
                "/bin/sh -c uv sync",
                "|1 A=1 /bin/sh -c uv sync",
                "RUN uv sync",
                "RUN /bin/bash -c uv  'sync' # buildkit",
            ],
            [
                "RUN /bin/sh -c uv sync --x # buildkit",
                "RUN uv",
                "COPY uv sync",
                f"{NOP} CMD uv sync",
                "# uv sync",
            ],
        ),
        ('RUN ["uv", "sync"]', ["RUN uv sync # buildkit", "uv sync"], ["RUN uv"]),
        (
            "COPY a b /c/",
            ["COPY a b /c/ # buildkit", f"{NOP}COPY multi:0af1 in /c/ ", "COPY --link a b /c/"],
            [
                "COPY a b /d/ # buildkit",
                f"{NOP}COPY multi:0af1 in /d/ ",
                f"{NOP}COPY multi:xyz in /c/ ",
                "ADD a b /c/",
            ],
        ),
        (
            "COPY --chown=x --link a /c",
            ["COPY a /c # buildkit", f"{NOP}COPY file:0a in /c ", f"{NOP}COPY dir:0a in /c "],
            ["COPY b /c", f"{NOP}COPY link:0a in /c "],
        ),
        ("ADD a.tar /c", ["ADD a.tar /c # buildkit", f"{NOP}ADD file:0a in /c "], ["COPY a.tar /c"]),
        ('ADD ["a b", "/c/"]', ["ADD a b /c/ # buildkit"], ["ADD a /c/"]),
        (
            "WORKDIR /srv/app/",
            ["WORKDIR /srv/app", f"{NOP} WORKDIR /srv/app"],
            ["WORKDIR /srv", "WORKDIR /x/srv/app"],
        ),
        ("WORKDIR app", ["WORKDIR /srv/app", "WORKDIR /app"], ["WORKDIR /srv/xapp", "WORKDIR /srv/app/x"]),
        ("WORKDIR ./app", ["WORKDIR /srv/app"], ["WORKDIR /srv/other"]),
        ("WORKDIR /", ["WORKDIR /"], ["WORKDIR /x"]),
        (
            "EXPOSE 80 443/udp 9000-9010",
            ["EXPOSE map[443/udp:{} 80/tcp:{} 9000-9010/tcp:{}]", f"{NOP} EXPOSE 9000-9010 443/udp 80"],
            ["EXPOSE map[80/tcp:{}]", "EXPOSE 80 443 9000-9010"],
        ),
        ("EXPOSE $PORT", ["EXPOSE map[80/tcp:{}]", "EXPOSE 1"], ["VOLUME 80"]),
        (
            "ENV A=1 B=two",
            ["ENV A=1 B=two", f"{NOP} ENV A=1 B=two"],
            ["ENV A=1", "ENV B=two A=1", "ENV A=2 B=two"],
        ),
        ("ENV OLD some text", ["ENV OLD=some text"], ["ENV OLD=other text"]),
        ("LABEL a=b", ["LABEL a=b"], ["LABEL a=c", "ENV a=b"]),
        ("ARG V=3", ["ARG V=3", "ARG V=4", "ARG V"], ["ARG W=3", "ENV V=3"]),
        ('CMD ["a", "b"]', ['CMD ["a" "b"]', f'{NOP} CMD ["a" "b"]'], ['CMD ["a"]', 'ENTRYPOINT ["a" "b"]']),
        (
            "CMD a b",
            ['CMD ["/bin/sh" "-c" "a b"]', 'CMD ["/bin/bash" "-c" "a b"]'],
            ['CMD ["/bin/sh" "-c" "a"]'],
        ),
        ("ENTRYPOINT exec a", ['ENTRYPOINT ["/bin/sh" "-c" "exec a"]'], ['CMD ["/bin/sh" "-c" "exec a"]']),
        ('SHELL ["/bin/bash", "-c"]', ["SHELL [/bin/bash -c]"], ["SHELL [/bin/sh -c]"]),
        (
            "HEALTHCHECK CMD curl x",
            ['HEALTHCHECK &{["CMD-SHELL" "curl x"] "0s"}'],
            ['HEALTHCHECK &{["CMD" "wget"]}'],
        ),
        ("HEALTHCHECK NONE", ['HEALTHCHECK &{["NONE"] "0s"}'], ['HEALTHCHECK &{["CMD"] "0s"}']),
        ("USER app:app", ["USER app:app", f"{NOP} USER app:app"], ["USER app"]),
        ("VOLUME /a /b", ["VOLUME [/a /b]"], ["VOLUME [/a]"]),
        ("STOPSIGNAL INT", ["STOPSIGNAL INT"], ["STOPSIGNAL TERM"]),
        ("MAINTAINER me", ["MAINTAINER me"], ["MAINTAINER you"]),
    ],
)
def test_an_instruction_and_its_entries(instruction: str, entries: list[str], others: list[str]) -> None:
    assert [entry for entry in entries if not fits(instruction, entry)] == []
    assert [entry for entry in others if fits(instruction, entry)] == []


def test_variables_are_known_from_env_and_open_from_arg() -> None:
    before = "ENV A=1\nARG B=2\n"
    for entry, told in (("COPY x 1/ # buildkit", True), ("COPY x 2/ # buildkit", False)):
        match = match_history(["ENV A=1", "ARG B", entry], f"FROM a\n{before}COPY x $A/\n")
        assert match.matches is told
    for entry, told in (("COPY x 9/ # buildkit", True), ("COPY y 9/ # buildkit", False)):
        match = match_history(["ENV A=1", "ARG B", entry], f"FROM a\n{before}COPY x $B/\n")
        assert match.matches is told
    both = match_history(["ENV A=1", "ARG A=5", "USER 1"], "FROM a\nENV A=1\nARG A=5\nUSER $A\n")
    assert both.matches, "ENV wins over ARG"
    classic = match_history([f"{NOP}COPY file:0a in /7/ "], "FROM a\nCOPY x /$FROM_BASE/\n")
    assert classic.matches


@pytest.mark.parametrize(
    ("instruction", "entry"),
    [
        ('CMD ["echo", "$A"]', 'CMD ["echo" "{}"]'),
        ('ENTRYPOINT ["echo", "$A"]', 'ENTRYPOINT ["echo" "{}"]'),
        ('SHELL ["/bin/$A", "-c"]', "SHELL [/bin/{} -c]"),
        ("HEALTHCHECK CMD echo $A", 'HEALTHCHECK &{{["CMD-SHELL" "echo {}"] "0s"}}'),
    ],
)
def test_what_the_container_reads_keeps_its_variables(instruction: str, entry: str) -> None:
    for value, told in (("$A", True), ("1", False)):
        match = match_history(["ENV A=1", entry.format(value)], f"FROM a\nENV A=1\n{instruction}\n")
        assert match.matches is told


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("RUN <<EOF\na\nb\nEOF", "RUN /bin/sh -c a\nb\n # buildkit"),
        ("RUN <<-EOF\n\ta\nEOF", "RUN /bin/sh -c a\n # buildkit"),
        ("RUN 3<<EOF\na\nEOF", "RUN /bin/sh -c a\n # buildkit"),
        ("RUN cat <<A <<B\n1\nA\n2\nB", "RUN /bin/sh -c cat <<A <<B\n1\nA\n2\nB # buildkit"),
        ("COPY <<-X <<'Y' /d/\n\t1\nX\n2\nY", "COPY <<X <<Y /d/ # buildkit"),
    ],
)
def test_heredocs(text: str, entry: str) -> None:
    assert fits(text, entry)
    assert not fits(text, entry.replace("a\n", "x\n").replace("1\n", "x\n").replace("<<X", "<<Z"))


def places(entries: str, text: str) -> HistoryMatch:
    return match_history([f"RUN /bin/sh -c {word} # buildkit" for word in entries.split()], text)


@pytest.mark.parametrize(
    ("entries", "spans", "base", "matches"),
    [
        ("a b c", [2, 3, 4], 0, True),
        ("x a b c", [0, 2, 3, 4], 1, True),
        ("a a b c", [0, 2, 3, 4], 1, True),
        ("x y a b", [0, 0, 2, 3], 2, False),
        ("a x b c", [2, 0, 3, 4], 0, False),
        ("a b c x", [2, 3, 4, 0], 0, False),
        ("b a", [3, 0], 0, False),
        ("c a b", [0, 2, 3], 1, False),
        ("x y", [0, 0], 0, False),
    ],
)
def test_the_longest_sequence_read_from_the_end(
    entries: str, spans: list[int], base: int, matches: bool
) -> None:
    match = places(entries, "FROM z\nRUN a\nRUN b\nRUN c\n")
    assert [span[0] if span else 0 for span in match.spans] == spans
    assert (match.base_entries, match.matches) == (base, matches)


def test_onbuild_is_passed_over_wherever_a_builder_notes_it() -> None:
    text = "FROM z\nRUN a\nONBUILD RUN b\nRUN c\n"
    with_it = ["x", "/bin/sh -c a", f"{NOP} ONBUILD RUN b", "/bin/sh -c c"]
    assert match_history(with_it, text).matches
    assert match_history([*with_it[:2], with_it[3]], text).matches
    assert match_history(with_it, text).spans == (None, (2, 2), None, (4, 4))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FROM a:1\nRUN x\n", "a:1"),
        ("FROM a:1 AS b\nFROM b\nRUN x\n", "a:1"),
        ("FROM a:1\nFROM c\nRUN x\n", "c"),
        ("ARG N\nFROM $N\nRUN x\n", None),
    ],
)
def test_the_base_is_the_last_stages_own(text: str, name: str | None) -> None:
    assert match_history(["RUN /bin/sh -c x"], text).base_name == name


def test_what_a_stage_is_built_on_comes_first_with_its_own_lines() -> None:
    text = "FROM z AS one\nRUN a\nFROM y\nRUN q\nFROM one\nRUN \\\n  b\n"
    match = match_history(["base", "/bin/sh -c a", "/bin/sh -c b"], text)
    assert (match.spans, match.base_entries, match.matches) == ((None, (2, 2), (6, 7)), 1, True)
