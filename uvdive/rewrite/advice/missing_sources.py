"""What the Dockerfile copies and the build context lacks, so that the build fails (R49)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from uvdive.base.words import first_of
from uvdive.dockerfile.ignore import Ignored, read_ignored
from uvdive.dockerfile.steps import Step, walk
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes

_SHOWN = 4
_OPEN = re.compile(r"[*?\[$]")
_AWAY = re.compile(r"\w+://|git@")


def warn_missing_sources(
    evidence: Evidence,
    files: Files | None,  # noqa: ARG001 - as all advice
    notes: Notes,
    *,
    divided: bool,  # noqa: ARG001
) -> None:
    """Name the plain sources of COPY and ADD that the context does not have; an image was built from them."""
    context = evidence.context
    if evidence.report is not None or context is None:
        return
    ignored = read_ignored(context, Path(evidence.name))
    steps = walk(evidence.stages, evidence.dockerfile.escape)
    missing = [(step, name) for step in steps for name in _missing(step, context, ignored)]
    if not missing:
        return
    shown = first_of(list(dict.fromkeys(name for _, name in missing)), _SHOWN)
    notes.warn(
        "R49",
        missing[0][0].line,
        f"The build context has no {shown}, which is copied, so the build fails: it is another folder (name "
        "it with --context), or something is missing in it, or left out by .dockerignore.",
    )


def _missing(step: Step, context: Path, ignored: Ignored) -> Iterator[str]:
    instruction = step.instruction
    if step.keyword not in ("COPY", "ADD") or instruction.flag("from") is not None or instruction.heredocs:
        return
    for written in sources(step)[0]:
        name = written.strip("/").replace("/./", "/")
        if _OPEN.search(name) or _AWAY.match(written):
            continue
        place = context / name
        if not place.exists() or (place.is_file() and name in ignored):
            yield name
