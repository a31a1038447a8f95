"""Dependencies by the lock's pins alone, so that a change of the project's version leaves their layer (R42).

A bind mount or a COPY of ``pyproject.toml`` makes the layer anew with every change of that file.
What `uv export` writes changes with the dependencies alone, and COPY goes by contents. The
author's own sync finds all of it installed: the environment is the same byte by byte.
Measured with uv 0.13.9 and BuildKit of Docker 20.10.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from uvdive.base import toml
from uvdive.dockerfile.mounts import mounts_of
from uvdive.dockerfile.shell.commands import Command
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.builder.layer_parts import (
    DependencyLayer,
    Export,
    is_plain,
    movable,
    sources_of,
)
from uvdive.rewrite.builder.prefix_edits import OF_EXPORT, OF_INSTALL, options_of
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import context_file, sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.lock import as_table

_LIST = "requirements.txt"
_FIRST = (0, 13)
"""uv's minor version with which it was measured."""

_INDEX = re.compile(
    r'^source = \{ registry = "(?!https://pypi\.org/simple"|https://pypi\.org/simple/")', re.MULTILINE
)
_HARMLESS = frozenset({"dev-dependencies", "default-groups", "package", "managed", "required-version"})
"""Settings of ``[tool.uv]`` that an install from pins does not need."""

_DECIDES = ("UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV", "UV_LOCKED", "UV_PROJECT", "UV_CONFIG_FILE", "UV_PYTHON")
_WITHOUT = frozenset({"--no-install-project", "--no-install-workspace"})


def exported_layer(
    evidence: Evidence, env: EnvironmentFacts, files: Files, runs: Sequence[Run]
) -> DependencyLayer | None:
    """The stage that exports, and what installs its list; None where that would not surely be the same."""
    found = _first_sync(runs)
    if found is None or not _fits(evidence, env, files):
        return None
    sync, command = found
    words = _words(command)
    place = _first_that_reads(evidence, sync)
    if words is None or not sync.by_root or place.stage != evidence.stages[-1].index:
        return None
    if env.path != f"{sync.workdir.rstrip('/')}/.venv" or any(sync.values.get(name) for name in _DECIDES):
        return None
    moved = movable(evidence, place, sync)
    if moved is None or place.workdir != sync.workdir:
        return None
    project = _project(evidence, files, sync)
    if project is None:
        return None
    prompt, python, given = project
    first, name = evidence.free_name("with-uv", "uvdive-with-uv"), evidence.free_name(_LIST[:-4], "uv-export")
    given_mounts = [flag for flag in sync.instruction.flags if flag.startswith("--mount=")]
    kinds = [mount.kind for mount in mounts_of(sync.instruction)]
    mounts = [flag for flag, kind in zip(given_mounts, kinds, strict=True) if kind == "cache"]
    options = words[1] + ([] if mounts or "--no-cache" in words[1] else ["--no-cache"])
    listed = posixpath.join("/tmp", _LIST)  # noqa: S108 - a path of the build stage
    venv = shlex.join(["uv", "venv", "--quiet", "--python", python, "--prompt", prompt])
    install = shlex.join(["uv", "pip", "install", *options, "--no-deps", "-r", listed])
    out = shlex.join(["uv", "export", "--quiet", *words[0], "--no-emit-workspace", "--output-file", listed])
    text = (
        f"COPY --from={name} {listed} {listed}\n",
        "RUN " + " \\\n    ".join([*mounts, f"{venv} && \\\n    {install}"]) + "\n",
    )
    stage = (f"COPY {' '.join(given)} ./\n", f"RUN {out}\n")
    gone = frozenset(step.line for step in moved)
    export = Export(place.line, first, name, stage, tuple(sources_of(evidence, moved)))
    return DependencyLayer({place.line: text}, gone, export)


def _fits(evidence: Evidence, env: EnvironmentFacts, files: Files) -> bool:
    single = len(evidence.stages) == 1 or evidence.stages[-1].parent is None
    there = files.at(env.path) is not None
    return single and there and env.has_uv(_FIRST)


def _first_sync(runs: Sequence[Run]) -> tuple[Step, Command] | None:
    """The first RUN that calls uv, where it is one plain `uv sync` by itself."""
    for run in runs:
        commands = run.script.commands if run.script is not None else ()
        calls = [command for command in commands if command.program in ("uv", "uvx")]
        if not calls:
            continue
        first = calls[0]
        plain = first.argv[1:2] == ("sync",) and not (first.nested or first.assignments)
        return (run.step, first) if plain and len(commands) == 1 else None
    return None


def _words(command: Command) -> tuple[list[str], list[str]] | None:
    """The options of the export and of the install; None where one has no counterpart."""
    export: list[str] = []
    install: list[str] = []
    for name, words in options_of(command.argv[2:]):
        if words[0] in _WITHOUT:
            continue
        if name not in OF_EXPORT and name not in OF_INSTALL:
            return None
        (export if name in OF_EXPORT else install).extend(words)
    kept = [word for word in export if word not in ("--frozen", "--locked", "--no-editable")]
    return ["--frozen", *kept], install


def _first_that_reads(evidence: Evidence, sync: Step) -> Step:
    """The first instruction that brings the project or its source, else the sync itself, which mounts it."""
    around = f"{sync.workdir.rstrip('/')}/"
    for step in evidence.steps:
        if step.stage != sync.stage or step.line >= sync.line or step.keyword not in ("COPY", "ADD"):
            continue
        if step.instruction.flag("from") is None and f"{sources(step)[1].rstrip('/')}/".startswith(around):
            return step
    return sync


def _project(evidence: Evidence, files: Files, sync: Step) -> tuple[str, str, list[str]] | None:
    """The project's name, its `requires-python`, the context's paths that are read; None: more decides."""
    given = []
    texts = []
    for name in ("pyproject.toml", "uv.lock"):
        found = context_file(evidence, posixpath.join(sync.workdir, name))
        if found is None or posixpath.basename(found[0]) != name:
            return None
        given.append(found[0])
        texts.append(found[1])
    for name in (".python-version", "uv.toml"):
        node = files.at(posixpath.join(sync.workdir, name))
        if node is not None and (sync.layer is None or next(files.modes(node))[0] < sync.layer):
            return None
    said = _pinned(*texts)
    return None if said is None else (*said, given)


@lru_cache(maxsize=4)  # every draft asks for the same, and a lock takes a tenth of a second and more
def _pinned(project_text: str, lock_text: str) -> tuple[str, str] | None:
    """The project's name and its `requires-python`; None where its pins do not say all."""
    try:
        project: dict[str, Any] = toml.loads(project_text)
        lock: dict[str, Any] = toml.loads(lock_text)
    except toml.TomlError:
        return None
    settings = as_table(project.get("tool")).get("uv", {})
    about = as_table(project.get("project"))
    named, python = about.get("name"), about.get("requires-python")
    if isinstance(named, str) and isinstance(python, str) and _pins_say_all(settings, lock, lock_text):
        return named, python
    return None


def _pins_say_all(settings: object, lock: Mapping[str, Any], text: str) -> bool:
    """Is what an install from the lock's pins does all that these settings and the lock ask for?"""
    if not isinstance(settings, dict) or settings.keys() - _HARMLESS:
        return False
    if lock.get("manifest") or not is_plain(lock) or _INDEX.search(text):
        return False
    kinds = (as_table(each.get("source")).keys() for each in lock["package"])
    return all({"registry", "virtual", "editable"} & each for each in kinds)
