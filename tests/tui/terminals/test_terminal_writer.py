"""Textual's writer outlives its terminal: the app ends, and nothing waits for room in a queue."""

import io

from textual.drivers import linux_driver

from uvdive.tui.frame.writing import Writer, outlive_the_terminal


class Gone(io.StringIO):
    """A terminal that is not there any more."""

    def write(self, _text: str) -> int:
        raise OSError(5, "Input/output error")


def test_more_than_fits_is_taken_and_the_end_comes() -> None:
    writer = Writer(Gone())
    writer.start()
    for _ in range(10 * writer._queue.maxsize):
        writer.write("x")
    writer.stop()
    assert not writer.is_alive()


def test_what_is_written_arrives() -> None:
    file = io.StringIO()
    writer = Writer(file)
    writer.start()
    writer.write("a")
    writer.write("b")
    writer.stop()
    assert file.getvalue() == "ab"


def test_the_driver_takes_it(monkeypatch) -> None:
    monkeypatch.setattr(linux_driver, "WriterThread", linux_driver.WriterThread)
    outlive_the_terminal()
    assert linux_driver.WriterThread is Writer
