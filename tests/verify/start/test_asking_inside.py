"""What runs inside an image to import modules, the start where nothing can be compared, and the measures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_images import pairs_of_images as pairs

from uvdive.base.progress import CancelToken
from uvdive.build.running.observing import Observed
from uvdive.build.running.settings import PLAIN
from uvdive.ledger.owners import OWNERS
from uvdive.verify.checks import Check
from uvdive.verify.measured import Measured, prediction_error
from uvdive.verify.python import inside
from uvdive.verify.start import running


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    texts = {
        "good": "print('loud')",
        "bad": "import sys\nprint('before', file=sys.stderr)\nraise ValueError('no')",
        "silent": "raise SystemExit(3)",
        "slow": "import threading\nthreading.Event().wait(60)",
        "asks": "input()",
    }
    for name, text in texts.items():
        (tmp_path / f"mod_{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("mod_good", None),
        ("mod_bad", "ValueError: no"),
        ("mod_silent", "exit status 3"),
        ("mod_none", "ModuleNotFoundError: No module named 'mod_none'"),
        ("mod_asks", "EOFError: EOF when reading a line"),
    ],
)
def test_an_import_is_tried_in_a_process_of_its_own(modules: Path, name: str, error: str | None) -> None:
    assert inside.attempt(name, 60.0) == error


def test_an_import_that_takes_too_long_is_ended(modules: Path) -> None:
    said = inside.attempt("mod_slow", 0.6)
    assert said == "the import took more than 1 seconds"
    assert said.startswith(inside.TOO_LONG)


RESOLVED = Check("start", "repaired", "")


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (Observed("running", None, programs=("web",)), "repaired"),
        (Observed("exited", 0), "repaired"),
        (Observed("exited", 1, log=tuple(f"line {number}" for number in range(21))), "failed"),
    ],
)
def test_an_image_whose_original_installs_at_start_is_run_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: Observed, status: str
) -> None:
    asked: list[Any] = []

    def observe(watched: Any, **how: Any) -> Observed:
        asked.append((watched, how["seconds"]))
        return seen

    monkeypatch.setattr(running, "observe", observe)
    report = pairs.original(tmp_path)
    in_engine = replace(report, image=replace(report.image, source="docker"))
    done = running.check_running_alone(in_engine, RESOLVED, CancelToken(), PLAIN)
    assert (done.status, done.ran) == (status, True)
    assert done.detail.startswith("The original installs its environment when it starts")
    assert done.differences == (seen.log[1:] if status == "failed" else ())
    assert [seconds for _, seconds in asked] == [PLAIN.limits.seconds]


def test_nothing_is_run_where_it_cannot_be_or_is_known_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "observe", lambda *_, **__: pytest.fail("nothing may be run"))
    report = pairs.original(tmp_path)
    in_engine = replace(report, image=replace(report.image, source="docker"))
    for image, status in ((in_engine, "failed"), (in_engine, "skipped"), (report, "passed")):
        resolved = Check("start", status, "")  # type: ignore[arg-type]
        assert running.check_running_alone(image, resolved, CancelToken(), PLAIN) is resolved


def test_every_owner_is_measured_before_and_after(tmp_path: Path) -> None:
    before, after = pairs.original(tmp_path), pairs.rewritten(tmp_path)
    owners = Measured(before, after, None, None).owners
    assert tuple(owners) == OWNERS
    assert owners["uv"] == (2_000_000, 0)
    assert owners["app"][0] == owners["app"][1] > 0


@pytest.mark.parametrize(("predicted", "after", "error"), [(101, 100, 0.01), (50, 100, -0.5), (5, 0, None)])
def test_the_prediction_is_off_by_a_share_of_what_was_measured(
    predicted: int, after: int, error: float | None
) -> None:
    said: Any = SimpleNamespace(after_bytes=predicted)
    assert prediction_error(said, after) == error
    assert prediction_error(None, after) is None


def test_the_container_is_looked_into_with_an_interpreter_that_is_there(tmp_path: Path) -> None:
    report = pairs.original(tmp_path)
    mine = report.environments[0]
    gone = replace(mine, path="/gone", interpreter="/gone/bin/python")
    for environments in ((gone, mine), (mine, gone)):
        assert running._python(replace(report, environments=environments)) == mine.interpreter
    assert running._python(replace(report, environments=(gone,))) is None
    assert running._python(replace(report, environments=())) is None
