"""A rewrite that is cut off at any line of the code that writes: by a signal, by a kill, by somebody else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import pytest
from rewrites.half_written import AFTER, BEFORE, OLD, plan_in, texts

from uvdive.base.errors import UsageError
from uvdive.base.files import aside, wholefile
from uvdive.base.files.folders import is_pending, journal_folder
from uvdive.session.disk import journal, undoing, writing
from uvdive.session.disk.writing import Written, undo_rewrite, write_rewrite

pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.once,
]
"""A signal between `open` and `with` leaves a file to be closed later."""

WATCHED = frozenset(module.__file__ for module in (aside, wholefile, journal, undoing, writing))


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return journal_folder({"XDG_STATE_HOME": str(tmp_path / "state")})


class _CutError(BaseException):
    """Stands for whatever a signal raises."""


def _cut() -> NoReturn:
    raise _CutError


def cut_at(number: int, cut: Callable[[], Any], work: Callable[[], object]) -> bool:
    """Do the work, and cut it off at the so-many-eth line; was it cut off?"""
    left = number

    def line(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        if event == "line":
            left -= 1
            if left == 0:
                cut()
        return line

    def call(frame: FrameType, _event: str, _argument: object) -> Any:
        return line if frame.f_code.co_filename in WATCHED else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        work()
    except _CutError:
        return True
    finally:
        sys.settrace(before)
    return False


def whole(folder: Path, notes: Path) -> None:
    """All of it or nothing of it, once the next start has looked; and nothing of uvdive's beside it."""
    said = journal.recover()
    assert texts(folder) in (BEFORE, AFTER), said
    assert not notes.is_dir() or not list(notes.iterdir())


def test_a_signal_at_any_line_loses_nothing(tmp_path: Path, notes: Path) -> None:
    number, cut = 0, True
    while cut:
        number += 1
        folder = tmp_path / str(number)
        plan = plan_in(folder)
        cut = cut_at(number, _cut, lambda plan=plan: write_rewrite(plan))
        whole(folder, notes)
    assert number > 100
    assert texts(folder) == AFTER


@pytest.mark.timeout(600)
def test_a_kill_at_any_line_loses_nothing(tmp_path: Path, notes: Path) -> None:
    number, cut = 0, True
    while cut:
        number += 1
        folder = tmp_path / str(number)
        plan = plan_in(folder)
        pid = os.fork()
        if not pid:
            cut_at(number, lambda: os._exit(9), lambda plan=plan: write_rewrite(plan))
            os._exit(0)
        cut = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
        whole(folder, notes)
    assert texts(folder) == AFTER


def written_in(folder: Path) -> Written:
    return write_rewrite(plan_in(folder))


def test_a_signal_at_any_line_of_an_undo_loses_nothing(tmp_path: Path, notes: Path) -> None:
    number, cut = 0, True
    while cut:
        number += 1
        folder = tmp_path / str(number)
        written = written_in(folder)
        cut = cut_at(number, _cut, lambda written=written: undo_rewrite(written))
        whole(folder, notes)
    assert number > 50
    assert texts(folder) == BEFORE


@pytest.mark.timeout(600)
@pytest.mark.parametrize("exchanges", [True, False], ids=["exchange", "no exchange"])
def test_a_kill_at_any_line_of_an_undo_loses_nothing(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch, *, exchanges: bool
) -> None:
    if not exchanges:  # a file system without renameat2's exchange
        monkeypatch.setattr(undoing, "exchange", lambda *_: False)
    number, cut, seen = 0, True, set()
    while cut:
        number += 1
        folder = tmp_path / str(number)
        written = written_in(folder)
        pid = os.fork()
        if not pid:
            cut_at(number, lambda: os._exit(9), lambda written=written: undo_rewrite(written))
            os._exit(0)
        cut = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
        seen.update(said.partition(" has its ")[2] for said in recovered(folder, notes))
    assert texts(folder) == BEFORE
    assert any(said.startswith("new text again") for said in seen)
    assert any(said.startswith("old text again") for said in seen)


def recovered(folder: Path, notes: Path) -> tuple[str, ...]:
    said = journal.recover()
    assert texts(folder) in (BEFORE, AFTER), said
    assert not notes.is_dir() or not list(notes.iterdir())
    return said


def test_somebody_who_writes_at_any_line_loses_nothing(tmp_path: Path, notes: Path) -> None:
    """An editor puts another text in the Dockerfile's place: that text is there at the end, or is kept."""
    number, cut = 0, True

    def edit(folder: Path) -> None:
        (folder / "mine").write_text("mine\n")
        (folder / "mine").replace(folder / "Dockerfile")

    while cut:
        number += 1
        folder = tmp_path / str(number)
        plan, called = plan_in(folder), []
        try:
            cut_at(
                number,
                lambda folder=folder, called=called: called.append(edit(folder)),
                lambda plan=plan: write_rewrite(plan),
            )
        except UsageError:
            mine = {**BEFORE, "Dockerfile": "mine\n"}
            assert texts(folder) in (mine, {**mine, "Dockerfile.orig": OLD})
        cut = bool(called)
        found = texts(folder)
        assert not cut or "mine\n" in found.values()
        assert OLD in found.values() or found["Dockerfile"] == "mine\n"
        journal.recover()


def test_what_is_taken_back_is_told(tmp_path: Path, notes: Path) -> None:
    folder = tmp_path / "project"
    plan = plan_in(folder)
    pid = os.fork()
    if not pid:
        written = writing.replace_aside

        def once(path: Path, data: bytes, **names: Any) -> None:
            written(path, data, **names)
            os._exit(9)

        writing.replace_aside = once
        write_rewrite(replace(plan, files=plan.files[:1]))
    os.waitpid(pid, 0)
    assert is_pending()
    assert texts(folder)["start.sh"] == "x\n"
    assert journal.recover() == (
        f"{folder / 'start.sh'} has its old text again: a run that was cut off had begun to write it.",
    )
    assert texts(folder) == BEFORE
    assert not is_pending()


def test_a_run_that_still_writes_is_left_alone(tmp_path: Path, notes: Path) -> None:
    folder = tmp_path / "project"
    plan_in(folder)
    change = journal.Change(str(folder / "new"), str(folder / ".new"), "0" * 64)
    with journal.noted([change]):
        (folder / "new").write_text("half")
        assert journal.recover() == ()
        assert (folder / "new").read_text() == "half"
        (folder / "new").unlink()
    assert not is_pending()


@pytest.mark.parametrize("text", ["", "{}", "[" * 10_000, '{"changes": [{"path": 7}]}'])
def test_a_note_that_is_none_is_removed(text: str, notes: Path) -> None:
    notes.mkdir(parents=True)
    (notes / "a.json").write_text(text)
    assert journal.recover() == ()
    assert not is_pending()
