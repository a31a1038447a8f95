"""The first picture: what is being opened. The real first screen is made behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from uvdive.tui.words.headline import Progress, of_progress

if TYPE_CHECKING:
    from uvdive.tui.app import UvdiveApp


class Curtain(Screen[None]):
    """The headline alone, painted before the other widgets are even imported.

    What is typed meanwhile waits for the screen that comes.
    """

    def compose(self) -> ComposeResult:
        """The line as the explorer shows it first."""
        yield Static(of_progress(Progress(target=self._app.called), None, self.app.size.width), id="headline")

    def on_mount(self) -> None:
        """Paint, then make room."""
        self.call_after_refresh(self._app.raise_curtain)

    @property
    def _app(self) -> UvdiveApp:
        return cast("UvdiveApp", self.app)
