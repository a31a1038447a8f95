"""Which paths go over, by the rules and by the user's choices (R12, R15, R34, R37, R46)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from uvdive.base.paths import is_below
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.builder import Prefix, ToolLinks
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.copies.behind.project_files import project_file_names
from uvdive.rewrite.copies.by_text.checks import check_static
from uvdive.rewrite.copies.by_text.copies import static_copy_set
from uvdive.rewrite.copies.by_text.own_copies import own_by_text, without_files
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.copies.extra import add_paths
from uvdive.rewrite.copies.layers import MAX_COPIES, OWN, arranged, choose_layers, left_out_of_context
from uvdive.rewrite.copies.own_copies import own_copies
from uvdive.rewrite.copies.system_packages import by_prefix
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import is_everything, sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages import check_sources

Reader = Callable[[Collection[str]], str]
"""Who may read files of these names in the container, as a clause; empty for nobody."""


def choose_copies(  # noqa: PLR0913 - what was decided before, by name
    evidence: Evidence,
    env: EnvironmentFacts,
    copier: Copier | None,
    runs: Sequence[Run],
    notes: Notes,
    *,
    modules: Sequence[int] = (),
    left: frozenset[int] = frozenset(),
    unseen: bool = False,
    prefix: Prefix | None = None,
    links: ToolLinks | None = None,
    python: str | None = None,
    reader: Reader,
) -> CopySet:
    """What the final image copies from the build stage.

    Args:
        evidence: the file and its image.
        env: the environment, which goes over even where the image does not have it yet.
        copier: divides the image's files; None without an image.
        runs: every RUN.
        notes: the choices, and what they come to.
        modules: the folders that ``node_modules_of`` found.
        left: files of the work directory that a choice about the build left out already (R13).
        unseen: the build gets a step whose files no image shows.
        prefix: where the packages of a system's Python are installed into a folder of their own.
        python: the folder of uv's Pythons in the new image, if it has one.
        links: how the links to the programs of uv's tools go over by the text.
        reader: says who may read some files of the project in the container.

    Raises:
        Refused: something can be neither copied nor repeated.
        UsageError: a path that the user named is not there.
    """
    if copier is None:
        copies = _by_text(evidence, env, runs, notes, reader, prefix, links, python)
    else:
        copies = _from_image(evidence, copier, modules, left, notes, reader, unseen=unseen)
        copies = copies if prefix is None else by_prefix(copies, copier, prefix.target)
    return add_paths(copier.files if copier is not None else None, _with_environment(copies, env), notes)


def _by_text(  # noqa: PLR0913, PLR0917 - what was decided before
    evidence: Evidence,
    env: EnvironmentFacts,
    runs: Sequence[Run],
    notes: Notes,
    reader: Reader,
    prefix: Prefix | None,
    links: ToolLinks | None,
    python: str | None,
) -> CopySet:
    """The copies without an image: the author's own COPYs where the RUNs surely leave their folders alone."""
    moved, target = (prefix.edits, prefix.target) if prefix is not None else ((), "")
    made = check_static(evidence, env, runs, notes, moved=moved)
    folders = [*env.folders, *([python] if python is not None else [])]
    whole = static_copy_set(evidence, folders, runs, made, target, links)
    own = own_by_text(evidence, env, whole, runs, left_out_of_context(evidence, notes))
    if own is None or choose_layers(notes, {"own", "whole"}, OWN) == "whole":
        return whole
    lean, gone = without_files(evidence, own, project_file_names(evidence, None))
    if not gone:
        return own
    why = reader({posixpath.basename(path) for path in gone})
    reason = f"Kept, as {why}." if why else "Nothing that runs in the container names them."
    default = "keep" if why else "leave-out"
    listed = ", ".join(gone)
    if notes.choose(CHOICES["project-files"], None, f"{listed}. {reason}", default=default) == "keep":
        return own
    notes.allowed.paths.update(gone)
    return lean


def node_modules_of(files: Files, workdir: str) -> tuple[int, ...]:
    """The outermost folders called node_modules below a folder that are not empty."""
    top = files.at(workdir)
    return tuple(
        node
        for node in (files.walk(top) if top else ())
        if files.is_folder(node)
        and (path := files.path(node)).endswith("/node_modules")
        and "/node_modules/" not in path
        and files.children(node)
    )


