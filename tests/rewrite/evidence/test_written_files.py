"""Which instruction wrote a path, and its text where the words of a RUN say it (R24, R51)."""

from __future__ import annotations

import pytest

from uvdive.dockerfile.text.syntax import parse
from uvdive.rewrite.evidence.files.written_files import writer_of
from uvdive.rewrite.evidence.steps import gather


def told(body: str, path: str = "/app/x") -> tuple[int, str, str | None] | None:
    evidence = gather(parse(f"FROM python:3.13-slim\nWORKDIR /app\n{body}\n"), None, None)
    found = writer_of(evidence, path)
    return None if found is None else (found.step.line, found.how, found.text)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("RUN echo a b > x", "a b\n"),
        ("RUN echo 'a  b' > /app/x", "a  b\n"),
        ("RUN echo -e 'a\\tb' > x", "a\tb\n"),
        ("RUN echo -n a > x", "a"),
        ("RUN echo -n a > x && echo b >> x", "ab\n"),
        ("RUN echo 'a\\nb' > x", "a\nb\n"),
        ("RUN printf 'a\\nb\\n' > x", "a\nb\n"),
        ("RUN printf '%s\\n' a 'b c' > x", "a\nb c\n"),
        ("RUN printf 'a%d' 1 > x", None),
        ("RUN echo a > x && echo b >> x", "a\nb\n"),
        ("RUN echo a > x && ./more >> x", None),
        ("RUN echo $A > x", None),
        ("RUN echo > x", "\n"),
        ("RUN cd .. && echo a > app/x", "a\n"),
        ("RUN cd sub && echo a > ../x", "a\n"),
        ("RUN cd /app/sub && echo a > ../x", "a\n"),
        ("RUN sh -c 'echo a > x'", None),
        ("RUN cp y x", None),
        ("RUN cp y z x", None),
        ("RUN curl -o x https://y", None),
        ("RUN git clone a /app/x", None),
        ("RUN echo a > x && mv y x", None),
        ("RUN ./make-it -o x; if", None),
        ("RUN if true; then y > /app/x", None),
    ],
)
def test_a_run_that_names_the_path_wrote_it(body: str, text: str | None) -> None:
    assert told(body) == (3, "run", text)


@pytest.mark.parametrize(
    "body",
    [
        "RUN echo a > y",
        "RUN cd /srv && echo a > x",
        "RUN touch y",
        "RUN ./x",
        "RUN cat x",
        "RUN if true; then y",
        "COPY x /srv/",
        "COPY y ./",
    ],
)
def test_what_names_another_path_wrote_another_one(body: str) -> None:
    assert told(body) is None


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("COPY x /app/x", "context"),
        ("COPY y /app/x", "context"),
        ("COPY a x /app/", "context"),
        ("COPY --from=other x /app/", "stage"),
        ("ADD x /app/", "context"),
        ("COPY ? /app/", "context"),
    ],
)
def test_a_copy_that_names_the_path_brought_it(body: str, how: str) -> None:
    assert told(body) == (3, how, None)


def test_the_last_one_counts() -> None:
    assert told("RUN echo a > x\nCOPY x /app/\nRUN echo b > y") == (4, "context", None)
    assert told("COPY x /app/\nRUN echo a > x") == (4, "run", "a\n")
