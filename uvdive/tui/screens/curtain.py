"""The first picture: what is being opened. The real first screen is made behind it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from uvdive.tui.frame.host import host_of
from uvdive.tui.words.headline import Progress, of_progress


class Curtain(Screen[None]):
    """The headline alone, painted before the other widgets are even imported.

    What is typed meanwhile waits for the screen that comes.
    """

    def compose(self) -> ComposeResult:
        """The line as the explorer shows it first."""
        progress = Progress(target=host_of(self).called)
        yield Static(of_progress(progress, None, self.app.size.width), id="headline")

    def on_mount(self) -> None:
        """Paint, then make room."""
        self.call_after_refresh(host_of(self).raise_curtain)
