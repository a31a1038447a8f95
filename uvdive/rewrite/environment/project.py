"""The project that `uv run` finds from a folder of the image: its settings, its lock, its Python."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from uvdive.base import toml
from uvdive.base.names import normal_name
from uvdive.base.paths import upward
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.image_texts import image_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.lock import LockFile, as_table, read_lock
from uvdive.uv.python_request import first_request

_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)")


@dataclass(frozen=True, slots=True)
class Project:
    """A project as it lies in the image.

    Attributes:
        folder: where its ``pyproject.toml`` is.
        settings: that file; empty where it cannot be read.
        home: the folder of its ``uv.lock``; None where there is none.
        lock: that file; None where it cannot be read either.
        readable: could the settings be read?
    """

    folder: str
    settings: Mapping[str, Any]
    home: str | None = None
    lock: LockFile | None = None
    readable: bool = True

    @property
    def unlocked(self) -> tuple[str, ...]:
        """Names that the project depends on and its part of the lock does not: it was not locked since."""
        own = as_table(self.settings.get("project"))
        name, asked = own.get("name"), own.get("dependencies")
        if self.lock is None or not isinstance(name, str) or not isinstance(asked, list):
            return ()
        named = [match[1] for word in asked if isinstance(word, str) and (match := _NAME.match(word))]
        locked = {link.name for each in self.lock.packages.get(normal_name(name), ()) for link in each.needs}
        every = {normal_name(word) for word in named} - locked - self.lock.packages.keys()
        return tuple(sorted(every))

    @property
    def requires_python(self) -> str:
        """``requires-python`` of the project, else of the lock; empty where neither says so."""
        wanted = as_table(self.settings.get("project")).get("requires-python")
        return wanted if isinstance(wanted, str) else self.lock.requires_python if self.lock else ""


def project_at(evidence: Evidence, files: Files, folder: str) -> Project | None:
    """The project that uv finds from a folder on upward; None where there is none that it manages."""
    above = list(upward(folder))
    root = next((f for f in above if files.follow(posixpath.join(f, "pyproject.toml")) is not None), None)
    if root is None:
        return None
    text = image_text(evidence, files, posixpath.join(root, "pyproject.toml"))
    settings = _toml(text)
    if settings is not None and not _is_managed(settings):
        return None
    around = list(upward(root))
    home = next((f for f in around if files.follow(posixpath.join(f, "uv.lock")) is not None), None)
    lock = image_text(evidence, files, posixpath.join(home, "uv.lock")) if home is not None else None
    return Project(
        root, settings or {}, home, read_lock(lock) if lock is not None else None, settings is not None
    )


def _toml(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        return toml.loads(text)
    except toml.TomlError:
        return None


def _is_managed(settings: Mapping[str, Any]) -> bool:
    """Is it a project, or a workspace, that uv locks and syncs (``[tool.uv] managed``)?"""
    uv = as_table(as_table(settings.get("tool")).get("uv"))
    if uv.get("managed") is False:
        return False
    return isinstance(settings.get("project"), dict) or "workspace" in uv


def version_file(
    evidence: Evidence, files: Files, folder: str, project: Project | None
) -> tuple[str, str] | None:
    """What the nearest ``.python-version`` asks for and its path, between a folder and the workspace's root.

    Without a project uv looks up to the root.
    """
    last = (project.home or project.folder) if project is not None else "/"
    for place in upward(folder):
        for name in (".python-version", ".python-versions"):
            path = posixpath.join(place, name)
            wanted = first_request(image_text(evidence, files, path) or "")
            if wanted is not None:
                return wanted, path
        if place == last:
            break
    return None
