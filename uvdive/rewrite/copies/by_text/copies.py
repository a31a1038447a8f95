"""The copies of a plan without an image: the work directory, the environment, what COPY names (R34)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from uvdive.distro.places import is_shared, is_system, is_top
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.builder import ToolLinks
from uvdive.rewrite.copies.by_text.checks import leaves_alone
from uvdive.rewrite.copies.by_text.made import Made
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.evidence.commands.gone_again import is_removed
from uvdive.rewrite.evidence.commands.runs import Run, copies_of_app
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import BUILD_FIRST, Refused


def static_copy_set(
    evidence: Evidence,
    folders: Sequence[str],
    runs: Sequence[Run],
    made: Made,
    prefix: str = "",
    links: ToolLinks | None = None,
) -> CopySet:
    """The copies by the text alone.

    Args:
        evidence: the file.
        folders: the environments, and uv's Pythons, which are copied whole.
        runs: every RUN.
        made: what RUNs make elsewhere, and folders to make first.
        prefix: where a folder of a system's packages goes; empty where there is none.
        links: how the links to the programs of uv's tools go over.

    Raises:
        Refused: R32 or R34, where a destination is a folder that the base fills too.
    """
    workdir = evidence.workdir
    shared = is_shared(workdir)
    if shared and not leaves_alone(runs):
        raise _in_shared_folder(workdir, None)
    result = CopySet(paths=[] if shared else [workdir], folders=list(made.folders), prefix=prefix)
    if made.as_user:
        result.workdir = "as-user"
    for step in copies_of_app(evidence.steps, runs):
        for path in _targets(step, evidence):
            if not is_removed(path.rstrip("/"), step.line, runs):
                _add(result, path)
    for path in made.paths:
        _add(result, path)
    for path in folders:
        _add(result, path)
    if links is not None and links.source == links.target:
        _add(result, links.target)
    elif links is not None:
        result.placed.append((links.source, links.target))
    return result


def _in_shared_folder(workdir: str, line: int | None) -> Refused:
    return Refused(
        "R32",
        f"The work directory is {workdir}, where nobody can tell the app's files from the system's "
        "by the text. Set one of the app's own (`WORKDIR /app`) before the first COPY.",
        line,
        by_image=True,
    )


def _add(result: CopySet, path: str) -> None:
    if any(path == known or path.startswith(f"{known}/") for known in result.paths):
        return
    result.paths = [known for known in result.paths if not known.startswith(f"{path}/")]
    result.paths.append(path)


def _targets(step: Step, evidence: Evidence) -> Iterator[str]:
    given, target = sources(step)
    path = target.rstrip("/") or "/"
    if not is_shared(path) and not (target.endswith("/") and is_system(path)):
        yield path
        return
    if not target.endswith("/") and path not in ("/", "/etc") and not is_top(path):
        yield path  # a file of the system's, by its full name
        return
    names = _files(given, evidence, step)
    if names is None and path == evidence.workdir:
        raise _in_shared_folder(path, step.line)
    if names is None:
        raise Refused(
            "R34",
            f"What lands in {target} cannot be told from what the base has there without the image. "
            f"{BUILD_FIRST}",
            step.line,
        )
    yield from (posixpath.join(path, name) for name in names)


def _files(given: Sequence[str], evidence: Evidence, step: Step) -> list[str] | None:
    """The names of a COPY's sources where all are plain files of the context, else None."""
    context = evidence.context
    if context is None or step.instruction.flag("from") is not None or step.keyword == "ADD":
        return None
    if any(re.search(r"[*?\[$]", source) for source in given):
        return None
    if not all((context / source.lstrip("/")).is_file() for source in given):
        return None
    return [posixpath.basename(source) for source in given]
