"""Wrong rewrites are made of a right one: of many kinds, each a Dockerfile with one mistake."""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path

import pytest
from made_images import buildkit
from made_images import layers as make
from made_images import pairs_of_images as pairs
from wrong_rewrites import instructions, places, settings
from wrong_rewrites.listing import chosen, every
from wrong_rewrites.subject import Subject

from uvdive.build.events import BuildRequest
from uvdive.rewrite.plan import RewritePlan

TEXT = """FROM python:3.13 AS build
RUN uv sync

FROM python:3.13-slim
RUN apt-get update && apt-get install -y curl \\
    libpq5
ENV A=1 PATH=/app/.venv/bin:$PATH
COPY --from=build /app/.venv /app/.venv
COPY --from=build --chown=1:1 \\
    /app/a \\
    /app/b \\
    /app/
USER app
WORKDIR /app
EXPOSE 80
HEALTHCHECK CMD true
CMD ["flask", "run"]
"""


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    packages = pairs.package("libpq5", "17", {"usr/lib/libpq.so.5": b"q"})
    user = {"etc/passwd": make.file("etc/passwd", b"app:x:1000:1000::/home/app:/bin/sh\n")}
    before = pairs.read(
        tmp_path / "b.tar", pairs.python(), pairs.application() | pairs.uv() | packages | user,
        config={**pairs.CONFIG, "Cmd": ["uv", "run", "flask", "run"]},
    )  # fmt: skip
    after = pairs.rewritten(tmp_path, instead=user)
    plan = RewritePlan("rewritten", "image", "Dockerfile", TEXT, TEXT, "")
    return Subject(plan, before, after, BuildRequest(tmp_path, text=TEXT, tag="x:right"))


def test_each_mutant_is_a_dockerfile_with_one_place_changed(subject: Subject) -> None:
    mutants = every(subject)
    assert len({mutant.kind for mutant in mutants}) >= 30
    for mutant in mutants:
        assert mutant.text != TEXT
        assert buildkit.parse_string(mutant.text)
        matcher = difflib.SequenceMatcher(a=TEXT.splitlines(), b=mutant.text.splitlines(), autojunk=False)
        assert sum(code[0] != "equal" for code in matcher.get_opcodes()) == 1, mutant


def test_the_choice_has_as_many_kinds_as_fit_and_is_the_same_each_time(subject: Subject) -> None:
    taken = chosen(subject, 20)
    assert len({mutant.kind for mutant in taken}) == 20
    assert taken == chosen(subject, 20)
    assert taken != chosen(subject, 20, "another seed")
    assert set(chosen(subject, 10_000)) == set(every(subject))


def texts(mutator: object, subject: Subject) -> dict[tuple[str, str], str]:
    return {(each.kind, each.place): each.text for each in mutator(subject)}  # type: ignore[operator]


def test_instructions_lose_their_parts(subject: Subject) -> None:
    copies = texts(instructions.copies, subject)
    assert copies["a path left out of a copy", "/app/a"] == TEXT.replace("/app/a \\\n    ", "")
    assert copies["a copy to elsewhere", "/app/"] == TEXT.replace("    /app/\n", "    /elsewhere/\n")
    owners = texts(instructions.owners, subject)
    assert "--chown=1:1" not in owners["a copy's owner lost", "/app/a /app/b /app/"]
    packages = texts(instructions.packages, subject)
    assert packages["an OS package dropped", "libpq5"] == TEXT.replace("libpq5", "")
    assert len(texts(instructions.commands, subject)) == 1, "the build stage's stays"


def test_settings_are_lost_and_changed(subject: Subject) -> None:
    variables = texts(settings.variables, subject)
    assert variables["a variable lost", "A"] == TEXT.replace("A=1 ", "")
    changed = TEXT.replace("A=1 PATH=/app/.venv/bin:$PATH", "PATH=/app/.venv/bin:$PATH A=/elsewhere")
    assert variables["a variable changed", "A"] == changed
    assert texts(settings.dropped, subject)["USER lost", "app"] == TEXT.replace("USER app\n", "")
    (kept,) = texts(settings.uv_kept, subject).values()
    assert kept == f'{TEXT}ENTRYPOINT []\nCMD ["uv", "run", "flask", "run"]\n'
    changed_settings = texts(settings.changed, subject)
    assert changed_settings["CMD changed", "its last word lost"] == f'{TEXT}CMD ["flask"]\n'


@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("/tmp/x", True), ("/var/tmp/x", True), ("/app/__pycache__/x.pyc", True), ("/app/x.pyc", True),
        ("/var/lib/dpkg/status", True), ("/var/lib/apt/lists/x", True), ("/lib/apk/db/installed", True),
        ("/var/cache/apt/x.bin", True), ("/var/cache/debconf/x", True), ("/var/log/apt/history.log", True),
        ("/var/log/dpkg.log", True), ("/var/log/lastlog", True), ("/etc/passwd-", True), ("/etc/hosts", True),
        ("/var/lib/app/data", False), ("/var/lib/aptly/x", False), ("/var/www/index.html", False),
        ("/var/spool/cron/crontabs/root", False), ("/var/log/cron.log", False), ("/var/log/nginx/x", False),
        ("/var/cache/shop/x", False), ("/app/tmp/x", False), ("/app/var/lib/dpkg/x", False),
        ("/etc/passwd", False), ("/srv/x.pyc.txt", False),
    ],
)  # fmt: skip
def test_only_what_the_proof_does_not_look_at_is_left_whole(path: str, *, out: bool) -> None:
    assert places._left_out(path.encode()) is out


def test_a_base_is_damaged_behind_the_start_and_compiled_bytecode_lost(subject: Subject) -> None:
    (((kind, place), text),) = texts(places.behind_the_start, subject).items()
    assert kind == "a file lost behind the start"
    assert text == f'{TEXT}USER root\nRUN ["/bin/sh", "-ec", "rm {place}"]\nUSER 1000:1000\n'
    assert texts(places.bytecode, subject) == {}
    compiled = replace(subject.plan, original=f"ENV UV_COMPILE_BYTECODE=1\n{TEXT}")
    lost = texts(places.bytecode, replace(subject, plan=compiled))[
        "an environment's bytecode lost", "/app/.venv"
    ]
    assert "find /app/.venv -name __pycache__" in lost
