"""Alpine: its bases, its packages, its users; musl stays with musl (R2, R4, R8, R28, R33)."""

from __future__ import annotations

import pytest
from made_images.system_facts import facts, packages
from rewrites.dockerfiles import SYNC, last_stage

from uvdive.distro.release import OsRelease
from uvdive.ledger.report import User
from uvdive.rewrite.evidence.system.os_needs import Need
from uvdive.rewrite.planner import plan

ALPINE = OsRelease("alpine", "3.22.1", "")
COPY_UV = "COPY --from=ghcr.io/astral-sh/uv:1 /uv /bin/\n"
START = 'CMD ["/app/.venv/bin/flask", "run"]\n'
MANAGED = "/root/.local/share/uv/python/cpython-3.13.5-linux-x86_64-musl/bin/python3.13"
PACKAGES = packages(
    *("musl: (so:libc.musl-x86_64.so.1)", "gcc: so:libc.musl-x86_64.so.1", "musl-dev: musl"),
    *("libpq-dev: so:libpq.so.5", "libpq: (so:libpq.so.5) so:libc.musl-x86_64.so.1", "tzdata"),
)
LINKS = Need("libpq", "libpq.so.5", "/app/.venv/lib/_psycopg.so", "links")


@pytest.fixture
def alpine(project, node):
    """A project on an Alpine base, which gets uv where it has none."""

    def make(text, base="ghcr.io/astral-sh/uv:python3.13-alpine", **more):
        has = "uv" in base
        text = f"FROM {base}\n{'' if has else COPY_UV}{text}{START}"
        return project(text, {"COPY --from": {"/bin/uv": node(4000)}}, os=ALPINE, base_uv=has, **more)

    return make


def bases(result) -> list[str]:
    assert result.outcome == "rewritten", result.refusal
    return [line.split()[1] for line in result.text.splitlines() if line.startswith("FROM")]


@pytest.mark.parametrize(
    ("base", "last"),
    [
        ("ghcr.io/astral-sh/uv:python3.13-alpine", "python:3.13-alpine3.22"),
        ("ghcr.io/astral-sh/uv:0.13.9-python3.13-alpine3.22", "python:3.13-alpine3.22"),
        ("python:3.13-alpine", "python:3.13-alpine"),
        ("python:3.13-alpine3.22", "python:3.13-alpine3.22"),
    ],
)
def test_r2_the_last_stage_stands_on_the_same_alpine(alpine, base, last) -> None:
    result = alpine(SYNC, base).plan()
    assert bases(result) == [base, last]


def test_r4_a_managed_python_of_musl_goes_to_an_alpine_either_way(alpine, env, node) -> None:
    made = alpine(
        SYNC,
        "ghcr.io/astral-sh/uv:alpine",
        environments=[env(interpreter=MANAGED)],
        base_paths={MANAGED: node(900)},
    )
    assert bases(made.plan(choices={"python": "image"})) == ["python:3.13-alpine3.22"] * 2
    kept = made.plan(choices={"python": "managed"})
    assert bases(kept) == ["ghcr.io/astral-sh/uv:alpine", "alpine:3.22"]


def test_r2_a_tag_without_alpines_release_goes_on_to_the_next_one_as_before() -> None:
    text = f"FROM ghcr.io/astral-sh/uv:python3.13-alpine\n{SYNC}{START}"
    assert bases(plan(text, None, lambda _: None))[1] == "python:3.13-alpine"
    named = plan(text.replace("-alpine", "-alpine3.22"), None, lambda _: None)
    assert bases(named)[1] == "python:3.13-alpine3.22"


@pytest.mark.parametrize(
    ("run", "left"),
    [
        ("RUN apk add --no-cache gcc musl-dev libpq-dev tzdata\n", "RUN apk add --no-cache tzdata libpq\n"),
        ("RUN apk add --no-cache gcc musl-dev libpq-dev\n", "RUN apk add --no-cache libpq\n"),
        (
            "RUN apk add --no-cache tzdata && apk add --virtual .build gcc libpq-dev\n",
            "RUN apk add --no-cache tzdata && apk add --virtual .build libpq\n",
        ),
    ],
)
def test_r33_headers_stay_behind_and_the_library_comes_by_its_name(alpine, run, left) -> None:
    result = alpine(run + SYNC).plan(system=facts([LINKS], PACKAGES, old=["musl"]))
    assert left in last_stage(result), last_stage(result)
    assert {"gcc", "libpq-dev"} <= set(result.allowed.packages)
    assert "libpq" not in result.allowed.packages


def test_r28_users_of_busybox_keep_their_numbers(alpine) -> None:
    run = "RUN addgroup -S app && adduser -S -G app app\n"
    made = alpine(run + SYNC + "USER app\n", users=[User("app", 100, 101, "/home/app")])
    assert "RUN addgroup -g 101 -S app && adduser -u 100 -S -G app app\n" in last_stage(made.plan())
