import threading

from made_images.samples import sample_report
from screens.driving import Waits, answers, ended, opened

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.base.progress import BytesRead, Note
from uvdive.tui.frame.jobs import Job, Jobs


class Inbox:
    """Takes messages like a screen."""

    def __init__(self) -> None:
        self.messages: list[object] = []

    def post_message(self, message: object) -> bool:
        self.messages.append(message)
        return True


def run(work) -> tuple[Job, list[object]]:
    inbox = Inbox()
    job = Job("test", inbox, work).start()
    job.join(30)
    return job, inbox.messages


def test_the_result_comes_as_a_message():
    job, messages = run(lambda _on_event, _cancel: 42)
    assert [type(m) for m in messages] == [Job.Done]
    assert messages[0].result == 42
    assert not job.running


def test_events_that_nobody_took_yet_share_one_message_and_byte_counts_one_event():
    def work(on_event, _cancel):
        on_event(Note("a"))
        for done in range(1000):
            on_event(BytesRead(done))
        on_event(Note("b"))

    job, messages = run(work)
    assert [type(m) for m in messages] == [Job.Progress, Job.Done]
    assert job.take() == [Note("a"), BytesRead(999), Note("b")]
    assert job.take() == []


def test_an_error_for_people_comes_as_it_is():
    error = UvdiveError("what", "do", ("log",))

    def work(_on_event, _cancel):
        raise error

    _, messages = run(work)
    assert messages[0].error is error


def test_a_bug_becomes_a_sentence_and_keeps_the_exception():
    def work(_on_event, _cancel):
        raise RuntimeError("Traceback\n  deep inside\nthe cause")

    job, messages = run(work)
    assert messages[0].error.what.endswith("RuntimeError: the cause")
    assert isinstance(job.crash, RuntimeError)


def test_a_stopped_job_takes_no_more_events():
    def work(on_event, cancel):
        cancel.cancel()
        on_event(Note("late"))

    _, messages = run(work)
    assert isinstance(messages[0].error, CancelledError)


def test_stopping_reaches_every_job_and_a_deaf_one_does_not_hold_up_the_end():
    release = threading.Event()
    inbox = Inbox()
    jobs = Jobs()
    deaf = jobs.start("deaf", inbox, lambda _on_event, _cancel: release.wait(30))
    hears = jobs.start("hears", inbox, Waits())
    jobs.stop()
    hears.join(30)
    assert hears.ended.is_set()
    jobs.join(0.01)
    assert not deaf.ended.is_set()
    assert deaf._thread.daemon
    release.set()
    deaf.join(30)


async def test_a_message_for_an_app_that_has_gone_is_no_error():
    release = threading.Event()
    async with opened(answers(sample_report())) as (app, _):
        deaf = app.jobs.start("deaf", app.screen, lambda _on_event, _cancel: release.wait(30))
        app.jobs.stop()
    release.set()
    deaf.join(30)
    assert deaf.ended.is_set()


async def test_the_app_sees_what_a_job_brings():
    async with opened(answers(sample_report(), Note("x"))) as (app, pilot):
        await ended(pilot, app.jobs._jobs[0])
        assert app.screen.report is not None
