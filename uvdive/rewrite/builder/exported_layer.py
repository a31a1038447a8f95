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
from collections.abc import Sequence
from typing import Any

from uvdive.base import toml
from uvdive.dockerfile.commands import Command
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.builder.layer_parts import (
    DependencyLayer,
    Export,
    is_plain_lock,
    movable,
    sources_of,
)
from uvdive.rewrite.builder.prefix import OF_EXPORT, OF_INSTALL
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.context_files import context_file, sources
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.evidence.steps import Evidence

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
    if words is None or sync.user not in ("", "root", "0") or place.stage != evidence.stages[-1].index:
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
    mounts = [flag for flag in sync.instruction.flags if flag.startswith("--mount=") and "cache" in flag]
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
    numbers = re.match(r"(\d+)\.(\d+)", env.uv_version or "")
    single = len(evidence.stages) == 1 or evidence.stages[-1].parent is None
    there = files.at(env.path) is not None
    return single and there and numbers is not None and (int(numbers[1]), int(numbers[2])) >= _FIRST


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
    words = iter(command.argv[2:])
    for word in words:
        name, equals, _ = word.partition("=")
        if word in _WITHOUT:
            continue
        if name not in OF_EXPORT and name not in OF_INSTALL:
            return None
        valued = {**OF_EXPORT, **OF_INSTALL}[name] and not equals
        (export if name in OF_EXPORT else install).extend([word, *([next(words, "")] if valued else [])])
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
    try:
        project: dict[str, Any] = toml.loads(texts[0])
        lock: dict[str, Any] = toml.loads(texts[1])
    except toml.TomlError:
        return None
    settings = project.get("tool", {}).get("uv", {})
    name, python = (project.get("project", {}).get(key) for key in ("name", "requires-python"))
    if (
        not isinstance(name, str)
        or not isinstance(python, str)
        or not isinstance(settings, dict)
        or settings.keys() - _HARMLESS
    ):
        return None
    if lock.get("manifest") or not is_plain_lock(texts[1]) or _INDEX.search(texts[1]):
        return None
    plain = all(
        {"registry", "virtual", "editable"} & each.get("source", {}).keys() for each in lock["package"]
    )
    return (name, python, given) if plain else None
