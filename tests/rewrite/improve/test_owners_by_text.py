"""R29: `chown -R` behind a COPY, by the text alone."""

from __future__ import annotations

import pytest
from rewrites.finished import BUILD, START, last_stage, of, static, told

COPY = "COPY --from=builder /app /app"
OWNED = "COPY --chown=app:app --from=builder /app /app"
USER = "RUN useradd -m app"


@pytest.mark.parametrize(
    ("lines", "becomes"),
    [
        ([USER, COPY, "RUN chown -R app:app /app"], [USER, OWNED]),
        ([COPY, "RUN useradd app && chown -R app:app /app"], ["RUN useradd app", OWNED]),
        ([COPY, USER, "RUN chown -R app:app /app"], [USER, OWNED]),
        (
            [COPY, "RUN chown -R 1001:1001 /app"],
            ["COPY --chown=1001:1001 --from=builder /app /app"],
        ),
        # The folder is there, so COPY leaves its owner alone.
        (
            ["WORKDIR /app", USER, COPY, "RUN chown -R app:app /app"],
            ["WORKDIR /app", USER, OWNED, "RUN chown app:app /app"],
        ),
        (
            [USER, "RUN mkdir -p /app/logs/x", COPY, "RUN chown --recursive app:app /app"],
            [USER, "RUN mkdir -p /app/logs/x", OWNED, "RUN chown app:app /app /app/logs /app/logs/x"],
        ),
        # What else the RUN does stays.
        (
            [USER, COPY, "RUN mkdir /data && chown -R app:app /app /data && echo ok"],
            [USER, OWNED, "RUN mkdir /data && chown -R app:app /data && echo ok"],
        ),
        (
            [USER, COPY, "RUN mkdir /app/logs && chown -R app:app /app"],
            [USER, OWNED, "RUN mkdir /app/logs && chown app:app /app/logs"],
        ),
        (
            [COPY, "RUN groupadd -r app \\\n    && useradd -r -g app app \\\n    && chown -R app:app /app"],
            ["RUN groupadd -r app \\", "    && useradd -r -g app app", OWNED],
        ),
        (
            [COPY, "RUN set -eux; useradd app; chown -R app:app /app"],
            ["RUN useradd app", OWNED],
        ),
        (
            [COPY, "RUN useradd -d / app && chown -R app:app /app"],
            ["RUN useradd -d / app", OWNED],
        ),
        # Each COPY below the folder gets it, one that had another owner too.
        (
            [
                USER,
                "COPY --chown=root --from=builder /app /app",
                "COPY x.py /app/",
                "RUN chown -R app:app /app",
            ],
            [USER, OWNED, "COPY --chown=app:app x.py /app/"],
        ),
        # A context's file has root's group, which `chown app` leaves.
        (
            [USER, "COPY x.py /srv/", "RUN chown -R app /srv"],
            [USER, "COPY --chown=app:0 x.py /srv/", "RUN chown app /srv"],
        ),
        (
            ["ARG OWNER=1000", COPY, "RUN chown -R $OWNER:$OWNER /app"],
            ["ARG OWNER=1000", "COPY --chown=$OWNER:$OWNER --from=builder /app /app"],
        ),
        (
            [USER, COPY, "RUN chown -R app:app /app && chmod -R 700 /data"],
            [USER, OWNED, "RUN chmod -R 700 /data"],
        ),
        (
            ["USER root", USER, "WORKDIR /", COPY, "RUN chown -R app:app app"],
            ["USER root", USER, "WORKDIR /", OWNED],
        ),
    ],
)
def test_copy_gives_the_owner(lines: list[str], becomes: list[str]) -> None:
    result = static(of(*lines))
    assert result.outcome == "improved", result.warnings
    assert last_stage(result.text) == becomes
    (decision,) = result.decisions
    assert (decision.id, decision.rule) == ("copied-with-owner", "R29")
    assert result.allowed is not None
    assert not any((result.allowed.paths, result.allowed.owners, result.allowed.config))
    assert told(result) == []


