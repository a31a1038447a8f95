"""One draft of the rewrite: all decisions under one set of choices, the text, the prediction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from uvdive.ledger.report import ImageReport
from uvdive.rewrite.advice.home_data import warn_cache_mounts, warn_data_of_others, warn_installer_paths
from uvdive.rewrite.advice.missing_programs import warn_never_installed
from uvdive.rewrite.advice.uv_elsewhere import warn_elsewhere
from uvdive.rewrite.builder.dependency_layer import dependency_layer
from uvdive.rewrite.builder.dockerignore import keep_host_environment_out
from uvdive.rewrite.builder.full_sync import check_other_stages, full_sync, warn_resolving
from uvdive.rewrite.builder.options import BuildOptions, build_options
from uvdive.rewrite.builder.project_install import install_project
from uvdive.rewrite.copies.by_text import static_copy_set
from uvdive.rewrite.copies.by_text_checks import check_static
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.copies.extra import add_paths, extra_packages
from uvdive.rewrite.copies.in_words import explain
from uvdive.rewrite.copies.layers import MAX_COPIES, arranged
from uvdive.rewrite.copies.left_behind import left_behind
from uvdive.rewrite.copies.project_files import project_files
from uvdive.rewrite.environment.facts import EnvironmentFacts, find_environment
from uvdive.rewrite.environment.made_at_start import environment_of, first_sync, with_environment
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.mounts import mount_points
from uvdive.rewrite.evidence.runs import Run, early_copies, read_runs
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused, options
from uvdive.rewrite.packages.by_other_programs import check_sources
from uvdive.rewrite.packages.plan import plan_packages
from uvdive.rewrite.plan import Decision, FileChange, Prediction
from uvdive.rewrite.prediction import predict
from uvdive.rewrite.stages.base_difference import announce_base_files
from uvdive.rewrite.stages.bases import Bases, check_interpreter, choose_bases
from uvdive.rewrite.stages.credentials import warn_credentials
from uvdive.rewrite.stages.inherited import added_variables, check_inherited, start_text
from uvdive.rewrite.stages.multistage import note_stages
from uvdive.rewrite.stages.targets import lean_targets, only_describes
from uvdive.rewrite.start.instructions import Starter
from uvdive.rewrite.text.compose import Parts, Writer, check_single, write
from uvdive.rewrite.text.in_place import predict_in_place, steps_with_uv, write_in_place

BaseLookup = Callable[[str], ImageReport | None]
"""The report of an image that is at hand, by its reference; None where it is not (R60)."""


@dataclass(slots=True)
class Draft:
    """One complete run of the planner under one set of choices."""

    notes: Notes
    writer: Writer
    prediction: Prediction | None
    runner: str
    changes: tuple[FileChange, ...] = ()
    missing_base: str | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """What every draft is made from; ``files`` keeps answers that several drafts need."""

    evidence: Evidence
    lookup: BaseLookup
    files: Files | None


def make_draft(bench: Bench, choices: Mapping[str, str]) -> Draft:
    """Plan once.

    Raises:
        Refused: under these choices there is no safe rewrite.
    """
    evidence, files = bench.evidence, bench.files
    notes = Notes(choices)
    check_single(evidence)
    check_inherited(evidence)
    if (lean := _draft_in_place(bench, choices)) is not None:
        return lean
    note_stages(evidence, notes)
    report = evidence.report
    env = environment_of(evidence, bench.files, notes)
    runs = read_runs(evidence)
    early = early_copies(evidence.steps, runs)
    changes = _warn(evidence, env, files, notes)
    bases = choose_bases(evidence, env, bench.files, notes)
    starter = Starter(evidence, env, files, notes)
    moved = starter.start_instructions()
    warn_never_installed(starter, notes)
    check_other_stages(evidence, starter.removed)
    build = build_options(evidence, env, files, notes)
    left = install_project(evidence, env, files, starter.starts, build, notes)
    sync = _added_sync(evidence, env, runs, starter, build, notes)
    base = bench.lookup(bases.runner)
    if base is None and report is not None:
        notes.warn(
            "R60",
            None,
            f"{bases.runner} is not at hand, so the new size is unknown until it is built or that image is "
            f"pulled (`--pull`, or `docker pull {bases.runner}`).",
        )
    packages = plan_packages(evidence, runs, base, notes)
    copier = Copier(evidence, files, env, bases, runs, early, packages.others) if files is not None else None
    copies = with_environment(_copies(evidence, env, copier, runs, left, notes), env)
    copies = add_paths(files, copies, notes)
    parts = Parts(evidence, bases, copies, runs, packages, early, moved=moved, extra_build=sync)
    parts.edits.update({**starter.scripts.edits, **build.edits})
    parts.build_env, parts.before = build.env, dependency_layer(evidence, env, files, runs, notes)
    parts.scripts, parts.stop_signal = starter.scripts, starter.signals.stop_signal
    parts.targets = lean_targets(evidence, env, files, runs, notes, only_starts=_only_starts(parts))
    removed = starter.removed.union(*(target.removed for target in parts.targets))
    parts.env = added_variables(evidence, env, base, removed, notes)
    parts.packages = extra_packages(report, notes)
    parts.extra_start = start_text(evidence, base, notes)
    explain(copies, runs, notes)
    _announce(evidence, files, bases, base, notes)
    _check_versions(env, base, bases, notes)
    if files is not None and base is not None:
        check_interpreter(env, files, base, bases.runner)
    writer = write(parts)
    prediction = None
    if files is not None and copier is not None and not env.at_start:
        whole = replace(copies, nodes=[*copies.nodes, *starter.scripts.nodes])
        prediction = predict(files, base, whole, runs, copier.provided, packages, parts.packages)
        prediction = prediction and prediction.less("venv", build.less_bytes).less("uv", build.less_tools)
    missing = bases.runner if base is None and report is not None else None
    return Draft(notes, writer, prediction, bases.runner, (*changes, *starter.scripts.changes), missing)


def _only_starts(parts: Parts) -> bool:
    """Has the new last stage, for all that it does, the files of the stage that it stands on?"""
    scripts, last = parts.scripts, parts.evidence.stages[-1]
    return not (parts.builds or scripts.edits or scripts.changes or scripts.copied_uv or scripts.shim) and (
        only_describes(parts.evidence, last)
    )


def _added_sync(
    evidence: Evidence,
    env: EnvironmentFacts,
    runs: list[Run],
    starter: Starter,
    build: BuildOptions,
    notes: Notes,
) -> list[str]:
    """The sync that the build stage gets at its end, if any (R13, R14, R15)."""
    if env.at_start:
        return first_sync(evidence, env, starter.sync, notes)
    needed = "uv run" in starter.removed or starter.scripts.copied_uv is not None
    if not needed and not build.reinstalls:
        return []
    wanted = starter.sync if needed else ()
    return full_sync(evidence, env, runs, notes, wanted, build.sync, always=build.reinstalls)


def _warn(
    evidence: Evidence, env: EnvironmentFacts, files: Files | None, notes: Notes
) -> tuple[FileChange, ...]:
    """Name what the author should know, and what no draft changes but .dockerignore, where that is chosen."""
    warn_resolving(evidence, env, notes)
    warn_elsewhere(evidence, notes)
    warn_credentials(evidence, files, notes)
    warn_data_of_others(evidence, files, notes)
    warn_cache_mounts(evidence, notes)
    warn_installer_paths(evidence, notes)
    return keep_host_environment_out(evidence, notes)


def _draft_in_place(bench: Bench, choices: Mapping[str, str]) -> Draft | None:
    """The draft that only takes uv out of the last stage; None where that stage has to be divided."""
    evidence, notes = bench.evidence, Notes(choices)
    bring = steps_with_uv(evidence)
    if not bring:
        return None
    env = find_environment(evidence, bench.files, notes)
    starter = Starter(evidence, env, bench.files, notes)
    moved = starter.start_instructions()
    if starter.scripts.copied_uv or starter.scripts.shim or starter.scripts.edits or starter.sync:
        return None
    check_other_stages(evidence, starter.removed)
    notes.decide(
        "last-stage",
        "R45",
        bring[0].line,
        "Leave uv out of the last stage",
        "Nothing in it needs uv but the start, and that does without; everything else stays as it is.",
    )
    notes.owners.update(("uv", "uv-cache"))
    writer = write_in_place(evidence, starter, moved, env, notes)
    changes = tuple(starter.scripts.changes)
    return Draft(notes, writer, predict_in_place(evidence), evidence.base, changes)


def _announce(
    evidence: Evidence, files: Files | None, bases: Bases, base: ImageReport | None, notes: Notes
) -> None:
    """The paths that the new image lacks or changes for another base, or because they stay behind."""
    if files is None:
        return
    notes.paths.update(left_behind(files, evidence.workdir, bases.python_from))
    notes.paths.update(mount_points(evidence, files))
    if base is not None:
        announce_base_files(files, base, evidence.origin.source.line, notes)


def _copies(
    evidence: Evidence,
    env: EnvironmentFacts,
    copier: Copier | None,
    runs: list[Run],
    left: frozenset[int],
    notes: Notes,
) -> CopySet:
    if copier is None:
        owned = check_static(evidence, runs, notes)
        return static_copy_set(evidence, env, owned)
    files = copier.files
    check_sources(copier.provided.others, files)
    modules = _node_modules(evidence, env, files, notes)
    whole = arranged(evidence, copier, left | modules, notes)
    if left:
        return whole
    for line, count in copier.provided.deleted().items():
        notes.warn("R34", line, f"This removed {count} files of the base; the new image still has them.")
    project = project_files(copier.provided, env, evidence.workdir)
    if not project:
        return whole
    lean = copier.copy_set(project | modules)
    if len(lean.paths) > MAX_COPIES:
        return whole
    names = ", ".join(f"{files.path(n)} ({_size(files, n)} B)" for n in sorted(project, key=files.path))
    decision = Decision(
        "project-files",
        "R12",
        None,
        "Files that only the build needs",
        f"They are: {names}. Keeping them is the only choice that is the same for every program.",
        alternatives=options(keep="copy them with the work directory", leave_out="leave them out"),
    )
    if notes.choose(decision, "keep") == "keep":
        return whole
    notes.paths.update(files.path(node) for node in project)
    return lean


def _node_modules(evidence: Evidence, env: EnvironmentFacts, files: Files, notes: Notes) -> frozenset[int]:
    """The files of node_modules in the work directory, where the user wants them left out (R37)."""
    key = ("node modules", evidence.workdir, env.folders)
    if key not in files.memo:
        files.memo[key] = {
            path: node
            for node in _below(files, evidence.workdir)
            if files.is_folder(node)
            and (path := files.path(node)).endswith("/node_modules")
            and "/node_modules/" not in path
            and files.children(node)
            and not env.holds(path)
        }
    found = cast("dict[str, int]", files.memo[key])
    if not found:
        return frozenset()
    decision = Decision(
        "node-modules",
        "R37",
        None,
        f"{', '.join(sorted(found))} ({sum(_size(files, node) for node in found.values())} B)",
        "What the build made of them is copied in any case; only its author knows whether the app reads "
        "them.",
        alternatives=options(keep="copy them with the work directory", leave_out="leave them out"),
    )
    if notes.choose(decision, "keep") == "keep":
        return frozenset()
    notes.paths.update(found)
    below = (each for node in found.values() for each in files.walk(node))
    return frozenset(each for each in below if not files.is_folder(each))


def _below(files: Files, path: str) -> Iterable[int]:
    top = files.at(path)
    return () if not top else files.walk(top)


def _size(files: Files, node: int) -> int:
    return sum(files.bytes_by_owner([node]).values())


def _check_versions(env: EnvironmentFacts, base: ImageReport | None, bases: Bases, notes: Notes) -> None:
    if bases.python_from is not None and bases.python_from != bases.python_to:
        notes.paths.update((f"{env.bin}/python", f"{env.path}/pyvenv.cfg", bases.python_from))
    version = base.config.environ.get("PYTHON_VERSION") if base else None
    if version and not version.startswith(f"{env.minor}."):
        raise Refused(
            "R3", f"{bases.runner} has Python {version}, the environment was built for {env.minor}."
        )
    if version and env.version and version != env.version and bases.python_to is None:
        notes.warn("R3", None, f"The environment's Python changes from {env.version} to {version}.")
