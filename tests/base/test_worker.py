"""The worker process: results, events, errors, cancelling."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import workers

from uvdive.base.errors import CancelledError, ImageError, OutputError
from uvdive.base.processes import worker
from uvdive.base.progress import CancelToken, Note


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(workers.__file__).parent))


def test_results_and_events_come_back_in_order() -> None:
    events: list[object] = []
    assert worker.call(workers.count, 3, on_event=events.append) == 6
    assert events == [Note("0"), Note("1"), Note("2")]


def test_what_a_library_prints_does_no_harm() -> None:
    assert worker.call(workers.chatter) == "done"


def test_a_known_error_is_raised_here_as_it_was_there() -> None:
    with pytest.raises(ImageError) as error:
        worker.call(workers.fail)
    assert (error.value.what, error.value.do, error.value.log) == ("What.", "Do.", ("line",))


def test_a_full_disk_is_no_crash() -> None:
    with pytest.raises(OutputError, match=r"The disk is full: /tmp/x can't be written\."):
        worker.call(workers.fill_up)


def test_an_unknown_error_is_a_crash_with_its_traceback() -> None:
    with pytest.raises(worker.WorkerCrashError, match="ZeroDivisionError"):
        worker.call(workers.crash)


def test_a_process_that_dies_is_a_crash() -> None:
    with pytest.raises(worker.WorkerCrashError, match="ended with"):
        worker.call(workers.die)


def test_cancelling_ends_the_process() -> None:
    cancel = CancelToken()
    pids: list[int] = []

    def on_event(event: object) -> None:
        assert isinstance(event, Note)
        pids.append(int(event.text))
        cancel.cancel()

    with pytest.raises(CancelledError):
        worker.call(workers.hang, on_event=on_event, cancel=cancel)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_a_cancelled_token_starts_nothing() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        worker.call(workers.hang, cancel=cancel)
