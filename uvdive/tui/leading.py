"""The app's ways from one screen to another."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from uvdive.image.reference import is_ours
from uvdive.tui.frame.actions import ActionScreen
from uvdive.tui.frame.returning import Returning
from uvdive.tui.frame.text import visible

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport
    from uvdive.tui.desk.places import Place
    from uvdive.tui.progress.build import Build
    from uvdive.tui.screens.explore.explore import ExploreScreen


class Leading(Returning):
    """Goes to the lists, the files, the layers and the Dockerfile of the image that is open.

    ``target`` is what is opened, as the user named it, and ``dockerfile`` what made it; None where
    nobody named one.
    """

    target: str | None = None
    dockerfile: Path | None = None

    @cached_property
    def original(self) -> Build:
        """The build of the original, where there was one."""
        from uvdive.tui.progress.build import Build

        return Build("before")

    @property
    def explorer(self) -> ExploreScreen | None:
        """The explorer, which lies below all other screens but the picker."""
        from uvdive.tui.screens.explore.explore import ExploreScreen

        return next((screen for screen in self.screen_stack if isinstance(screen, ExploreScreen)), None)

    def _back_to_explorer(self) -> ExploreScreen | None:
        explorer = self.explorer
        self.leave_list()
        while explorer is not None and self.screen is not explorer:
            self.pop_screen()
        return explorer

    def show_help(self) -> None:
        """Show every key of the screen that is there, and the signs."""
        from uvdive.tui.screens.dialogs.help import Help

        if isinstance(self.screen, ActionScreen):
            self.push_screen(Help(self.screen))

    def show_list(self, name: str, report: ImageReport) -> None:
        """Open the list of ``waste``, ``findings`` or ``packages``, or the ``map``."""
        from uvdive.tui.screens.lists.waste_findings_packages import KINDS
        from uvdive.tui.screens.treemap import MapScreen

        self.open_list(MapScreen(report) if name == "map" else KINDS[name](report))

    def show_dockerfile(self, report: ImageReport, line: int | None = None) -> None:
        """Open the Dockerfile, at a line."""
        from uvdive.tui.screens.dockerfile import DockerfileScreen
        from uvdive.tui.words.dockerfile_lines import read_listing

        steps = [step.event for step in self.original.steps.values()]
        self.push_screen(DockerfileScreen(report, read_listing(report, self.dockerfile, steps), line))

    def show_place(self, place: Place) -> None:
        """Go to a path in the explorer."""
        explorer = self._back_to_explorer()
        if explorer is not None:
            explorer.show_place(place)

    def show_layer(self, layer: int) -> None:
        """Go to a layer in the explorer."""
        explorer = self._back_to_explorer()
        if explorer is not None:
            explorer.show_layer(layer)

    def shown_name(self, report: ImageReport) -> str:
        """What to call the image: as the user did, where uvdive gave it a name of its own."""
        reference = report.image.reference or report.image.id
        return visible(self.target if self.target and is_ours(reference) else reference)

    def tell_explorer(self, words: list[Content]) -> None:
        """Show in the explorer how the rewrite goes while it is out of sight."""
        explorer = self.explorer
        if explorer is not None:
            explorer.tell([Content.styled("Rewrite:", "bold"), *words, Content("r shows it")])
