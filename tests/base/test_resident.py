"""The process that stays: questions, time limits, giving up, long work beside them."""

import os
import signal
import threading
from pathlib import Path

import pytest
import workers

from uvdive.base.errors import CancelledError, ImageError
from uvdive.base.processes.beside import BEHIND
from uvdive.base.processes.resident import Resident, TimeLimitError
from uvdive.base.processes.worker import WorkerCrashError
from uvdive.base.progress import BytesRead, CancelToken, Note, Paced

SLOW = "(a+)+$", "a" * 40 + "b"
"""A regular expression, and a text with which it never ends."""


@pytest.fixture(autouse=True, params=["in forks", "on a Mac"])
def importable(request, monkeypatch):
    """Where the processes find what they do; and whether they do long work in forks or in interpreters."""
    support = Path(workers.__file__).parent
    folders = [support] if request.param == "in forks" else [support / "on_a_mac", support]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, folders)))


@pytest.fixture
def resident():
    found, answer = Resident.start(workers.keep, 7)
    assert answer == "keeps 7"
    yield found
    found.close()


def test_it_answers_about_what_it_keeps(resident):
    assert resident.ask(workers.times, 6) == 42
    assert resident.ask(workers.times, 2) == 14


def test_what_is_left_to_be_done_is_done_behind_the_first_answer_and_before_the_first_question(tmp_path):
    gate, done = tmp_path / "gate", tmp_path / "done"
    os.mkfifo(gate)
    found, _ = Resident.start(workers.leaves_work, gate, done)
    try:
        assert not done.exists()
        gate.write_bytes(b"open")
        assert found.ask(workers.is_there, done)
    finally:
        found.close()


def test_an_error_is_an_answer_and_a_bug_a_traceback(resident):
    with pytest.raises(ImageError, match="What"):
        resident.ask(workers.refuses)
    with pytest.raises(WorkerCrashError, match="ZeroDivisionError"):
        resident.ask(workers.breaks)
    assert resident.ask(workers.times, 1) == 7


def test_a_regular_expression_without_end_is_ended(resident):
    with pytest.raises(TimeLimitError):
        resident.ask(workers.searches, *SLOW, limit=0.05)
    assert resident.ask(workers.times, 1) == 7


def test_a_question_can_be_given_up_while_it_is_answered_and_before(resident):
    cancel = CancelToken()
    timer = threading.Timer(0.1, cancel.cancel)
    timer.start()
    with pytest.raises(CancelledError):
        resident.ask(workers.searches, *SLOW, cancel=cancel)
    with pytest.raises(CancelledError):
        resident.ask(workers.times, 1, cancel=cancel)
    assert resident.ask(workers.times, 1) == 7


def test_long_work_runs_beside_the_questions_and_can_be_stopped(resident):
    cancel, events, began = CancelToken(), [], threading.Event()
    errors = []

    def work():
        try:
            resident.run(
                workers.waits, on_event=lambda event: (events.append(event), began.set()), cancel=cancel
            )
        except CancelledError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert began.wait(30)
    assert resident.ask(workers.times, 3) == 21
    cancel.cancel()
    thread.join(30)
    assert events == [Note("works on 7"), Note("cleans up")]
    assert len(errors) == 1


def test_long_work_brings_its_result_and_its_errors(resident):
    assert resident.run(workers.works, 2) == 14
    with pytest.raises(ImageError):
        resident.run(workers.works, 0)


@pytest.fixture
def adding():
    found, _ = Resident.start(workers.starts_a_list)
    yield found
    found.close()


def test_the_fork_that_stays_finds_what_it_added_and_the_process_does_not(adding):
    events = []
    assert adding.stay(workers.adds, 1, on_event=events.append) == [1]
    assert events == [Note("added 1")]
    with pytest.raises(ImageError):
        adding.stay(workers.adds, -1)
    assert adding.stay(workers.adds, 2) == [1, -1, 2]
    assert adding.ask(workers.listed) == []


