"""The build that comes before the image is read: when its screen is there, and what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from uvdive.build.events import BuildEnded, BuildLeftOut
from uvdive.tui.frame.host import host_of

if TYPE_CHECKING:
    from uvdive.tui.screens.first_build import FirstBuildScreen, Reader


class FirstBuild:
    """Shows how the image is built, as long as that takes, where it is built at all.

    Args:
        reader: the screen below, which starts the work and is told its events.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._shown: FirstBuildScreen | None = None

    def begin(self) -> None:
        """The work begins, maybe anew."""
        assert isinstance(self._reader, Screen)
        host = host_of(self._reader)
        if host.builds and self._shown is None:
            # Most images are built already, and nobody waits for a screen that does not come.
            from uvdive.tui.screens.first_build import FirstBuildScreen

            self._shown = FirstBuildScreen(self._reader, host.original)
            self._reader.app.push_screen(self._shown)

    def take(self, event: object) -> None:
        """Draw what an event tells; the end of the build, or that there is none, is the end of its screen."""
        if isinstance(event, BuildEnded | BuildLeftOut):
            self.over()
        elif self._shown is not None:
            self._shown.follow()

    def over(self) -> None:
        """There is an image."""
        if self._shown is not None:
            self._shown.done()
            self._shown = None

    def ended(self) -> bool:
        """The work ended without a result; is it the build's screen that says why?"""
        if self._shown is not None:
            self._shown.ended()
        return self._shown is not None
