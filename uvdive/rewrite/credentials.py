"""Passwords and tokens that the author's Dockerfile puts into the image (R39). No value is ever repeated."""

from __future__ import annotations

import posixpath
import re
from typing import cast

from uvdive.dockerfile.variables import pairs
from uvdive.rewrite.contextfiles import sources
from uvdive.rewrite.files import Files
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.steps import Evidence, Step

_PASSWORD = re.compile(r"UV_INDEX_\w+_PASSWORD|UV_PUBLISH_(?:TOKEN|PASSWORD)")
_INDEX = re.compile(r"(?:UV|PIP)_(?:(?:EXTRA_|DEFAULT_)?INDEX(?:_URL)?|FIND_LINKS)")
_WITH_PASSWORD = re.compile(r"://[^/\s@]+@")
_SECRET_FILES = frozenset({".env", ".netrc", "_netrc", ".pypirc"})


def warn_credentials(evidence: Evidence, files: Files | None, notes: Notes) -> None:
    """Name each ENV, ARG and COPY that leaves a secret in the image or its history."""
    for step in evidence.steps:
        if step.keyword in ("ENV", "ARG"):
            _warn_variables(step, notes)
        elif step.keyword in ("COPY", "ADD"):
            _warn_files(step, files, notes)


def _warn_variables(step: Step, notes: Notes) -> None:
    for name, value in pairs(step.instruction.arguments, step.values.get):
        secret = _PASSWORD.fullmatch(name) or (_INDEX.fullmatch(name) and _WITH_PASSWORD.search(value or ""))
        if value and secret:
            notes.warn(
                "R39",
                step.line,
                f"{name} holds a password, and everybody who has the image can read it in its history or "
                f"settings. Take it out of here, give it with `RUN --mount=type=secret,id={name},env={name}` "
                "and change the password.",
            )


def _warn_files(step: Step, files: Files | None, notes: Notes) -> None:
    for path in _secret_files(step, files):
        notes.warn(
            "R39",
            step.line,
            f"{path} usually holds passwords. The new image has it too, for the app may read it. Where only "
            "the build needs it, put it into .dockerignore and give it with `RUN --mount=type=secret`.",
        )


def _secret_files(step: Step, files: Files | None) -> list[str]:
    if files is not None:
        return sorted(files.path(node) for node in _named(files) if files.layer(node) == step.layer)
    if step.instruction.flag("from") is not None:
        return []
    given, target = sources(step)
    names = [posixpath.basename(source) for source in given]
    return [posixpath.join(target, name) for name in names if name in _SECRET_FILES]


def _named(files: Files) -> tuple[int, ...]:
    """The nodes of all files with such a name; looked for once, as several drafts ask."""
    if "secret files" not in files.memo:
        names = frozenset(name.encode() for name in _SECRET_FILES)
        nodes = (node for node, name in enumerate(files.table.names) if name in names)
        files.memo["secret files"] = tuple(
            n for n in nodes if files.entry(n) is not None and not files.is_folder(n)
        )
    return cast("tuple[int, ...]", files.memo["secret files"])
