"""The commands that are compared."""

from __future__ import annotations

import sys
from pathlib import Path

from measure import Command

UVDIVE = [sys.executable, "-m", "uvdive"]
EMPTY_APP = "from textual.app import App\nclass Empty(App[None]): pass\nEmpty().run()\n"


def uvdive(*words: str, cache: Path | None = None) -> Command:
    """uvdive with a layer cache in a folder of its own."""
    return Command([*UVDIVE, *words], {"XDG_CACHE_HOME": str(cache)} if cache else {})


def dive(source: str, image: str, work: Path) -> Command:
    """dive without its screen; it writes what uvdive prints."""
    return Command(["dive", "--source", source, image, "--json", str(work / "dive.json")])
