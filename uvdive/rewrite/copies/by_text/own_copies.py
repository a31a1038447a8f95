"""The author's own COPY instructions in the last stage, by the text alone (R12).

Without an image nobody sees what RUNs made among the source. They are repeated where the RUNs are
such that they surely made nothing there that the app needs: syncs and installs into the environment,
of projects whose builder leaves the sources as they are.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from uvdive.base import toml
from uvdive.base.files.foreign import read_file
from uvdive.base.paths import is_below
from uvdive.dockerfile.ignore import Ignored
from uvdive.dockerfile.shell.commands import Command, program_words
from uvdive.dockerfile.shell.reading import shell_text
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.variables import filled_in
from uvdive.rewrite.copies.by_text.chown import handed_to, hands_over, last_build
from uvdive.rewrite.copies.copy_set import CopySet, OwnCopy
from uvdive.rewrite.copies.own_copies import comes_from_context, misses, repeatable
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.commands.command_kinds import REPEATED, SIDE, classify
from uvdive.rewrite.evidence.commands.gone_again import is_removed, landings
from uvdive.rewrite.evidence.commands.runs import Run, copies_of_app
from uvdive.rewrite.evidence.files.context_files import copied_text, is_everything, meant, sources
from uvdive.rewrite.evidence.files.image_texts import MOST
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.calls import Call, subcommand, uv_calls
from uvdive.uv.lock import LOCAL, as_table, read_lock

_STAYS_OUT = frozenset(
    (
        *("sync", "venv", "pip install", "pip sync", "pip check", "pip list", "python find", "tool install"),
        "python install",
    )
)
"""What of uv writes nothing but environments, its Pythons and the cache."""

_TIDY = frozenset({"cache", "cache clean", "cache prune", "version", "help", "self", "self update", ""})
_ELSEWHERE = frozenset({"--target", "-t", "--prefix", "--root", "--directory", "--project"})
_PLAIN = (
    *("uv_build", "hatchling.", "flit_core.", "poetry.core.", "pdm.backend", "setuptools."),
    *("poetry_dynamic_versioning",),
)
"""Builders that leave sources as they are, unless a setting of theirs says otherwise."""

_WRITING: tuple[tuple[str, ...], ...] = (
    ("hatch", "build", "hooks"),
    ("hatch", "build", "targets", "wheel", "hooks"),
    ("pdm", "version", "write_to"),
    ("pdm", "build", "run-setuptools"),
    ("poetry", "build"),
    ("poetry-dynamic-versioning",),
    ("setuptools_scm", "write_to"),
    ("setuptools_scm", "version_file"),
    ("setuptools-scm", "version_file"),
)
"""Settings that write files among the sources."""


def own_by_text(
    evidence: Evidence, env: EnvironmentFacts, copies: CopySet, runs: Sequence[Run], ignored: Ignored | None
) -> CopySet | None:
    """The environment from the build stage, the rest by the author's own instructions; None: not surely so.

    Args:
        evidence: the file and its build context.
        env: the environment.
        copies: the same by the build stage's paths.
        runs: every RUN.
        ignored: what the context leaves out in the end; None where no context is known.
    """
    if evidence.shared or (env.system and not copies.prefix) or env.at_start or ignored is None:
        return None
    steps = _staying(evidence, copies_of_app(evidence.steps, runs), runs)
    if not steps or not all(repeatable(evidence, step) for step in steps):
        return None
    targets = [sources(step)[1] for step in steps]
    handed = _handed(evidence, copies, steps, runs)
    modes = _last_modes(evidence, env, steps, [run for run in runs if run is not handed])
    others = (run for run in runs if run.step not in modes and run is not handed)
    if not all(_stays_out(run, env.path, [evidence.workdir, *targets]) for run in others):
        return None
    if any(_builds_in_place(evidence, folder) for folder in _projects(evidence, runs)):
        return None
    around = [evidence.workdir, *(target.rstrip("/") or "/" for target in targets)]
    held = [path for path in env.folders if not env.system or path != env.path]
    made = (path for path in copies.paths if not any(is_below(path, folder) for folder in around))
    paths = list(dict.fromkeys([*held, *made]))
    given = (step for step in steps if comes_from_context(step))
    if not all(misses(evidence, ignored, step, path) for step in given for path in held):
        return None
    own = sorted([*_once(evidence, steps), *modes], key=lambda step: step.line)
    return replace(copies, paths=paths, own=[OwnCopy(step) for step in own])


def _handed(evidence: Evidence, copies: CopySet, steps: Sequence[Step], runs: Sequence[Run]) -> Run | None:
    """The RUN at the end that gives all that these instructions bring to a user, as `--chown` can."""
    last = last_build(evidence)
    run = next((each for each in runs if last is not None and each.step is last), None)
    if run is None or not hands_over(run, evidence.workdir) or not handed_to(evidence, copies):
        return None
    inside = all(is_below(sources(step)[1].rstrip("/") or "/", evidence.workdir) for step in steps)
    plain = all(step.instruction.flag("chown") is None for step in steps)
    return run if inside and plain else None


def _last_modes(
    evidence: Evidence, env: EnvironmentFacts, steps: Sequence[Step], runs: Sequence[Run]
) -> list[Step]:
    """The RUNs at the end that only give a mode to files that these instructions bring (`chmod +x a.sh`).

    The last stage repeats them where the author has them, in front of instructions for other paths.
    """
    targets = {step.line: sources(step)[1].rstrip("/") or "/" for step in steps}
    found: list[Step] = []
    for run in sorted(runs, key=lambda run: run.step.line, reverse=True):
        line = run.step.line
        before = [target for at, target in targets.items() if at < line]
        later = [target for at, target in targets.items() if at > line]
        paths = _given_modes(run) if run.step.by_root and run.step.workdir == evidence.workdir else []
        if not paths or any(is_below(path, target) for path in paths for target in later):
            break
        if not all(_is_brought(evidence, path, before, env.path) for path in paths):
            break
        found.append(run.step)
    return found


def _given_modes(run: Run) -> list[str]:
    """The files that a RUN of nothing but `chmod` names; none where it does more, or names a pattern."""
    found: list[str] = []
    for part, _ in run.parts:
        for command in part.commands:
            words = program_words(command)
            if command.program != "chmod" or command.nested or len(words) < 3:
                return []
            if not all(word.literal and not re.match(r"-|.*[*?\[]", word.text) for word in words[1:]):
                return []
            found += [posixpath.normpath(posixpath.join(run.step.workdir, w.text)) for w in words[2:]]
    return found if run.script is not None else []


def _is_brought(evidence: Evidence, path: str, targets: Sequence[str], environment: str) -> bool:
    """Is a path a file of the context that an instruction brings, and none of the environment's?"""
    below = any(is_below(path, target) for target in targets) and not is_below(path, environment)
    return below and copied_text(evidence, path) is not None


