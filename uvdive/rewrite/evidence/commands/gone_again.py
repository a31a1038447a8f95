"""Temporary files that only the build stage has, and which of them it removes again (R33, R34).

A file that an instruction brings to ``/tmp`` and a RUN removes is none of the final image's: neither is
it copied, nor does a RUN name it that the final stage repeats.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from uvdive.base.paths import is_below
from uvdive.distro.managers import PACKAGE_FILES
from uvdive.distro.places import is_temporary
from uvdive.dockerfile.shell.commands import Part, Word, program_words
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.evidence.files.context_files import meant, sources
from uvdive.rewrite.evidence.steps import Evidence

if TYPE_CHECKING:
    from uvdive.rewrite.evidence.commands.runs import Run

_PATTERN = re.compile(r"[*?\[]")


def landings(evidence: Evidence, step: Step) -> tuple[str, ...]:
    """Where each source of a COPY or ADD comes to lie; that of a folder is where its contents do."""
    given, target = sources(step)
    if not target.endswith("/") and target != posixpath.normpath(step.workdir):
        return (target,)
    folder = target.rstrip("/") or "/"
    found = []
    for source in given:
        for each in meant(evidence, source.lstrip("/")):
            opened = evidence.context is not None and (evidence.context / each).is_dir()
            found.append(folder if opened else posixpath.join(folder, posixpath.basename(each)))
    return tuple(found)


def only_in_build(evidence: Evidence, step: Step, before: Sequence[Run]) -> frozenset[str]:
    """The temporary files and folders that what stands above a RUN leaves in the build stage alone.

    Packages' files are none of them: the final stage gets those that a repeated RUN installs. ``before``
    are the RUNs above.
    """
    brought = {
        path
        for other in evidence.steps
        if other.line < step.line and other.keyword in ("COPY", "ADD")
        for path in landings(evidence, other)
    }
    brought |= {path for run in before for path, _ in run.own.named}
    return frozenset(
        path
        for path in brought
        if is_temporary(path) and not path.endswith(PACKAGE_FILES) and not _PATTERN.search(path)
    )


def removed_words(part: Part) -> list[Word]:
    """The paths that a part of a RUN removes, where it is a plain `rm`."""
    if len(part.commands) != 1 or not part.simple or part.commands[0].program != "rm":
        return []
    return [word for word in program_words(part.commands[0])[1:] if not word.text.startswith("-")]


def is_removed(path: str, line: int, runs: Sequence[Run]) -> bool:
    """Does a RUN below a line surely remove a path, or a folder around it?"""
    return any(
        fnmatch.fnmatchcase(each, pattern)
        for run in runs
        if run.step.line > line
        for pattern in _removals(run)
        for each in _and_above(path)
    )


def _removals(run: Run) -> Iterator[str]:
    for part, _ in run.parts:
        for word in removed_words(part):
            yield posixpath.normpath(posixpath.join(run.step.workdir, word.text))


def _and_above(path: str) -> Iterator[str]:
    while path != "/":
        yield path
        path = posixpath.dirname(path)


def lacks(run: Run, word: Word) -> bool:
    """Does a word of a RUN name a temporary file that the final stage never has?"""
    path = posixpath.normpath(posixpath.join(run.step.workdir, word.text))
    if not word.literal or _PATTERN.search(path) or not is_temporary(path) or run.again.names(path):
        return False
    return any(is_below(each, path) or is_below(path, each) for each in run.only_in_build)
