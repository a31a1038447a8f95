"""The app's clipboard: a text goes every way that there is, and what is said names them."""

from __future__ import annotations

from textual import on

from uvdive.tui.frame.clipboard import copy_beside, fits_terminal
from uvdive.tui.frame.jobs import Job, Jobs
from uvdive.tui.frame.keys_in_turn import KeysInTurn
from uvdive.tui.frame.text import visible


class Copying(KeysInTurn):
    """An app that copies, in a job beside the screens: a tool of the machine may take a while."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs = Jobs()
        self._copied = ""

    def copy(self, text: str, told: str = "") -> None:
        """Copy a text, and say that it was copied (or ``told``), and by what."""
        # The terminal's clipboard works over a slow link too, but it never says whether it did.
        if fits_terminal(text):
            self.copy_to_clipboard(text)
        self._copied = told or visible(text[:200])
        self.jobs.start("copy", self, lambda _event, _cancel: copy_beside(text))

    @on(Job.Done)
    def _copied_by(self, message: Job.Done) -> None:
        if message.job.name != "copy":
            return
        short = self._copied if len(self._copied) < 80 else self._copied[:79] + "…"
        title = f"Copied {message.result}" if message.result else "Too long for the terminal's clipboard"
        self.notify(short, title=title, markup=False, timeout=3)
