"""Whether SIGINT mends a slower stop is measured where the stop was slower, and only there (R21)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import pairs_of_images as pairs

from uvdive.base.progress import ignore
from uvdive.build.running.observing import Observed, Watched
from uvdive.build.running.settings import PLAIN, StartSettings
from uvdive.compose.start import ServiceStart
from uvdive.verify.checks import Check, Verification
from uvdive.verify.start import running
from uvdive.verify.start.judging import Runs, judge
from uvdive.verify.start.stopping import interrupted, measured_stop


def verification(stops: tuple[float, float] | None) -> Verification:
    return Verification((Check("config", "passed", ""), Check("start", "passed", "", stops=stops)))


@pytest.mark.parametrize(
    ("stops", "slow"), [(None, False), ((0.25, 0.5), False), ((0.25, 2.2), False), ((0.25, 2.25), True)]
)
def test_a_stop_is_slower_from_two_seconds_on(stops: tuple[float, float] | None, slow: bool) -> None:
    assert (measured_stop(verification(stops)) is not None) is slow


def test_the_judge_keeps_what_it_measured() -> None:
    resolved = Check("start", "passed", "")
    old, new = Observed("running", stop_seconds=0.3), Observed("running", stop_seconds=10.2)
    assert judge(Runs(old, new), resolved).stops == (0.3, 10.2)
    assert judge(Runs(Observed("exited", 0), Observed("exited", 0)), resolved).stops is None


def test_the_new_image_is_run_and_stopped_by_sigint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Watched] = []

    def observe(watched: Watched, **_: object) -> Observed:
        seen.append(watched)
        return Observed("running", stop_seconds=0.4)

    monkeypatch.setattr(running, "observe", observe)
    after = pairs.rewritten(tmp_path)
    after = replace(after, image=replace(after.image, source="docker"))
    assert interrupted(after, PLAIN, None, ignore, None) == 0.4
    service = ServiceStart(command=("x",), environ=(("A", "b"),))
    interrupted(after, StartSettings(), (service, service), ignore, None)
    assert [watched.stop_signal for watched in seen] == ["SIGINT", "SIGINT"]
    assert seen[0].command is None
    assert seen[1].command is not None
    assert seen[1].command[-1] == "x"
    assert seen[1].settings.env == (("A", "b"),)
    archive = replace(after, image=replace(after.image, source="docker-archive"))
    assert interrupted(archive, PLAIN, None, ignore, None) is None