def test_a_comment_goes_where_its_instruction_goes() -> None:
    user = ["# Whom the server runs as.", "# Not root.", USER]
    text = static(of("# The app.", COPY, "", *user, "", "# All is theirs.", "RUN chown -R app:app /app")).text
    there = text.splitlines()
    assert there[there.index(OWNED) - 4 : there.index(OWNED) + 1] == [*user, "# The app.", OWNED]
    assert "# All is theirs." not in there, "it says nothing of what is left"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([USER, COPY, "RUN chown -R app /app"], "groups of their own"),
        ([USER, COPY, "RUN chown -R app: /app"], "names no user and group"),
        ([USER, COPY, "RUN chown -R :app /app"], "names no user and group"),
        ([USER, COPY, "RUN chown -RH app:app /app"], "options"),
        ([USER, COPY, "RUN chown -R app:app /app /app/x", "USER app"], None),
        ([USER, "COPY --link --from=builder /app /app", "RUN chown -R app:app /app"], "no names of users"),
        ([USER, COPY, "RUN python -m compileall /app", "RUN chown -R app:app /app"], "line 9"),
        ([USER, COPY, "RUN chmod +x /app/start.sh", "RUN chown -R app:app /app"], "line 9"),
        ([USER, COPY, "RUN ./setup && chown -R app:app /app"], "line 9"),
        ([USER, "COPY --from=builder /app /code/app", "RUN chown -R app:app /code/app"], "COPY makes /code"),
        ([COPY, "RUN useradd -m -d /app app && chown -R app:app /app"], "make it before"),
        ([COPY, "ENV A=1", "RUN useradd app && chown -R app:app /app"], "make it before"),
        ([COPY, "ARG A=1", "RUN useradd app && chown -R app:app /app"], "make it before"),
        ([COPY, 'SHELL ["/bin/bash", "-c"]', "RUN useradd app && chown -R app:app /app"], "make it before"),
        ([COPY, "RUN cd /srv && useradd app && chown -R app:app /app"], "make it before"),
        ([COPY, "RUN export A=1 && useradd app && chown -R app:app /app"], "make it before"),
        ([COPY, "RUN useradd app > /made && chown -R app:app /app"], "make it before"),
        ([COPY, "RUN useradd -d / -m app -k /app/skel && chown -R app:app /app"], "make it before"),
        ([COPY, "RUN --mount=type=cache,target=/x useradd app && chown -R app:app /app"], "make it before"),
        (["USER 5", COPY, "USER root", "RUN useradd app && chown -R app:app /app"], "make it before"),
        ([COPY, "RUN apt-get update && useradd app && chown -R app:app /app"], "make it before"),
        ([COPY, "RUN useradd app", "RUN groupadd x", "RUN chown -R app:x /app"], "make it before"),
        ([COPY, "ARG OWNER=1000", "RUN chown -R $OWNER:0 /app"], "not known where COPY stands"),
        ([USER, COPY, "USER app", "RUN chown -R app:app /app"], "a user"),
        ([USER, COPY, "RUN chown -R app:app /app && chmod -R o-rwx /app"], "chmod -R in the same RUN"),
        ([USER, COPY, "RUN chown -R app:app /app && chmod -R g+w /app/x"], "chmod -R in the same RUN"),
        ([USER, COPY, "RUN chgrp -R app / && chown -R app:app /app"], "chgrp -R in the same RUN"),
        ([USER, COPY, "RUN chown -R app:app /app && chmod -R go= $D"], "chmod -R in the same RUN"),
    ],
)
def test_what_might_differ_stays_and_is_named(lines: list[str], why: str | None) -> None:
    result = static(of(*lines))
    if why is None:
        assert result.outcome == "improved"
        return
    assert (result.outcome, result.diff) == ("unchanged", "")
    (warning,) = (w for w in result.warnings if w.rule == "R29")
    assert why in warning.text
    assert "Give the owner to COPY (--chown)" in warning.text
    assert result.text.splitlines()[warning.line - 1].startswith("RUN")


@pytest.mark.parametrize(
    "lines",
    [
        [USER, "COPY --chown=app:app --from=builder /app /app"],
        [USER, COPY, "RUN chown app:app /app"],
        [USER, COPY, "RUN mkdir /data && chown -R app:app /data"],
        [USER, "RUN mkdir /app && chown -R app:app /app", COPY],
        [USER, COPY, 'RUN ["chown", "-R", "app:app", "/app"]'],
        [USER, COPY, "RUN for f in /app; do chown -R app:app $f; done"],
    ],
)
def test_what_doubles_nothing_or_is_not_plain_is_left_alone(lines: list[str]) -> None:
    result = static(of(*lines))
    assert (result.outcome, told(result)) == ("unchanged", [])


def test_on_alpine_only_the_image_tells_where_links_lead() -> None:
    build = BUILD.replace("python:3.12-slim", "python:3.12-alpine")
    result = static(
        of("RUN adduser -D app", COPY, "RUN chown -R app:app /app", build=build, base="python:3.12-alpine")
    )
    assert told(result) == [("R29", 9)]
    assert "follows links" in result.warnings[0].text


def test_the_author_s_case_and_line_ends_stay() -> None:
    text = of(USER, COPY, "RUN chown -R app:app /app").replace("\n", "\r\n")
    assert static(text).text == of(USER, OWNED).replace("\n", "\r\n")
    lower = text.replace("\r\n", "\n").replace("COPY --from=builder", "copy --from=builder")
    assert "copy --chown=app:app --from=builder /app /app\n" in static(lower).text


def test_comments_stay_with_what_stays() -> None:
    text = of("# who", USER, "", "# what", COPY, "# whose", "RUN chown -R app:app /app", "", "# how")
    assert static(text).text == of("# who", USER, "", "# what", OWNED, "", "# how", start=START)
