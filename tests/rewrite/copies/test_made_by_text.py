"""What RUNs make elsewhere under its full name goes over by the text alone (R34, R29, R15)."""

from __future__ import annotations

from pathlib import Path

import pytest
from rewrites.dockerfiles import last_stage, refused

from uvdive.rewrite.planner import plan

HEAD = "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"
SYNC = "WORKDIR /web\nCOPY . .\nRUN uv sync --frozen\n"
START = 'CMD ["/web/.venv/bin/serve"]\n'


def static(text: str, context: Path | None = None):
    return plan(text, None, lambda _: None, context=context)


def copied(text: str) -> list[str]:
    """What the last stage makes and copies."""
    lines = last_stage(static(text)).splitlines()
    return [line for line in lines if line.startswith(("COPY", "RUN"))]


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        ("RUN mkdir -p /srv/media /uploads", ["/srv/media", "/uploads"]),
        ("RUN mkdir /uploads && touch /uploads/seen", ["/uploads"]),
        ("RUN curl -fsSL https://x.example/geo.db -o /geo/geo.db", ["/geo/geo.db"]),
        ("RUN wget -q -O /usr/local/bin/probe https://x.example/p && chmod +x /usr/local/bin/probe", None),
        ("RUN curl -fsSL https://x.example/a.js -o static/a.js", []),
    ],
)
def test_a_path_that_the_text_names_is_copied(run: str, lines: list[str] | None) -> None:
    paths = ["/usr/local/bin/probe"] if lines is None else lines
    assert copied(f"{HEAD}{SYNC}{run}\n{START}") == [
        f"COPY --from=builder {path} {path}" for path in ["/web", *paths]
    ]


def test_a_folder_that_was_given_away_is_made_as_its_owners() -> None:
    run = "RUN useradd -u 1200 me && mkdir -p /spool && chown -R 1200:1200 /spool\n"
    assert copied(HEAD + SYNC + run + START) == [run.strip(), "COPY --from=builder /web /web"]
    more = run.replace("\n", " && touch /spool/a\n")
    assert copied(HEAD + SYNC + more + START) == [
        "RUN useradd -u 1200 me",
        "RUN install -d -o 1200 -g 1200 /spool",
        "COPY --from=builder /web /web",
        "COPY --from=builder /spool /spool",
    ]


@pytest.mark.parametrize(
    ("run", "rule"),
    [
        ("RUN mkdir -p /opt", "R34"),  # the base may fill it too
        ("RUN mkdir /srv/$NAME", "R34"),
        ("RUN curl -O https://x.example/a && curl -L https://x.example/t | tar -x -C /opt", "R34"),
        ("RUN mkdir /data && chmod u+s /data", "R29"),
        ("RUN tar -xf a.tar -C /srv", "R34"),
    ],
)
def test_what_may_be_the_bases_too_is_not(run: str, rule: str) -> None:
    assert refused(static(f"{HEAD}{SYNC}{run}\n{START}"))[0] == rule


@pytest.mark.parametrize("user", ["me", "me:me"])
def test_a_build_as_another_user_is_followed_where_the_work_directory_is_theirs(user: str) -> None:
    given = f"WORKDIR /web\nRUN useradd -u 1200 me && chown -R me:me /web\nUSER {user}\n"
    lines = copied(HEAD + given + "COPY --chown=me:me . .\nRUN uv sync --frozen\n" + START)
    assert lines == [
        "RUN useradd -u 1200 me",
        "RUN install -d -o me -g me /web",
        "COPY --from=builder /web /web",
    ]
    theirs = given.replace("chown -R me:me /web", "chown -R root:root /web")
    assert refused(static(HEAD + theirs + "RUN uv sync --frozen\n" + START))[0] == "R29"


@pytest.mark.parametrize(
    "words",
    [
        "-i https://pypi.example/simple uv",
        "--trusted-host pypi.example --timeout 60 uv==0.9.1",
        "uv --root-user-action ignore",
    ],
)
def test_r10_the_value_of_an_option_is_no_package(words: str) -> None:
    head = HEAD.splitlines(keepends=True)[0]
    result = static(f"{head}RUN pip install {words}\n{SYNC}{START}")
    assert result.outcome == "rewritten", result.refusal
    named = refused(static(f"{head}RUN pip install {words} gunicorn\n{SYNC}{START}"))
    assert named == ("R10", 2)


def test_r15_a_project_that_nothing_installs_gets_a_sync_by_the_text_too(tmp_path: Path) -> None:
    text = HEAD + 'WORKDIR /web\nCOPY . .\nENTRYPOINT ["uv", "run", "serve.py"]\n'
    assert refused(static(text, tmp_path)) == ("R15", 5)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1"\n')
    assert refused(static(text, tmp_path)) == ("R15", 5)
    (tmp_path / "uv.lock").write_text("version = 1\n")
    result = static(text, tmp_path)
    assert "RUN uv sync --locked --no-cache\n" in result.text
    assert result.text.endswith('ENTRYPOINT ["python", "serve.py"]\n')
    assert static(text.replace("COPY . .", "COPY src src"), tmp_path).outcome == "refused"


def test_a_program_that_only_sees_whether_it_works_is_no_other_thing() -> None:
    run = "RUN apt-get update && apt-get install -y gosu && gosu nobody true\n"
    assert copied(HEAD + run + SYNC + START)[0] == run.rstrip()
