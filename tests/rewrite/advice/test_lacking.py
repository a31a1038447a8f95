"""R45: what the last stage of a finished file lacks is told, though nothing is rewritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs
from made_images.elves import elf

from uvdive.ledger.reading.contents import ContentPlace
from uvdive.rewrite.advice.missing_libraries import libraries, read_lacking

TEXT = """\
FROM python:3.13-slim-trixie AS build
COPY --from=ghcr.io/astral-sh/uv:1 /uv /bin/
WORKDIR /app
RUN uv sync --frozen

FROM python:3.13-slim-trixie
COPY --from=build /app /app
CMD ["/app/.venv/bin/flask"]
"""
SITE = "app/.venv/lib/python3.13/site-packages"


def file(path: str, data: bytes) -> pairs.Files:
    return {path: make.file(path, data)}


LIBC = file("usr/lib/x86_64-linux-gnu/libc.so.6", elf())


@pytest.mark.parametrize(
    ("needed", "there", "lacked"),
    [
        (("libpq.so.5", "libc.so.6"), {}, ("libpq.so.5",)),
        (("libpq.so.5",), file("usr/lib/x86_64-linux-gnu/libpq.so.5", elf()), ()),
        (("libc.so.6",), {}, ()),
    ],
)
def test_what_an_environment_needs_is_looked_up(tmp_path: Path, needed, there, lacked) -> None:
    app = pairs.application() | file(f"{SITE}/psycopg2/_psycopg.so", elf(*needed))
    report, index = pairs.read_with_contents(tmp_path / "a.tar", pairs.python() | LIBC | there, app)
    found = read_lacking(report, ContentPlace(index=index))
    assert found == (((f"/{SITE}/psycopg2/_psycopg.so", lacked),) if lacked else ())


def test_a_library_that_the_last_stage_lacks_is_warned_of(project) -> None:
    made = project(TEXT.rpartition("\n\n")[2], base_uv=False)
    made.text = TEXT
    lacking = [(f"/{number}.so", ("libpq.so.5",)) for number in range(5)]
    result = made.plan(lacking=lambda: (*lacking, ("/y.so", ("libz.so.1",))))
    assert result.outcome == "unchanged", result.refusal
    told = [(warning.line, warning.text.partition(". ")[0]) for warning in result.warnings]
    assert told == [
        (6, "The final image lacks libpq.so.5, which /0.so, /1.so, /2.so and 2 more need"),
        (6, "The final image lacks libz.so.1, which /y.so needs"),
    ]


def test_nothing_is_read_where_no_environment_has_a_library(tmp_path: Path) -> None:
    report, _ = pairs.read_with_contents(tmp_path / "a.tar", pairs.python() | LIBC, pairs.application())
    assert list(libraries(report)) == []
