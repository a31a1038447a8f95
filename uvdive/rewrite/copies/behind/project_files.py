"""Files of the work directory that only the build needs (R12)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from uvdive.base import toml
from uvdive.dockerfile.shell.reading import command_text
from uvdive.image.table import Kind
from uvdive.rewrite.copies.behind.already_there import Provided
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.image_texts import text_at
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.lock import as_table

_NAMES = frozenset({"uv.lock", "pyproject.toml", "uv.toml", ".python-version"})
_INIT = re.compile(r"\buv\s+init\b")
_LISTS = re.compile(r"(?:\s-r[= ]?|\s--requirements?[= ])\s*([\w./-]+\.(?:txt|in|lock))(?=\s|$)")
_REBUILDS = ("mesonpy", "scikit_build_core")
"""Builders whose editable installs build anew when they are imported, which reads the project file."""


def project_file_names(evidence: Evidence, files: Files | None) -> frozenset[str]:
    """The names, from the work directory, of what uv and a build backend read.

    With the lists that RUNs install from, and the readme that the project file names.
    """
    lists = {
        posixpath.relpath(posixpath.join(step.workdir, found), evidence.workdir)
        for step in evidence.runs()
        for found in _LISTS.findall(f" {command_text(step.instruction)}")
    }
    readme = {posixpath.normpath(name) for name in _readmes(_project(evidence, files))}
    return frozenset(_NAMES | {name for name in lists | readme if not name.startswith("..")})


def project_files(
    provided: Provided, env: EnvironmentFacts, workdir: str, names: frozenset[str]
) -> frozenset[int]:
    """The nodes of those files and of what ``uv init`` made beside code; none where an import builds anew."""
    files = provided.files
    if any(env.roots) and _rebuilds(_project(provided.evidence, files)):
        return frozenset()
    root = files.at(workdir)
    found = set()
    for node in files.walk(root) if root is not None else ():
        path = files.path(node)
        if env.holds(path) or files.kind(node) == Kind.DIRECTORY or provided.has(node):
            continue
        run = provided.runs.get(files.layer(node))
        made = run is not None and _INIT.search(run.text) and not path.endswith(".py")
        if posixpath.relpath(path, workdir) in names or made:
            found.add(node)
    return frozenset(found)


def _project(evidence: Evidence, files: Files | None) -> dict[str, Any]:
    """The project file of the work directory; empty where there is none that can be read."""
    try:
        return toml.loads(text_at(evidence, files, posixpath.join(evidence.workdir, "pyproject.toml")) or "")
    except toml.TomlError:
        return {}


def _readmes(project: dict[str, Any]) -> Iterator[str]:
    readme = as_table(project.get("project")).get("readme")
    name = readme.get("file") if isinstance(readme, dict) else readme
    if isinstance(name, str):
        yield name


def _rebuilds(project: dict[str, Any]) -> bool:
    backend = as_table(project.get("build-system")).get("build-backend")
    return isinstance(backend, str) and backend.startswith(_REBUILDS)