def _staying(evidence: Evidence, steps: Sequence[Step], runs: Sequence[Run]) -> list[Step]:
    """The instructions without those of which RUNs remove all again; nothing where they remove a part."""
    found = []
    for step in steps:
        gone = [is_removed(path, step.line, runs) for path in landings(evidence, step)]
        if any(gone) and not all(gone):
            return []
        if not any(gone):
            found.append(step)
    return found


def _once(evidence: Evidence, steps: Sequence[Step]) -> list[Step]:
    """The instructions without those of which a later one brings all again, to the same paths.

    That is a copy of the whole context with the same flags.
    """
    if evidence.context is None:
        return list(steps)
    found: list[Step] = []
    wholes: dict[tuple[str, ...], set[str]] = {}
    for step in reversed(steps):
        later = wholes.setdefault(tuple(sorted(step.instruction.flags)), set())
        if step.keyword != "ADD" and later:
            roots = _roots(evidence, evidence.context, step)
            if len(roots) < 2 and roots <= later:
                continue
        found.append(step)
        given, target = sources(step)
        whole = len(given) == 1 and is_everything(given[0].lstrip("/") or ".")
        if whole and step.keyword != "ADD" and step.instruction.flag("from") is None:
            later.add(posixpath.normpath(target))
    return found[::-1]


def _roots(evidence: Evidence, context: Path, step: Step) -> frozenset[str]:
    """Where the whole context would have to lie for all that a COPY brings to lie where it does.

    Several, or an empty one, where no place gives that; none at all where it brings nothing.
    """
    given, target = sources(step)
    roots = set()
    for source in given:
        for inside in map(posixpath.normpath, meant(evidence, source.lstrip("/"))):
            into = _is_folder(step, target) and not (context / inside).is_dir()
            lands = posixpath.normpath(posixpath.join(target, posixpath.basename(inside)) if into else target)
            if inside == ".":
                roots.add(lands)
            else:
                roots.add(lands.removesuffix(f"/{inside}") or "/" if lands.endswith(f"/{inside}") else "")
    return frozenset(roots)


