"""Interpreters that came with the old base must be in the new one; others come with a RUN (R1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from uvdive.ledger.report import ImageReport
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.notes import Refused
from uvdive.rewrite.stages.bases import Bases, check_interpreter

PYTHON = "/usr/bin/python3.11"
ENV = EnvironmentFacts("/app/.venv", "3.11", interpreter=PYTHON)


@pytest.fixture
def old(project, node) -> Callable[..., Files]:
    """An image whose base, and the RUN above it, have the interpreter (or not)."""

    def make(*, base: Mapping[str, object] = {}, run: Mapping[str, object] = {}) -> Files:
        made = project(
            "FROM x\nRUN apt-get install -y python3\n",
            {"RUN apt": run or {"/made": node(1)}},
            base_paths=base,
        )
        return Files(made.report, 1)

    return make


@pytest.fixture
def new(project, node) -> Callable[..., ImageReport]:
    """The base of the new image: with nothing in `/usr/bin` but what is named."""
    return lambda **more: project("FROM y\n", base_paths=more.pop("base", {"/usr/bin/env": node(1)})).report


def _refusal(env: EnvironmentFacts, files: Files, base: ImageReport) -> str | None:
    try:
        check_interpreter(env, files, base, Bases(None, "y:1"), 1)
    except Refused as refused:
        return f"{refused.rule}: {refused.reason}"
    return None


def test_r1_what_the_old_base_had_and_the_new_one_lacks_is_refused(old, new, node) -> None:
    files = old(base={PYTHON: node(9)})
    said = _refusal(ENV, files, new())
    assert said is not None
    assert said.startswith(f"R1: An environment runs on {PYTHON}, which y:1 does not have.")
    assert _refusal(ENV, files, new(base={PYTHON: node(9)})) is None


def test_r1_what_a_run_installed_comes_with_that_run(old, new, node) -> None:
    assert _refusal(ENV, old(run={PYTHON: node(9)}), new()) is None
