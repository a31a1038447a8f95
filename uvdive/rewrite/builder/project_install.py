"""The project installed into the environment for real, so that its sources stay behind (R13)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from uvdive.dockerfile.shell.reading import command_text
from uvdive.image.table import Kind
from uvdive.ledger.report import Environment
from uvdive.rewrite.builder.options import BuildOptions
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.owned import numbers_of, owned_paths
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.uv.calls import calls_sync


def install_project(
    evidence: Evidence,
    env: EnvironmentFacts,
    files: Files | None,
    starts: Sequence[tuple[str, ...]],
    notes: Notes,
) -> tuple[BuildOptions, frozenset[int]]:
    """Offer to leave the work directory's files out: what that changes in the build, and the nodes left out.

    ``starts`` are the words of all start commands. It is offered where they are console
    scripts or modules of the environment, and name no file of the work directory. The
    build then installs again without ``--editable``: always with ``--reinstall-package``,
    for uv's cache may hold the code of an earlier build.
    """
    nothing = BuildOptions(), frozenset[int]()
    report = evidence.report
    if report is None or files is None or evidence.shared or env.system:
        return nothing
    main = env.reported_in(report)
    local = [] if main is None else [dist for dist in main.distributions if dist.editable]
    if main is None or not local or not starts or not _syncs(evidence):
        return nothing
    if not all(_needs_no_file(words, env, files, evidence.workdir) for words in starts):
        return nothing
    root = files.at(evidence.workdir)
    left = _left(root, env, files) if root else frozenset()
    if not left:
        return nothing
    names = [dist.name for dist in local]
    chosen = notes.choose(
        CHOICES["project-install"],
        None,
        f"{', '.join(names)} is installed editable, so its sources must be there. Only its author knows "
        "whether it reads other files of the work directory.",
    )
    if chosen == "editable":
        return nothing
    again = [word for name in names for word in ("--reinstall-package", name)]
    build = BuildOptions(
        sync=("--no-editable", *again), less_bytes=-_code(files, main, names), reinstalls=True
    )
    numbers = numbers_of(report, main.path, names)
    assert root is not None
    inside = files.at(env.path)
    notes.allowed.paths.update(owned_paths(files, inside, numbers) if inside is not None else ())
    notes.allowed.paths.update(
        files.path(child) for child in files.children(root) if not _leads_to(files.path(child), env)
    )
    return build, left


def _syncs(evidence: Evidence) -> bool:
    return any(calls_sync(command_text(step.instruction)) for step in evidence.runs())


def _needs_no_file(words: tuple[str, ...], env: EnvironmentFacts, files: Files, workdir: str) -> bool:
    program = posixpath.basename(words[0]) if words else ""
    module = re.fullmatch(r"python[\d.]*", program) and words[1:2] == ("-m",)
    if not module and program not in (env.scripts or ()):
        return False
    paths = (posixpath.normpath(posixpath.join(workdir, word)) for word in words[1:] if word)
    return not any(path != workdir and files.follow(path) is not None for path in paths)


def _leads_to(path: str, env: EnvironmentFacts) -> bool:
    """Is an environment at a path, or below it?"""
    return any(f"{folder}/".startswith(f"{path}/") for folder in env.folders)


def _left(root: int, env: EnvironmentFacts, files: Files) -> frozenset[int]:
    """All files of the work directory outside the environments."""
    found: set[int] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        path = files.path(node)
        if env.holds(path) or files.layer(node) < files.base_layers:
            continue
        if files.kind(node) == Kind.DIRECTORY:
            pending += files.children(node)
        else:
            found.add(node)
    return frozenset(found)


def _code(files: Files, main: Environment, names: Sequence[str]) -> int:
    """What the project's own modules come to, in bytes: they are in the environment then."""
    total = 0
    for root in main.roots:
        for name in names:
            module = re.sub(r"[-.]", "_", name)
            for path in (f"{root}/{module}", f"{root}/{module}.py"):
                node = files.at(path)
                total += sum(files.bytes_by_owner([node]).values()) if node is not None else 0
    return total
