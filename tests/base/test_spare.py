"""The process that starts before there is work for it: taken once, never left behind."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import workers

from uvdive.base.processes import spare
from uvdive.base.processes.resident import Resident

AT_MOST = 30.0


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHONPATH", str(Path(workers.__file__).parent))
    yield
    spare.drop()


def waiting() -> int:
    spare.make_ready(("workers",))
    (found,) = spare._SPARE.there
    return found.process.pid


def ended(pid: int) -> bool:
    """Has a process ended, or does it within the time that it may take?"""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], AT_MOST)[0])
    finally:
        os.close(handle)


def test_the_next_that_starts_is_the_one_that_waits_and_the_one_after_is_another() -> None:
    pid = waiting()
    first, answer = Resident.start(workers.keep, 7)
    second, _ = Resident.start(workers.keep, 8)
    try:
        assert (first.pid, answer) == (pid, "keeps 7")
        assert second.pid != pid
        assert first.ask(workers.times, 6) == 42
        assert second.ask(workers.times, 6) == 48
    finally:
        first.close()
        second.close()
    assert ended(pid)


def test_it_has_imported_before_it_gets_its_job() -> None:
    spare.make_ready(("uvdive.session.opening.reading", "workers"))
    resident, _ = Resident.start(workers.keep, 7)
    try:
        assert resident.ask(workers.imported, "uvdive.session.opening.reading")
    finally:
        resident.close()
    plain, _ = Resident.start(workers.keep, 7)
    try:
        assert not plain.ask(workers.imported, "uvdive.session.opening.reading")
    finally:
        plain.close()


@pytest.mark.parametrize("what", ["variable", "folder"])
def test_one_of_other_surroundings_is_ended_and_not_taken(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = waiting()
    if what == "variable":
        monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    else:
        monkeypatch.chdir(tmp_path)
    assert spare.taken() is None
    assert ended(pid)


def test_one_that_has_died_is_not_taken() -> None:
    spare.make_ready(("no.such.module",))
    (found,) = spare._SPARE.there
    assert ended(found.process.pid)
    found.process.wait()
    resident, answer = Resident.start(workers.keep, 7)
    resident.close()
    assert answer == "keeps 7"


def test_it_ends_when_nobody_has_work_for_it_and_with_whoever_started_it() -> None:
    pid = waiting()
    again = waiting()
    assert ended(pid), "there is one at most"
    spare.drop()
    assert ended(again)
    assert spare.taken() is None
    code = (
        "from uvdive.base.processes import spare\n"
        "spare.make_ready(('workers',))\n"
        "import os; print(spare._SPARE.there[0].process.pid, flush=True); os._exit(0)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert ended(int(ran.stdout))


def test_where_no_process_can_be_had_nobody_is_told_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_args: object, **_how: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", none)
    spare.make_ready(("workers",))
    assert spare.taken() is None
    with pytest.raises(BlockingIOError):
        Resident.start(workers.keep, 7)
