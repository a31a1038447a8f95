"""A layer of dependencies below the source, so that a change of the source leaves it (R17, R42).

Where the author copies the source before the only sync, the build stage gets a sync of
the locked dependencies in front of that copy. The author's own sync stays and finds
them installed, so the environment is the same.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from pathlib import Path

from uvdive.dockerfile.shell.commands import Command
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.builder.dockerignore import adds_to_dockerignore
from uvdive.rewrite.builder.exported_layer import exported_layer
from uvdive.rewrite.builder.layer_parts import DependencyLayer, is_plain_lock, movable, sources_of
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import context_file, ignores, meant, sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.uv.mentions import mentions_uv

_PROJECT = ("pyproject.toml", "uv.lock")
_SETTINGS = ("uv.toml", ".python-version")
# What says which versions, or leaves something out, is ours to say; the rest is the author's.
_OURS = frozenset({"--frozen", "--locked", "--no-editable", "--inexact", "--exact", "--no-cache", "-n"})
_PLAIN = re.compile(r"[\w.,:=/@+-]+")
_FIRST = (0, 5)
"""uv's minor version from which `uv sync` knows the options; what is older is left alone."""

_SAME_SCRIPTS = (0, 13)
"""Up to 0.12 a second sync wrote ``#!…/python3`` into the project's scripts where a first wrote ``…/python``.

Measured with 0.12.0, 0.12.2, 0.12.9, 0.13.0 and 0.13.9.
"""


def dependency_layer(
    evidence: Evidence, env: EnvironmentFacts, files: Files | None, runs: Sequence[Run], notes: Notes
) -> DependencyLayer:
    """What the build stage gets in front of the author's instructions; nothing where nothing is to gain."""
    nothing = DependencyLayer()
    if files is None or evidence.shared or env.system or env.at_start or evidence.context is None:
        return nothing
    earlier = _before_the_source(evidence, env, files, runs, notes)
    exported = exported_layer(evidence, env, files, runs)
    offered = {"with-source": CHOICES["dependency-layer"].values["with-source"]}
    if earlier is not None:
        offered = {"first": CHOICES["dependency-layer"].values["first"], **offered}
    if exported is not None:
        offered["exported"] = CHOICES["dependency-layer"].values["exported"]
    if len(offered) == 1:
        return nothing
    first = earlier or exported
    assert first is not None
    chosen = notes.choose(
        CHOICES["dependency-layer"],
        min(first.lines),
        "The file copies the source before it installs, so each change of the source installs everything "
        "anew. What is installed in the end is the same."
        if earlier is not None
        else "Each change of pyproject.toml, the project's version too, installs everything anew. The lock's "
        "pins by themselves, exported in a stage of their own, change only with the dependencies.",
        offered=offered,
        default="first" if earlier is not None else "with-source",
    )
    return {"first": earlier, "exported": exported}.get(chosen) or nothing


def _before_the_source(
    evidence: Evidence, env: EnvironmentFacts, files: Files, runs: Sequence[Run], notes: Notes
) -> DependencyLayer | None:
    """The author's sync without the project, in front of the source; None where that is not the same."""
    found = _sync(runs) if _is_the_same(evidence, env) else None
    if found is None:
        return None
    run, command = found
    copy = _source_copy(evidence, run.step)
    moved = None if copy is None else movable(evidence, copy, run.step)
    if copy is None or moved is None or copy.values.get("UV_LOCKED"):
        return None
    given = _project_files(evidence, files, copy, notes)
    words = _options(command)
    if given is None or words is None:
        return None
    text = (*sources_of(evidence, moved), *_text(evidence, run.step, given, words))
    return DependencyLayer({copy.line: text}, frozenset(step.line for step in moved))


def _is_the_same(evidence: Evidence, env: EnvironmentFacts) -> bool:
    """Do two syncs with the uv that made the environment come to the same as one?"""
    main = env.reported_in(evidence.report)
    local = main is not None and any(dist.editable is not None for dist in main.distributions)
    return evidence.report is not None and env.has_uv(_SAME_SCRIPTS if local else _FIRST)


