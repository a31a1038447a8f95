"""A module that the start lacks and an environment has: it says which one the start leaves aside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import pairs_of_images as pairs

from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import Check
from uvdive.verify.start.loads.missing_modules import with_environment

LOG = ("Traceback (most recent call last):", "ModuleNotFoundError: No module named 'flask'")


@pytest.fixture
def after(tmp_path: Path) -> ImageReport:
    found = pairs.rewritten(tmp_path)
    assert "flask" in {name for each in found.environments[0].distributions for name in each.modules}
    return found


def on_path(report: ImageReport, path: str) -> ImageReport:
    env = tuple(each for each in report.config.env if not each.startswith("PATH="))
    return replace(report, config=replace(report.config, env=(*env, f"PATH={path}")))


def test_a_failed_start_says_which_environment_it_does_not_use(after: ImageReport) -> None:
    check = with_environment(Check("start", "failed", "no", way_out="Else."), on_path(after, "/usr/bin"), LOG)
    assert check.way_out == (
        "flask is in /app/.venv, which the start command does not use: put /app/.venv/bin first on PATH, or "
        "start its python. Else."
    )


def test_a_start_that_fails_in_both_says_it_too(after: ImageReport) -> None:
    both = Check("start", "announced", "Both fail.", unseen=("it fails.",))
    check = with_environment(both, on_path(after, "/usr/bin"), LOG)
    assert "/app/.venv, which the start command does not use" in check.detail
    assert "/app/.venv, which the start command does not use" in check.unseen[0]


def test_nothing_is_said_where_the_environment_is_used_or_lacks_the_module(after: ImageReport) -> None:
    failed = Check("start", "failed", "no")
    assert with_environment(failed, on_path(after, "/app/.venv/bin:/usr/bin"), LOG) is failed
    assert with_environment(failed, on_path(after, "/usr/bin"), ("No module named 'other'",)) is failed
    passed = Check("start", "passed", "yes")
    assert with_environment(passed, on_path(after, "/usr/bin"), LOG) is passed
