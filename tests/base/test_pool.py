"""Many pieces of work in forks: what each gives, how many there are at once, and what a bad one does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from uvdive.base.errors import CancelledError, ImageError, UvdiveError
from uvdive.base.machine import is_one_of_many
from uvdive.base.processes import pool


@pytest.fixture(autouse=True)
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    # A plugin of pytest may have a thread; these forks do nothing that it could harm.
    monkeypatch.setattr(pool, "may_fork", lambda: True)


def odd(item: int) -> tuple[int, int]:
    if item == 3:
        raise ImageError("Three can't be read.", "Leave it out.")
    if item == 4:
        raise ValueError("four\nis a bug")
    if item == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if item == 6:
        os._exit(7)
    return item * item, os.getpid()


def told(found: object) -> str:
    assert isinstance(found, UvdiveError)
    return found.what


def test_what_is_bad_of_one_is_told_of_it_alone() -> None:
    found = dict(pool.each(odd, range(8), 3))
    good = {number: value for number, value in found.items() if isinstance(value, tuple)}
    assert {number: value[0] for number, value in good.items()} == {0: 0, 1: 1, 2: 4, 7: 49}
    assert len({pid for _, pid in good.values()} | {os.getpid()}) == 5
    assert told(found[3]) == "Three can't be read."
    assert told(found[4]) == "Something went wrong inside uvdive: is a bug"
    assert told(found[5]) == "The process that worked on it was ended by signal 9."
    assert told(found[6]) == "The process that worked on it was ended without a word."


def test_no_more_are_at_work_at_once_than_may_be(tmp_path: Path) -> None:
    def work(item: int) -> int:
        mine = tmp_path / str(item)
        mine.touch()
        there = len(list(tmp_path.iterdir()))
        mine.unlink()
        return there

    assert max(found for _, found in pool.each(work, range(20), 2) if isinstance(found, int)) <= 2


def test_much_is_handed_over_whole() -> None:
    found = dict(pool.each(lambda item: bytes([item]) * (5 << 20), range(3), 3))
    assert found == {item: bytes([item]) * (5 << 20) for item in range(3)}


def test_a_fork_knows_that_it_is_one_and_says_nothing_on_standard_output(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def work(_item: int) -> bool:
        os.write(1, b"noise")
        return is_one_of_many()

    assert dict(pool.each(work, [0], 1)) == {0: True}
    assert capfd.readouterr().out == ""
    assert not is_one_of_many()


def test_who_stops_listening_ends_the_forks_and_what_they_started(tmp_path: Path) -> None:
    def work(_item: int) -> int:
        child = subprocess.Popen(["sleep", "600"])
        (tmp_path / "new").write_text(f"{os.getpid()} {child.pid}")
        (tmp_path / "new").rename(tmp_path / "pids")
        return child.wait()

    def quick(item: int) -> int:
        if item:
            return work(item)
        while not (tmp_path / "pids").exists():
            os.sched_yield()
        return 0

    found = pool.each(quick, [0, 1], 2)
    assert next(found) == (0, 0)
    found.close()
    fork, child = map(int, (tmp_path / "pids").read_text().split())
    with pytest.raises(ProcessLookupError):
        os.kill(fork, 0)
    status = Path(f"/proc/{child}/stat")
    # Nobody may have waited for it yet.
    assert not status.exists() or status.read_text().rpartition(")")[2].split()[0] in "ZX"


def test_a_stop_is_handed_on() -> None:
    def work(_item: int) -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        list(pool.each(work, [0], 1))


def test_where_there_are_threads_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "may_fork", lambda: False)
    found = dict(pool.each(odd, range(5), 3))
    assert found[2] == (4, os.getpid())
    assert told(found[3]) == "Three can't be read."
    assert told(found[4]) == "Something went wrong inside uvdive: is a bug"


def test_it_works_without_anybody_to_wait_for() -> None:
    code = (
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "from uvdive.base.processes import pool\n"
        "assert dict(pool.each(lambda item: item, [1, 2], 2)) == {0: 1, 1: 2}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