def _sync(runs: Sequence[Run]) -> tuple[Run, Command] | None:
    """The first RUN that installs with uv, where that is one plain, complete `uv sync`."""
    for run in runs:
        if not mentions_uv(run.text) or run.repeated_whole:
            continue
        commands = [c for part, _ in run.parts for c in part.commands if c.program in ("uv", "uvx")]
        first = commands[0] if commands else None
        if first is None and re.search(r"\bpip3?\s+install\b|astral\.sh", run.text):
            continue  # this brings uv
        plain = first is not None and first.argv[1:2] == ("sync",) and not (first.nested or first.assignments)
        return (run, first) if plain and first is not None else None
    return None


def _source_copy(evidence: Evidence, sync: Step) -> Step | None:
    """The first instruction of the sync's stage that copies source, not single files beside it."""
    for step in evidence.steps:
        if step.line >= sync.line or step.stage != sync.stage:
            continue
        if step.keyword in ("COPY", "ADD") and step.instruction.flag("from") is None:
            given = sources(step)[0]
            around = f"{sync.workdir.rstrip('/')}/"
            inside = f"{sources(step)[1].rstrip('/')}/".startswith(around)
            if inside and any(_is_source(evidence, word) for word in given):
                return step
    return None


def _is_source(evidence: Evidence, word: str) -> bool:
    """Does a COPY's word bring a folder or a module? Of a pattern decides what of the context it fits."""
    assert evidence.context is not None
    inside = posixpath.normpath(word.lstrip("/") or ".")
    if inside == "." or inside.endswith(".py"):
        return True
    fits = meant(evidence, inside)
    return any(name.endswith(".py") or Path(evidence.context, name).is_dir() for name in fits)


def _project_files(
    evidence: Evidence, files: Files, copy: Step, notes: Notes
) -> list[tuple[str, bool]] | None:
    """The context's paths of what the sync reads, and whether each is there before the source; or None."""
    found = []
    for name in (*_PROJECT, *_SETTINGS):
        path = posixpath.join(copy.workdir, name)
        node, given = files.follow(path), context_file(evidence, path)
        if node is None or given is None or posixpath.basename(given[0]) != name:
            if name in _PROJECT:
                return None
            continue
        if name == "uv.lock" and not is_plain_lock(given[1]):
            return None
        found.append((given[0], _is_earlier(evidence, files.layer(node), copy)))
    assert evidence.context is not None
    # A host's environment in the context would be copied over the one that is there by then (R40).
    whole = any(posixpath.normpath(word) in (".", "/") or "*" in word for word in sources(copy)[0])
    left_out = ignores(evidence.context, ".venv") or adds_to_dockerignore(notes)
    return None if whole and not left_out else found


def _is_earlier(evidence: Evidence, layer: int, copy: Step) -> bool:
    return any(step.layer == layer and step.line < copy.line for step in evidence.steps)


def _options(command: Command) -> list[str] | None:
    """The author's options for the first sync; None where one of them forbids it."""
    words = list(command.argv[2:])
    forbids = any(
        word.startswith(("--no-install", "--only-install", "--script", "--check", "--dry-run", "--reinstall"))
        or not _PLAIN.fullmatch(word)
        for word in words
    )
    return None if forbids else [word for word in words if word not in _OURS]


def _text(
    evidence: Evidence, sync: Step, given: list[tuple[str, bool]], words: Sequence[str]
) -> tuple[str, ...]:
    """The instructions, with mounts where the author's file mounts something, else for any builder."""
    flags = [flag for flag in sync.instruction.flags if flag.startswith("--mount=")]
    missing = [path for path, there in given if not there]
    lines = []
    if not missing:
        pass
    elif _mounts(evidence):
        binds = (f"--mount=type=bind,source={p},target={posixpath.basename(p)}" for p in missing)
        flags = [*flags, *binds]
    else:
        lines.append(f"COPY {' '.join(missing)} ./\n")
    cached = any("type=cache" in flag for flag in flags)
    command = " ".join(
        ["uv sync --frozen --no-install-workspace", *words, *([] if cached else ["--no-cache"])]
    )
    lines.append("RUN " + " \\\n    ".join([*flags, command]) + "\n")
    return tuple(lines)


def _mounts(evidence: Evidence) -> bool:
    """Does the file use BuildKit for certain? Other builders (kaniko, the classic one) know no mounts."""
    return "syntax" in evidence.dockerfile.directives or any(
        flag.startswith("--mount=") for step in evidence.steps for flag in step.instruction.flags
    )
