"""The copies of a plan without an image: the work directory, the environment, what COPY names (R34)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from uvdive.distro.places import is_shared, is_system, is_top
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.copies.by_text_made import Made
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.context_files import sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Refused
from uvdive.uv.mentions import brings_uv


def static_copy_set(evidence: Evidence, env: EnvironmentFacts, made: Made) -> CopySet:
    """The copies by the text alone; ``made`` is what RUNs make elsewhere, and folders to make first.

    Raises:
        Refused: R32 or R34, where a destination is a folder that the base fills too.
    """
    workdir = evidence.workdir
    if is_shared(workdir):
        raise Refused(
            "R32",
            f"The work directory is {workdir}, where nobody can tell the app's files from the system's "
            "by the text. Set one of the app's own (`WORKDIR /app`) before the first COPY.",
        )
    result = CopySet(paths=[workdir], folders=list(made.folders))
    for step in evidence.steps:
        if step.keyword in ("COPY", "ADD") and not brings_uv(step.instruction):
            for path in _targets(step, evidence):
                _add(result, path)
    for path in made.paths:
        _add(result, path)
    _add(result, env.path)
    return result


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
    if names is None:
        raise Refused(
            "R34",
            f"What lands in {target} cannot be told from what the base has there without the image.",
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
