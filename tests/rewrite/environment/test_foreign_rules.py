"""R3, R8 and R45: environments that were made for another libc or Python than the image has."""

from __future__ import annotations

import posixpath

import pytest
from made_images.elves import elf
from rewrites.dockerfiles import SYNC_ALONE

from uvdive.rewrite.planner import plan

ALPINE = "FROM python:3.13-alpine3.22\n"
UV = "COPY --from=ghcr.io/astral-sh/uv:1 /uv /bin/\n"
START = 'CMD ["/app/.venv/bin/flask", "run"]\n'
BUILD = "FROM python:3.13-slim-trixie AS build\n" + UV + SYNC_ALONE
LAST = ALPINE + "WORKDIR /app\nCOPY --from=build /app/.venv /app/.venv\n" + START

SITE = "/app/.venv/lib/python3.13/site-packages"
DYNLOAD = "/usr/local/lib/python3.13/lib-dynload/_csv.cpython-313-x86_64-linux-"
MUSL = {"/lib/ld-musl-x86_64.so.1": 600, f"{DYNLOAD}musl.so": 10}
GLIBC = {"/usr/lib64/ld-linux-x86-64.so.2": 600, f"{DYNLOAD}gnu.so": 10}


class Store:
    """Contents by inode."""

    def __init__(self, report, contents) -> None:
        self.report, self.contents = report, contents

    def read(self, inode, _limit):
        table = self.report.files
        return self.contents.get(table.path(table.entry_node[table.inode_entry[inode]]).decode(), b"")


@pytest.fixture
def image(project, node):
    """A project whose environment has these extension modules, on a base with these files."""

    def make(text, modules, base, *, wrote="COPY --from=build", **more):
        files = {
            "/app/.venv/bin/python": node(link="/usr/local/bin/python3.13"),
            "/app/.venv/bin/flask": node(300),
            f"{SITE}/flask/app.py": node(2000),
            **{f"{SITE}/{name}": node(400) for name in modules},
        }
        base = {path: node(size) for path, size in base.items()}
        last = text.rpartition("\n\n")[2]
        made = project(last, {wrote: files}, base_paths=base, base_uv=False, **more)
        made.text = text
        return made

    return make


TWO = BUILD + "\n" + LAST
ONE = ALPINE + UV + SYNC_ALONE + START


@pytest.mark.parametrize(
    ("base", "module", "words"),
    [(MUSL, "gnu", ("glibc", "musl")), (GLIBC, "musl", ("musl", "glibc"))],
    ids=["glibc on musl", "musl on glibc"],
)
def test_r45_an_environment_of_another_libc_is_named(image, base, module, words) -> None:
    result = image(TWO, [f"yaml/_yaml.cpython-313-x86_64-linux-{module}.so"], base).plan()
    assert result.refusal is not None
    assert (result.outcome, result.refusal.rule) == ("refused", "R45")
    line = TWO.splitlines().index("COPY --from=build /app/.venv /app/.venv") + 1
    assert result.refusal.line == line
    assert f"built for {words[0]}, and this image has {words[1]}: {SITE}/yaml" in result.refusal.reason


@pytest.mark.parametrize(
    "modules",
    [
        [],
        ["yaml/_yaml.cpython-313-x86_64-linux-musl.so"],
        ["both/x.cpython-313-x86_64-linux-gnu.so", "both/x.cpython-313-x86_64-linux-musl.so"],
        ["crypto/_rust.abi3.so"],
    ],
    ids=["pure Python", "the same libc", "files for both", "the stable ABI, unread"],
)
def test_r45_what_fits_stays(image, modules) -> None:
    result = image(TWO, modules, MUSL).plan()
    assert (result.outcome, result.refusal) == ("unchanged", None)


@pytest.mark.parametrize(
    ("needed", "outcome"), [("libc.so.6", "refused"), ("libc.musl-x86_64.so.1", "unchanged")]
)
def test_r45_modules_of_the_stable_abi_are_told_by_their_headers(image, needed, outcome) -> None:
    made = image(TWO, ["crypto/_rust.abi3.so"], MUSL)
    contents = {f"{SITE}/crypto/_rust.abi3.so": elf(needed)}
    result = made.plan(store=Store(made.report, contents))
    assert result.outcome == outcome, result.refusal


def test_r8_a_venv_of_the_host_in_an_image_of_one_stage_is_named(image) -> None:
    text = ALPINE + UV + "WORKDIR /app\nCOPY . /app\n" + START
    result = image(text, ["a.cpython-313-x86_64-linux-gnu.so"], MUSL, wrote="COPY . ").plan()
    assert result.refusal is not None
    assert result.refusal.rule == "R8"
    assert ".dockerignore" in result.refusal.reason


def test_r3_packages_of_another_python_are_named(image, node, env) -> None:
    other = "/usr/local/bin/python3.14"
    made = image(TWO, [], {other: 5}, environments=[env(interpreter=other)])
    result = made.plan()
    assert result.refusal is not None
    assert (result.refusal.rule, "Python 3.13" in result.refusal.reason) == ("R45", True)
    assert posixpath.basename(other) in result.refusal.reason


def test_r8_one_stage_on_alpine_stays_on_the_same_alpine(image, project, node) -> None:
    made = image(ONE, ["yaml/_yaml.cpython-313-x86_64-linux-musl.so"], MUSL, wrote="RUN uv sync")
    result = made.plan()
    assert result.outcome == "rewritten", result.refusal
    bases = [line.split()[1] for line in result.text.splitlines() if line.startswith("FROM")]
    assert bases == ["python:3.13-alpine3.22", "python:3.13-alpine3.22"]


@pytest.mark.parametrize(
    ("build", "last", "copied", "rule"),
    [
        ("python:3.13-slim", "python:3.13-alpine", "/app/.venv /app/.venv", "R8"),
        ("ghcr.io/astral-sh/uv:python3.13-alpine", "python:3.13-slim", "/app/.venv /app/.venv", "R8"),
        ("python:3.13-slim", "python:3.12-slim", "/app/.venv /app/.venv", "R3"),
        ("python:3.13-slim", "python:3.13-slim-trixie", "/app/.venv /app/.venv", None),
        ("python:3.13-alpine", "python:3.13-slim", "/app/dist /app/static", None),
    ],
)
def test_r8_by_the_text_alone_two_systems_are_warned_of(build, last, copied, rule) -> None:
    text = f"FROM {build} AS build\n{SYNC_ALONE}\nFROM {last}\nCOPY --from=build {copied}\n{START}"
    result = plan(text, None, lambda _: None)
    assert result.outcome == "unchanged", result.refusal
    line = text.splitlines().index(f"COPY --from=build {copied}") + 1
    found = [(w.rule, w.line) for w in result.warnings if w.rule in ("R3", "R8")]
    assert found == ([(rule, line)] if rule else [])
