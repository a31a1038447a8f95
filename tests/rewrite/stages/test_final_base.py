"""The slim image in the place of a full Python image (R2), by what the app needs of the full one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from made_images.system_facts import facts, packages

from uvdive.ledger.report import Component
from uvdive.rewrite.evidence.system.os_needs import Need
from uvdive.rewrite.plan import Decision, RewritePlan
from uvdive.rewrite.planner import plan
from uvdive.uv.images import slim_of

FULL = "python:3.13-trixie"
SLIM = "python:3.13-slim-trixie"
TEXT = f"""\
FROM {FULL}
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD ["flask", "run"]
"""
HOLDS = packages(
    "libc6", "libpq5: libc6 libkrb5-3", "libkrb5-3", "curl: libcurl4", "libcurl4", "git", "gcc", "file"
)
LINKED = Need("libpq5", "libpq.so.5", "/app/x.so", "links")
CALLED = Need("git", "git", "/app/main.py", "runs")
WORD = Need("file", "file", "/app/.venv/click.py", "runs", sure=False)
COMPILER = Need("gcc", "gcc", "/app/.venv/setuptools.py", "runs", sure=False)


@pytest.fixture
def planned(project, made_image):
    """Plan a project on the full image, with what it needs; the slim image has libc6 alone."""

    def make(
        needs: Iterable[Need] = (), text: str = TEXT, *, slim: bool = True, **more: object
    ) -> RewritePlan:
        made = project(text, base_uv=False, config={"env": made_image.config.env})
        libc = Component("base-os", "libc6", "1", "", "", 10, 10, 0)
        report = replace(made_image, components=(libc,)) if slim else None
        seen = facts(needs, HOLDS, old=HOLDS, programs=("curl", "git", "gcc", "file"))
        bases = {SLIM: report, FULL: made.report}
        return plan(made.text, made.report, bases.get, system=seen, **more)

    return make


@pytest.fixture
def made_image(project):
    return project("FROM x\n", base_uv=False).report


def decision(found: RewritePlan) -> Decision:
    return next(each for each in found.decisions if each.id == "final-base")


def test_r2_nothing_needed_makes_the_slim_image_the_default(planned) -> None:
    found = planned()
    assert (decision(found).chosen, found.outcome) == ("slim", "rewritten")
    assert f"FROM {FULL} AS builder\n" in found.text
    assert f"FROM {SLIM} AS runner\n" in found.text
    assert "apt-get" not in found.text
    sizes = {each.value: each.predicted_bytes for each in decision(found).alternatives}
    assert sizes["slim"] is not None
    assert sizes["same"] is not None


def test_r2_what_the_app_links_and_calls_is_installed_by_name(planned) -> None:
    found = planned((LINKED, CALLED, WORD, COMPILER))
    assert decision(found).chosen == "slim"
    assert "apt-get install -y --no-install-recommends git libpq5 " in found.text
    reason = decision(found).reason
    assert "git for git (/app/main.py); libpq5 for libpq.so.5 (/app/x.so)" in reason
    assert "hold the words file, gcc, which need be no calls" in reason


def test_r2_what_needed_packages_bring_is_predicted(planned) -> None:
    bare, more = planned(), planned((LINKED,))
    assert bare.predicted is not None
    assert more.predicted is not None
    assert more.predicted.after_bytes >= bare.predicted.after_bytes


def test_r2_a_health_check_keeps_its_program(planned) -> None:
    text = TEXT.replace("CMD", "HEALTHCHECK CMD curl -f http://localhost\nCMD")
    assert "apt-get install -y --no-install-recommends curl " in planned(text=text).text


def test_r2_the_full_image_stays_by_choice(planned) -> None:
    found = planned((LINKED,), choices={"final-base": "same"})
    assert found.text.count(f"FROM {FULL}") == 2
    assert "apt-get" not in found.text


def test_r2_an_image_that_is_not_at_hand_is_offered_and_not_taken(planned) -> None:
    found = planned(slim=False)
    assert decision(found).chosen == "same"
    assert {each.value: each.predicted_bytes is None for each in decision(found).alternatives}["slim"]
    assert "cannot be told" in decision(found).reason


def test_r2_a_repeated_run_that_calls_what_the_slim_image_lacks_keeps_the_full_one(planned) -> None:
    source = "RUN curl -fsSL https://x.example/key > /etc/apt/keyrings/k.asc && apt-get update\n"
    found = planned(text=TEXT.replace("COPY . .\n", f"{source}COPY . .\n"))
    if found.outcome == "rewritten":
        assert decision(found).chosen == "same"
        assert "calls curl" in decision(found).reason


def test_r2_a_draft_offers_it_with_what_the_lock_tells(tmp_path: Path) -> None:
    lock = (
        'version = 1\n[[package]]\nname = "gitpython"\nversion = "1"\nsource = { registry = "https://x" }\n'
    )
    (tmp_path / "uv.lock").write_text(lock)
    found = plan(TEXT, None, lambda _: None, context=tmp_path)
    assert decision(found).chosen == "same"
    assert decision(found).reason.startswith("By the lock the app needs git, openssh-client.")
    slim = plan(TEXT, None, lambda _: None, context=tmp_path, choices={"final-base": "slim"})
    assert f"FROM {SLIM} AS runner\n" in slim.text
    assert "--no-install-recommends git openssh-client " in slim.text
    assert "Only the built image" not in slim.text


def test_r2_variables_of_from_stay_where_they_come_to_the_slim_image() -> None:
    for image, slim in (
        ("python:${V}", "python:${V}-slim"),
        ("python:${V}-trixie", "python:${V}-slim-trixie"),
    ):
        text = f"ARG V=3.13\n{TEXT.replace(FULL, image)}"
        found = plan(text, None, lambda _: None, choices={"final-base": "slim"})
        assert f"FROM {slim} AS runner\n" in found.text, found.refusal
    text = f"ARG T=3.13-trixie\n{TEXT.replace(FULL, 'python:${T}')}"
    assert not any(each.id == "final-base" for each in plan(text, None, lambda _: None).decisions)


@pytest.mark.parametrize(
    ("full", "slim"),
    [
        ("python:3.13", "python:3.13-slim"),
        ("python:3.13.5", "python:3.13.5-slim"),
        ("python:3.14rc1", "python:3.14rc1-slim"),
        ("python:3", "python:3-slim"),
        ("python", "python:slim"),
        ("python:latest", "python:slim"),
        ("python:bookworm", "python:slim-bookworm"),
        ("python:3.13-bookworm", "python:3.13-slim-bookworm"),
        ("docker.io/library/python:3.13", "docker.io/library/python:3.13-slim"),
        ("python:3.13-slim", None),
        ("python:3.13-slim-trixie", None),
        ("python:3.13-alpine", None),
        ("python:3.13-windowsservercore", None),
        ("python:3.13@sha256:1", None),
        ("debian:trixie", None),
        ("ghcr.io/astral-sh/uv:python3.13-trixie", None),
    ],
)
def test_the_slim_image_of_a_full_one(full: str, slim: str | None) -> None:
    assert slim_of(full) == slim


TKINTER = "/usr/local/lib/python3.13/lib-dynload/_tkinter.cpython-313-x86_64-linux-gnu.so"


@pytest.mark.parametrize(
    ("needs", "path", "told"),
    [
        ((), TKINTER, True),
        ((LINKED,), TKINTER, True),
        ((), TKINTER.replace("_tkinter", "_ssl"), False),
        ((), TKINTER.replace("lib-dynload", "site-packages"), False),
        ((Need("libpq5", "tkinter", "/app/main.py", "loads"),), TKINTER, False),
    ],
)
def test_r2_tkinter_lacks_its_libraries_in_the_slim_image(
    project, node, made_image, needs: tuple[Need, ...], path: str, told: bool
) -> None:
    made = project(TEXT, base_uv=False, config={"env": made_image.config.env}, base_paths={path: node(9)})
    libc = Component("base-os", "libc6", "1", "", "", 10, 10, 0)
    seen = facts(needs, HOLDS, old=HOLDS, programs=("curl", "git"))
    bases = {SLIM: replace(made_image, components=(libc,)), FULL: made.report}
    chosen = {"final-base": "slim"}
    found = plan(made.text, made.report, bases.get, system=seen, choices=chosen)
    warnings = [each for each in found.warnings if "tkinter" in each.text]
    assert [(each.rule, each.line) for each in warnings] == ([("R2", 1)] if told else [])
    assert (path in found.allowed.paths) is told
    kept = plan(made.text, made.report, bases.get, system=seen, choices={"final-base": "same"})
    assert not any("tkinter" in each.text for each in kept.warnings)
