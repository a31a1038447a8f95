"""A rewrite is written, or taken back, while each system call fails in turn; and what is synced when."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rewrites.half_written import AFTER, BEFORE, plan_in, texts

from uvdive.base.errors import UsageError
from uvdive.base.files import aside
from uvdive.session.disk import journal, undoing
from uvdive.session.disk.writing import undo_rewrite, write_rewrite

CALLS = ("open", "os.rename", "os.link", "os.remove", "os.chmod", "os.chown", "os.mkdir")
"""Audit events of the calls that change something (https://docs.python.org/3/library/audit_events.html)."""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "uvdive" / "writing"


def failing_at(number: int, error: int, work: Callable[[], object], *, kill: bool = False) -> bool:
    """Do the work in a process of its own whose so-many-eth call fails, or kills it; was there one?"""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    left = number

    def call(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            if kill:
                os._exit(9)
            raise OSError(error, os.strerror(error))

    def hook(event: str, _arguments: tuple[Any, ...]) -> None:
        if event in CALLS:
            call()

    real_sync, real_exchange = os.fsync, aside.exchange
    os.fsync = lambda fd: (call(), real_sync(fd))[1]
    for module in (aside, undoing):
        module.exchange = lambda *paths: (call(), real_exchange(*paths))[1]
    sys.addaudithook(hook)
    try:
        work()
    except (UsageError, OSError):
        pass
    finally:
        os._exit(9 if left <= 0 else 0)


def whole(folder: Path, notes: Path) -> None:
    said = journal.recover()
    assert texts(folder) in (BEFORE, AFTER), said
    assert not notes.is_dir() or not list(notes.iterdir())


@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", [errno.ENOSPC, errno.EIO, errno.EACCES, "kill"])
@pytest.mark.parametrize("undoes", [False, True], ids=["write", "undo"])
def test_any_call_may_fail(tmp_path: Path, notes: Path, how: int | str, *, undoes: bool) -> None:
    number, failed = 0, True
    while failed:
        number += 1
        folder = tmp_path / str(number)
        plan = plan_in(folder)
        if undoes:
            written = write_rewrite(plan)
            work: Callable[[], object] = lambda written=written: undo_rewrite(written)  # noqa: E731
        else:
            work = lambda plan=plan: write_rewrite(plan)  # noqa: E731
        error = how if isinstance(how, int) else 0
        failed = failing_at(number, error, work, kill=how == "kill")
        whole(folder, notes)
    assert number > 15
    assert texts(folder) == (BEFORE if undoes else AFTER)


def test_what_is_written_is_on_the_disk_before_it_gets_a_name(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note before anything, the text before the names change places, the folder after."""
    done: list[tuple[str, str]] = []
    real_sync, real_exchange, real_link = os.fsync, aside.exchange, os.link

    def sync(fd: int) -> None:
        done.append(("sync", str(Path(f"/proc/self/fd/{fd}").readlink())))
        real_sync(fd)

    def exchanged(one: Path, other: Path) -> bool:
        done.append(("exchange", str(one)))
        return real_exchange(one, other)

    def link(source: Any, target: Any, **more: Any) -> None:
        done.append(("link", str(target)))
        real_link(source, target, **more)

    folder = tmp_path / "project"
    plan = plan_in(folder)
    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(aside, "exchange", exchanged)
    monkeypatch.setattr(os, "link", link)
    write_rewrite(plan)
    kinds = [(what, "note" if "state" in path else path.removeprefix(f"{folder}")) for what, path in done]
    assert kinds[:2] == [("sync", "note"), ("sync", "note")]
    for name in ("/start.sh", "/Dockerfile"):
        at = kinds.index(("exchange", name))
        assert kinds[at - 1] == ("link", f"{name}.orig")
        assert kinds[at - 2][0] == "sync"
        assert kinds[at - 2][1].endswith(".new")
        assert kinds[at + 1] == ("sync", "")
