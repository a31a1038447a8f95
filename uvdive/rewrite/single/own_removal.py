"""A stage whose author brings uv, calls it and removes it again in one RUN: there is nothing to take out."""

from __future__ import annotations

import posixpath

from uvdive.dockerfile.shell.commands import program_words
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.improve import Work
from uvdive.uv.images import Reference
from uvdive.uv.mentions import brings_uv, installs_uv


def is_removed_again(work: Work) -> bool:
    """Does each RUN that brings uv remove it in a later part, and nothing else brings it?"""
    if Reference.read(work.evidence.base).is_uv:
        return False
    if any(step.keyword in ("COPY", "ADD") and brings_uv(step.instruction) for step in work.steps):
        return False
    bringing = [run for run in work.runs if installs_uv(run.text)]
    return bool(bringing) and all(map(_removes, bringing))


def _removes(run: Run) -> bool:
    """Does a RUN end without the uv that it brings?"""
    parts = [part for part, _ in run.parts]
    brings = [index for index, part in enumerate(parts) if installs_uv(run.text[part.start : part.end])]
    for part in parts[brings[-1] + 1 :] if brings else ():
        for command in part.commands:
            words = [word.text for word in program_words(command)]
            if words[:1] == ["rm"] and any(posixpath.basename(word) == "uv" for word in words[1:]):
                return True
    return False
