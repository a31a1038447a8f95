"""What the work on a rewrite asks of the app that is around it. No Textual in here."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from uvdive.compose.recipe import Recipe
from uvdive.session.desk import Desk
from uvdive.tui.progress.build import Build
from uvdive.tui.services import Services


class Surroundings(Protocol):
    """What the work needs of the app."""

    @property
    def desk(self) -> Desk | None:
        """Where to ask about the image; None where it was let go of."""

    @property
    def services(self) -> Services:
        """The session floor's functions."""

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
    def original(self) -> Build:
        """The build of the original, where there was one."""