def without_files(evidence: Evidence, copies: CopySet, names: frozenset[str]) -> tuple[CopySet, list[str]]:
    """The copies without files of the project that instructions name, and the paths of those.

    Where an instruction brings the whole context, they come along: nothing is left out.
    """
    kept: list[OwnCopy] = []
    gone: list[str] = []
    for copy in copies.own:
        if copy.step.keyword == "RUN":
            kept.append(copy)
            continue
        given, target = sources(copy.step)
        if any(map(is_everything, given)):
            return copies, []
        into = _is_folder(copy.step, target)
        brought = {
            number: _landing(evidence, source, target, is_folder=into) for number, source in enumerate(given)
        }
        without = {
            number
            for number, paths in brought.items()
            if paths and all(posixpath.relpath(path, evidence.workdir) in names for path in paths)
        }
        if not comes_from_context(copy.step):
            without = set()
        gone += [path for number in sorted(without) for path in brought[number]]
        if len(without) < len(given):
            kept.append(replace(copy, without=frozenset(without)))
    return replace(copies, own=kept), gone


def _is_folder(step: Step, target: str) -> bool:
    """Is a COPY's target surely a folder, by its slash or as the work directory?"""
    return target.endswith("/") or target == posixpath.normpath(step.workdir)


def _landing(evidence: Evidence, source: str, target: str, *, is_folder: bool) -> list[str]:
    if not is_folder:  # the file's own new name, or a folder's
        return [target]
    return [posixpath.join(target, posixpath.basename(each)) for each in meant(evidence, source.lstrip("/"))]


def _stays_out(run: Run, environment: str, folders: Sequence[str]) -> bool:
    """Does a RUN surely write nothing that the app needs into folders that instructions fill?"""
    calls = uv_calls(filled_in(shell_text(run.step.instruction), run.step.values), run.step.workdir)
    if run.script is None or calls is None or not all(_makes(call, environment) for call in calls):
        return False
    for part, name in run.parts:
        if name in REPEATED | SIDE:
            continue
        if not all(_command_stays_out(command, run.step, folders) for command in part.commands):
            return False
    return True


def _makes(call: Call, environment: str) -> bool:
    """Does a call of uv make no other environment than this one?"""
    if call.name not in ("sync", "venv"):
        return True
    if call.folder is None:
        return False
    if call.name == "venv":
        words = [word for word in call.words if not re.match(r"-|[\d.]+$", word)] or [".venv"]
        return environment in {posixpath.normpath(posixpath.join(call.folder, word)) for word in words}
    beside = posixpath.dirname(environment)
    return posixpath.basename(environment) != ".venv" or is_below(call.folder, beside)


def _command_stays_out(command: Command, step: Step, folders: Sequence[str]) -> bool:
    kind = classify(command)
    words = [word.text for word in program_words(command)]
    if kind in ("nothing", "state", "os-packages", "user"):
        return True
    if kind == "uv":
        program = words[0].rpartition("/")[2]
        if program == "uv":
            name, index = subcommand(words)
            elsewhere = any(word.partition("=")[0] in _ELSEWHERE for word in words[index:])
            return name in _STAYS_OUT | _TIDY and not elsewhere
        return program in ("pip", "pip3", "pipx") or words[1:3] == ["-m", "pip"]
    if kind == "files":
        places = [posixpath.normpath(posixpath.join(step.workdir, word)) for word in words[1:]]
        return words[0] == "mkdir" and not any(is_below(p, f.rstrip("/")) for p in places for f in folders)
    return False


def _projects(evidence: Evidence, runs: Sequence[Run]) -> Iterator[str]:
    """The folders of the context whose projects the build installs from their sources."""
    assert evidence.context is not None
    text = " ".join(run.text for run in runs)
    if "--no-install-workspace" in text and text.count("uv sync") == text.count("--no-install-workspace"):
        return
    lock = _text(evidence, "uv.lock")
    found = read_lock(lock) if lock is not None else None
    yield "."
    for each in (package for packages in found.packages.values() for package in packages) if found else ():
        if each.kind in LOCAL and each.place not in ("", "."):
            yield each.place


def _builds_in_place(evidence: Evidence, folder: str) -> bool:
    """May the install of a project write files that it needs among its sources?"""
    assert evidence.context is not None
    text = _text(evidence, posixpath.join(folder, "pyproject.toml"))
    if text is None:
        return folder != "."
    try:
        project = toml.loads(text)
    except toml.TomlError:
        return True
    system = project.get("build-system")
    if system is None:
        return Path(evidence.context, folder, "setup.py").exists()
    backend = as_table(system).get("build-backend")
    if not isinstance(backend, str) or not backend.startswith(_PLAIN):
        return True
    if backend.startswith("setuptools") and Path(evidence.context, folder, "setup.py").exists():
        return True
    return any(_holds(project.get("tool"), keys) for keys in _WRITING)


def _holds(table: Any, keys: Sequence[str]) -> bool:
    for key in keys:
        if key not in as_table(table):
            return False
        table = table[key]
    return True


def _text(evidence: Evidence, path: str) -> str | None:
    assert evidence.context is not None
    try:
        return read_file(evidence.context / path, MOST, within=evidence.context).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None