def _from_image(
    evidence: Evidence,
    copier: Copier,
    modules: Sequence[int],
    left: frozenset[int],
    notes: Notes,
    reader: Reader,
    *,
    unseen: bool,
) -> CopySet:
    files = copier.files
    check_sources(copier.provided.others, files)
    dropped = _dropped_modules(files, copier.env, modules, notes)
    whole = arranged(evidence, copier, left | dropped, notes, unseen=unseen or bool(left))
    if left:
        return whole
    _note_base_tools(copier, notes)
    for line, count in copier.deleted.items():
        notes.warn("R34", line, f"This removed {count} files of the base; the new image still has them.")
    return _without_project_files(evidence, copier, dropped, whole, notes, reader)


def _without_project_files(
    evidence: Evidence,
    copier: Copier,
    dropped: frozenset[int],
    whole: CopySet,
    notes: Notes,
    reader: Reader,
) -> CopySet:
    """The copies without what only the build reads, where nothing reads it and no list gets longer for it."""
    files, project = copier.files, copier.project_files
    lean, named = _lean(evidence, copier, project, dropped, whole, notes) if project else (None, project)
    if lean is None or len(lean.paths) > MAX_COPIES:
        return whole
    why = reader({posixpath.basename(files.path(node)) for node in named})
    listed = not lean.own and not {*lean.paths} <= {*whole.paths}
    names = ", ".join(f"{files.path(n)} ({_size(files, n)} B)" for n in sorted(named, key=files.path))
    if why:
        reason = f"{names}. Kept, as {why}."
    elif listed:
        reason = f"{names}. Kept, as all else in the folder would have to be named instead."
    else:
        reason = f"{names}. Nothing that runs in the container names them."
    default = "keep" if why or listed else "leave-out"
    if notes.choose(CHOICES["project-files"], None, reason, default=default) == "keep":
        return whole
    notes.allowed.paths.update(files.path(node) for node in named)
    return lean


def _lean(
    evidence: Evidence,
    copier: Copier,
    project: frozenset[int],
    dropped: frozenset[int],
    whole: CopySet,
    notes: Notes,
) -> tuple[CopySet, frozenset[int]]:
    """The copies without some files, and which these are.

    The author's own instructions go on without those that they name; what comes with a folder
    stays with it. Where neither is so, what is left is named path by path.
    """
    if whole.own:
        ignored = left_out_of_context(evidence, notes)
        folders = [sources(own.step)[1] for own in whole.own if _brings_everything(own.step)]
        paths = {node: copier.files.path(node) for node in project}
        named = frozenset(n for n, path in paths.items() if not any(is_below(path, f) for f in folders))
        own = own_copies(evidence, copier, named | dropped, ignored) if named else None
        if own is not None:
            return own, named
    return copier.copy_set(project | dropped), project


def _brings_everything(step: Step) -> bool:
    """Does an instruction copy the whole context, so that what lies in it comes along?"""
    return any(map(is_everything, sources(step)[0]))


def _note_base_tools(copier: Copier, notes: Notes) -> None:
    """Say that an upgraded pip stays behind, and tell the proof."""
    tools = copier.base_tools
    if not tools.names:
        return
    notes.decide(
        "base-tools",
        "R10",
        None,
        f"Keep the base's own {', '.join(tools.names)}",
        "The build upgraded it for its own installs; what the final image has is its base's business.",
    )
    notes.allowed.distributions.update(tools.names)
    notes.allowed.paths.update(tools.paths)


def _dropped_modules(
    files: Files, env: EnvironmentFacts, modules: Sequence[int], notes: Notes
) -> frozenset[int]:
    """The files of node_modules in the work directory, where the user wants them left out (R37)."""
    found = {path: node for node in modules if not env.holds(path := files.path(node))}
    if not found:
        return frozenset()
    chosen = notes.choose(
        CHOICES["node-modules"],
        None,
        "What the build made of them is copied in any case; only its author knows whether the app reads "
        "them.",
        about=f"{', '.join(sorted(found))} ({sum(_size(files, node) for node in found.values())} B)",
    )
    if chosen == "keep":
        return frozenset()
    notes.allowed.paths.update(found)
    below = (each for node in found.values() for each in files.walk(node))
    return frozenset(each for each in below if not files.is_folder(each))


def _with_environment(copies: CopySet, env: EnvironmentFacts) -> CopySet:
    """The copies with the environment that the original lacks, where no folder of theirs holds it."""
    if not env.at_start or any(f"{env.path}/".startswith(f"{path.rstrip('/')}/") for path in copies.paths):
        return copies
    return replace(copies, paths=[env.path, *copies.paths])


def _size(files: Files, node: int) -> int:
    return sum(files.bytes_by_owner([node]).values())
