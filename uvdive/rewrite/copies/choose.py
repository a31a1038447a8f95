"""Which paths go over, by the rules and by the user's choices (R12, R15, R34, R37, R46)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from uvdive.rewrite.builder import Prefix
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.copies.by_text import static_copy_set
from uvdive.rewrite.copies.by_text_checks import check_static
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.copies.extra import add_paths
from uvdive.rewrite.copies.layers import MAX_COPIES, arranged, left_out_of_context
from uvdive.rewrite.copies.own_copies import own_copies
from uvdive.rewrite.copies.system_packages import by_prefix
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages import check_sources


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

    Raises:
        Refused: something can be neither copied nor repeated.
        UsageError: a path that the user named is not there.
    """
    if copier is None:
        copies = static_copy_set(evidence, env, check_static(evidence, runs, notes))
    else:
        copies = _from_image(evidence, copier, modules, left, notes, unseen=unseen)
        copies = copies if prefix is None else by_prefix(copies, copier, prefix.target)
    return add_paths(copier.files if copier is not None else None, _with_environment(copies, env), notes)


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
    project = copier.project_files
    if not project:
        return whole
    lean = _lean(evidence, copier, project | dropped, whole, notes)
    if len(lean.paths) > MAX_COPIES:
        return whole
    names = ", ".join(f"{files.path(n)} ({_size(files, n)} B)" for n in sorted(project, key=files.path))
    chosen = notes.choose(
        CHOICES["project-files"],
        None,
        f"{names}. Kept, because your app might read them.",
    )
    if chosen == "keep":
        return whole
    notes.allowed.paths.update(files.path(node) for node in project)
    return lean


def _lean(evidence: Evidence, copier: Copier, left: frozenset[int], whole: CopySet, notes: Notes) -> CopySet:
    """The copies without some files; named one by one where the author's own instructions bring those."""
    ignored = left_out_of_context(evidence, notes)
    own = own_copies(evidence, copier, left, ignored) if whole.own else None
    return own or copier.copy_set(left)


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
