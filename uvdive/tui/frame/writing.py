"""What Textual writes to the terminal with, so that the app ends where its terminal goes away."""

from __future__ import annotations

from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread


class Writer(WriterThread):
    """Textual's thread that writes; without a terminal it goes on to take what is written.

    Textual's own ends at the first error. What draws then waits for room in its queue for ever, and
    so does what ends the app.
    """

    def run(self) -> None:
        """Write until the end is told, or take all until then where nothing can be written."""
        try:
            super().run()
        except OSError:
            while self._queue.get() is not None:
                pass


def outlive_the_terminal() -> None:
    """Let the driver use it; to be called before the app runs."""
    linux_driver.WriterThread = Writer  # type: ignore[attr-defined]