def test_work_that_is_given_up_or_breaks_ends_the_fork_and_the_next_begins_anew(adding):
    cancel = CancelToken()
    assert adding.stay(workers.adds, 1) == [1]
    adding.ask(workers.adds_at_home, 7)
    with pytest.raises(CancelledError):
        adding.stay(workers.adds_for_ever, on_event=lambda _: cancel.cancel(), cancel=cancel)
    with pytest.raises(CancelledError):
        adding.stay(workers.adds, 2, cancel=cancel)
    assert adding.stay(workers.adds, 3) == [7, 3]
    with pytest.raises(WorkerCrashError, match="TypeError"):
        adding.stay(workers.adds)
    assert adding.stay(workers.adds, 4) == [7, 4]


def test_the_fork_that_stays_stands_back_behind_who_answers_questions(adding):
    assert adding.stay(workers.steps_back) == min(19, adding.ask(workers.stands_back) + BEHIND)


def test_who_gives_up_to_wait_for_the_fork_leaves_what_it_works_at_alone(adding):
    began, first, second = threading.Event(), CancelToken(), CancelToken()
    ended = []

    def wait():
        try:
            adding.stay(workers.adds_for_ever, on_event=lambda _: began.set(), cancel=first)
        except CancelledError as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    assert began.wait(30)
    asked = threading.Thread(target=second.cancel)
    asked.start()
    with pytest.raises(CancelledError):
        adding.stay(workers.adds, 1, cancel=second)
    asked.join()
    assert not ended
    first.cancel()
    thread.join(30)
    assert len(ended) == 1


def test_questions_are_answered_beside_the_fork_that_stays_and_who_waits_for_it_is_told_of_the_end(adding):
    began, raised = threading.Event(), []

    def wait():
        try:
            adding.stay(workers.adds_for_ever, on_event=lambda _: began.set())
        except CancelledError as error:
            raised.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    assert began.wait(30)
    assert adding.ask(workers.listed) == []
    adding.close()
    thread.join(30)
    assert len(raised) == 1
    with pytest.raises(CancelledError):
        adding.stay(workers.adds, 1)


def test_a_process_that_dies_says_so(resident):
    os.kill(resident.ask(workers.process), signal.SIGKILL)
    with pytest.raises(WorkerCrashError, match="ended with"):
        resident.ask(workers.times, 1)


def test_who_waits_when_it_is_closed_is_told_that_it_was_stopped(resident, monkeypatch):
    raised = []

    def wait():
        try:
            resident.ask(workers.searches, *SLOW)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at
            raised.append(error)

    thread = threading.Thread(target=wait)
    real = resident._process.kill

    def kill():
        real()
        thread.join(30)  # it sees the end before anything else is closed

    monkeypatch.setattr(resident._process, "kill", kill)
    thread.start()
    resident.close()
    assert [type(error) for error in raised] == [CancelledError]
    for again in (resident.ask, resident.run):
        with pytest.raises(CancelledError):
            again(workers.times, 1)


def test_what_fails_to_begin_leaves_no_process():
    with pytest.raises(ImageError):
        Resident.start(workers.fail)
    cancel = CancelToken()
    pids = []

    def on_event(event):
        pids.append(int(event.text))
        cancel.cancel()

    with pytest.raises(CancelledError):
        Resident.start(workers.hang, on_event=on_event, cancel=cancel)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_of_byte_counts_only_some_are_told_and_always_the_last():
    told = []
    paced = Paced(told.append)
    for done in range(1001):
        paced(BytesRead(done, 1000))
    paced(Note("end"))
    assert told[0] == BytesRead(0, 1000)
    assert told[-2:] == [BytesRead(1000, 1000), Note("end")]
    assert len(told) < 1000


@pytest.mark.parametrize("importable", ["on a Mac"], indirect=True)
def test_a_state_that_does_not_pickle_is_told_and_questions_go_on():
    found, _ = Resident.start(workers.keeps_a_lock)
    for way in (found.run, found.stay):
        with pytest.raises(WorkerCrashError, match="cannot pickle"):
            way(workers.works, 1)
    assert found.ask(workers.is_locked) is False
    found.close()
