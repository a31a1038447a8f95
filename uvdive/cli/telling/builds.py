"""Events of builds and checks on standard error."""

from __future__ import annotations

from uvdive.cli.telling.reading import Narrator
from uvdive.output.words.building import BuildingWords


class BuildNarrator(Narrator):
    """Tells of builds and checks beside what is read."""

    words = BuildingWords
