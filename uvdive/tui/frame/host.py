"""What screens ask of the app: the image, the work beside it, and the way to another screen.

Screens know this and never the app itself, which knows all of them; ``uvdive.tui.app``
fulfils it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from pathlib import Path

    from textual.content import Content
    from textual.dom import DOMNode

    from uvdive.base.errors import UvdiveError
    from uvdive.base.progress import CancelToken, OnEvent
    from uvdive.compose.recipe import Recipe
    from uvdive.ledger.report import ImageReport
    from uvdive.output.html.tables import Rewrite
    from uvdive.session.desk import Desk
    from uvdive.tui.desk.places import Place
    from uvdive.tui.frame.jobs import Jobs
    from uvdive.tui.progress.build import Build
    from uvdive.tui.services import Planned, Services


class Host(Protocol):
    """The app, as its screens see it."""

    desk: Desk | None
    """Where to ask about the image; None until it is read."""
    dockerfile: Path | None
    """The Dockerfile that made the image, where it was named."""
    crash: Exception | None
    """The last unforeseen exception of a job, which ``--debug`` raises at the end."""

    @property
    def jobs(self) -> Jobs:
        """All work beside the screens."""

    @property
    def services(self) -> Services:
        """The session floor's functions."""

    # What is open

    @property
    def target(self) -> str | None:
        """What is opened, as the user named it; None before anything is."""

    @property
    def called(self) -> str:
        """What is opened, in words for the first picture."""

    @property
    def mark(self) -> str:
        """A word that stands on every screen where not all is real; mostly empty."""

    @property
    def context(self) -> Path | None:
        """The build context, where it was given."""

    @property
    def build_args(self) -> tuple[str, ...]:
        """Arguments for ``docker buildx build``."""

    @property
    def recipe(self) -> Recipe | None:
        """The compose service or Bake target that is built."""

    @property
    def builds(self) -> bool:
        """Is the image built before it is read?"""

    @property
    def planned(self) -> Planned | None:
        """The rewrite that is to be opened at once, where it is."""

    @property
    def original(self) -> Build:
        """The build of the original, where there was one."""

    @property
    def picked(self) -> bool:
        """Does the picker lie below, so that there is something to go back to?"""

    def shown_name(self, report: ImageReport) -> str:
        """What to call the image."""

    def load(self, on_event: OnEvent, cancel: CancelToken) -> Desk:
        """Read the image, in a job's thread."""

    def prepare(self, _on_event: OnEvent, _cancel: CancelToken) -> None:
        """Import the screens that the next keys open, in a job's thread."""

    def freeze(self) -> None:
        """What is in memory now stays there."""

    # From one screen to another

    async def raise_curtain(self) -> None:
        """Go from the first picture to the first real screen."""

    def open_target(self, target: str) -> None:
        """Explore what was picked."""

    def compare_targets(self, before: str, after: str) -> None:
        """Compare two that were marked."""

    def back_to_picker(self) -> None:
        """Let go of the image, unless a build is running."""

    def show_help(self) -> None:
        """Show every key of the screen that is there."""

    def show_list(self, name: str, report: ImageReport) -> None:
        """Open the list of ``waste``, ``findings`` or ``packages``, or the ``map``."""

    @property
    def can_return(self) -> bool:
        """Did a list lead to what the explorer shows?"""

    def return_to_list(self) -> None:
        """Go back to that list."""

    def show_dockerfile(self, report: ImageReport, line: int | None = None) -> None:
        """Open the Dockerfile, at a line."""

    def show_rewrite(self, report: ImageReport) -> None:
        """Go to the rewrite."""

    @property
    def known_rewrite(self) -> Rewrite | None:
        """The plan of the rewrite and what its proof gave; None before there is a plan."""

    def show_place(self, place: Place) -> None:
        """Go to a path in the explorer."""

    def show_layer(self, layer: int) -> None:
        """Go to a layer in the explorer."""

    def tell_explorer(self, words: list[Content]) -> None:
        """Show in the explorer how the rewrite goes while it is out of sight."""

    # The rest

    def copy(self, text: str, told: str = "") -> None:
        """Copy a text, and say that it was copied (or ``told``)."""

    def leave(self, error: UvdiveError | None = None) -> None:
        """End the app; after an error with that error's exit code."""


def host_of(node: DOMNode) -> Host:
    """The app that shows a screen or a widget."""
    return cast("Host", node.app)
