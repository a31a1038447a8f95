"""Files of the work directory that only the build needs (R12)."""

from __future__ import annotations

import posixpath
import re

from uvdive.image.table import Kind
from uvdive.rewrite.copies.already_there import Provided
from uvdive.rewrite.environment import EnvironmentFacts

_NAMES = frozenset({"uv.lock", "pyproject.toml", "uv.toml", ".python-version"})
_INIT = re.compile(r"\buv\s+init\b")


def project_files(provided: Provided, env: EnvironmentFacts, workdir: str) -> frozenset[int]:
    """The nodes of the lock, the project file and what ``uv init`` made; none where the project is editable.

    An editable project reads its own metadata and sources.
    """
    if any(env.roots) and any(not env.holds(root) for root in env.roots):
        return frozenset()
    files = provided.files
    root = files.at(workdir)
    found = set()
    for node in files.walk(root) if root is not None else ():
        path = files.path(node)
        if env.holds(path) or files.kind(node) == Kind.DIRECTORY or provided.has(node):
            continue
        run = provided.runs.get(files.layer(node))
        if posixpath.relpath(path, workdir) in _NAMES or (run is not None and _INIT.search(run.text)):
            found.add(node)
    return frozenset(found)
