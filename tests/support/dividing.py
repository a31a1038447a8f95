"""How the processes of ``pytest -n`` share the tests."""

from __future__ import annotations

import functools
import re
import zlib
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

_EXAMPLE = re.compile(r"\[([a-z0-9]+)")
"""The example project that a test's parameters begin with."""
HALVES = 2
"""So many processes prove the example projects, which mostly wait for what they start, or make snapshots."""
_PLAYS = frozenset(("action", "api", "cli", "tui"))
"""The folders of tests that take seconds each."""


class ByEngine(LoadScopeScheduling):
    """A module goes to one process as a whole, and modules that share images to the same one.

    The images of the example projects are built once in a process and removed at its end. So all
    tests of one project's rewrite stay together, and so do those of all projects at once, the other
    modules of ``session`` with an engine, and those of the other floors: each takes about a sixth of
    the time, and more at once would only wait for the engine.
    """

    def __init__(self, config: pytest.Config, log: object) -> None:
        # In the order of ``longest_first``: what takes longest begins at once.
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if module.endswith("/test_snapshots.py"):
            return f"snapshots {zlib.crc32(nodeid.encode()) % HALVES}"
        if not on_engine(self.config.rootpath / module):
            return module
        if module.endswith("/test_rewritten_projects.py"):
            named = _EXAMPLE.search(nodeid)
            return f"rewritten {zlib.crc32(named[1].encode()) % HALVES}" if named else "projects"
        if module.endswith("/test_example_projects.py"):
            return "projects"
        return "session" if "/session/" in module else "engine"


def longest_first(items: list[pytest.Item]) -> None:
    """The tests with an engine in front, the proofs of the example projects first of all.

    Of the rest those that play the app or start programs, so that no process has a long one left
    when the others have none.
    """

    def rank(item: pytest.Item) -> int:
        if not on_engine(item.path):
            return 3 if _PLAYS.intersection(item.path.parts) else 4
        if item.path.stem in ("test_rewritten_projects", "test_example_projects"):
            return 0
        return 1 if "session" in item.path.parts else 2

    items.sort(key=rank)


@functools.cache
def on_engine(module: Path) -> bool:
    """Does a module have tests with an engine?"""
    return "mark.engine" in module.read_text()
