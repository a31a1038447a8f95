"""What `uv run` would find in the image: variables, folders, files and programs (R15, R19, R23)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from uvdive.image.table import Kind
from uvdive.rewrite.environment import EnvironmentFacts, RunCall, other_python
from uvdive.rewrite.evidence.files.context_files import context_text
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence, build_text

Look = Literal["file", "directory", "package", "none", "unknown"]
"""How a path looks in the image: ``package`` has a ``__main__.py``, ``unknown`` is said without an image."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where shell code has come to when it calls a command.

    ``folder`` is the one that it went to by ``cd``, None where it stayed; ``environ`` are the variables
    that it set for the command, in front of it or by ``export``.
    """

    folder: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decides whether a command does the same without its runner.

    ``sync`` is the text of the build's own sync, ``look`` answers for an absolute path,
    ``script_text`` is a file's text, or None. ``has_program`` is None where nobody knows.
    ``environ`` are the variables at start, ``workdir`` the folder. ``arguments`` are the
    words that a script gets (``"$@"``). ``other_python`` says why a `uv run` would take another
    Python than the environment's, None where it would not or nobody knows. ``is_interpreter`` says
    whether an absolute path, or the Python in that folder, is the environment's interpreter; None
    where nobody knows. ``is_seen`` says that there is an image to look into.
    """

    env: EnvironmentFacts
    sync: str
    look: Callable[[str], Look]
    script_text: Callable[[str], str | None]
    workdir: str
    has_program: Callable[[str], bool | None]
    environ: Mapping[str, str]
    arguments: tuple[str, ...] = ()
    other_python: Callable[[RunCall], str | None] = lambda _call: None
    is_interpreter: Callable[[str], bool | None] = lambda _path: None
    is_seen: bool = False

    def within(self, spot: Spot | None) -> Surroundings:
        """The same where shell code has come to; None is where it began."""
        if spot is None:
            return self
        workdir = posixpath.normpath(posixpath.join(self.workdir, spot.folder or "."))
        return replace(self, workdir=workdir, environ={**self.environ, **spot.environ})


def surroundings_of(evidence: Evidence, env: EnvironmentFacts, files: Files | None) -> Surroundings:
    """The surroundings of the image's start commands."""
    entry, command = evidence.starting("ENTRYPOINT"), evidence.starting("CMD")
    return Surroundings(
        env=env,
        sync="uv sync" if env.at_start else build_text(evidence),
        look=partial(_look, files),
        script_text=partial(context_text, evidence),
        workdir=evidence.workdir,
        has_program=partial(_has_program, evidence, env, files),
        environ=evidence.report.config.environ if evidence.report else evidence.stages[-1].env,
        arguments=(command.instruction.exec_form or ()) if entry and command else (),
        other_python=partial(_other_python, evidence, env, files),
        is_interpreter=partial(_is_interpreter, env, files),
        is_seen=files is not None,
    )


def _other_python(
    evidence: Evidence, env: EnvironmentFacts, files: Files | None, call: RunCall
) -> str | None:
    return None if files is None else other_python(evidence, env, files, call)


def _is_interpreter(env: EnvironmentFacts, files: Files | None, path: str) -> bool | None:
    mine = None if files is None or env.interpreter is None else files.inode_at(env.interpreter)
    if files is None or mine is None:
        return None
    places = (path, f"{path}/bin/python", f"{path}/bin/python3")
    found = {inode for place in places if (inode := files.inode_at(place)) is not None}
    return mine in found if found else None


def _look(files: Files | None, path: str) -> Look:
    if files is None:
        return "unknown"
    node = files.follow(path)
    if node is None:
        return "none"
    if files.kind(node) != Kind.DIRECTORY:
        return "file"
    return "package" if files.follow(f"{path}/__main__.py") is not None else "directory"


def _has_program(evidence: Evidence, env: EnvironmentFacts, files: Files | None, name: str) -> bool | None:
    if files is None or evidence.report is None:
        return None
    path = evidence.report.config.environ.get("PATH", "")
    folders = [env.bin, *(folder for folder in path.split(":") if folder)]
    found = any(files.inode_at(f"{folder}/{name}") is not None for folder in folders)
    return None if env.at_start and not found else found
