"""How the processes of ``pytest -n`` share the tests."""

from __future__ import annotations

import functools
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling


class ByEngine(LoadScopeScheduling):
    """A module goes to one process as a whole, and modules that share images to the same one.

    The images of the example projects are built once in a process and removed at its end, so
    all modules of ``session`` with an engine stay together; so do those of the other floors,
    of which two at once would only wait for the engine.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if not _on_engine(self.config.rootpath / module):
            return module
        return "projects" if "/session/" in module else "engine"


@functools.cache
def _on_engine(module: Path) -> bool:
    return "mark.engine" in module.read_text()
