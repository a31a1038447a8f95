"""In which layers the work directory goes over: the environment apart from what changes more often."""

from __future__ import annotations

import posixpath

from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.evidence.context_files import sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes

MAX_COPIES = 40


def arranged(evidence: Evidence, copier: Copier, left: frozenset[int], notes: Notes) -> CopySet:
    """The copies, in as many layers as the author's own COPY instructions allow.

    Where those name what they copy, the environment gets a layer of its own: a change of
    the source then makes only the layers behind it anew. Where they copy all of a
    folder (``COPY . .``), naming its parts would miss files that are added later, so
    the folder goes over whole unless the user wants it otherwise.

    Raises:
        Refused: as ``copy_set`` says.
    """
    whole = copier.copy_set(left)
    split = copier.copy_set(left, split=True)
    if len(split.paths) <= len(whole.paths) or len(split.paths) > MAX_COPIES:
        return whole
    everything = _copies_everything(evidence, copier.env.path)
    reason = (
        "The file copies whole folders: with its parts named, a file that is added to them later would be "
        "missing in the final image."
        if everything
        else "A change of the source then leaves the environment's layer as it is."
    )
    chosen = notes.choose(CHOICES["layers"], None, reason, default="whole" if everything else "")
    return whole if chosen == "whole" else split


def _copies_everything(evidence: Evidence, environment: str) -> bool:
    """Does an instruction copy all that lies in some folder into one that holds the environment?"""
    for step in evidence.steps:
        if step.keyword not in ("COPY", "ADD"):
            continue
        given, target = sources(step)
        around = f"{environment}/".startswith(f"{target.rstrip('/')}/")
        if around and any(posixpath.normpath(source) in (".", "/") or "*" in source for source in given):
            return True
        # `COPY src /app` puts what src holds into /app, whatever that may be one day.
        if around and any(_is_folder(evidence, source) for source in given):
            return True
    return False


def _is_folder(evidence: Evidence, source: str) -> bool:
    if evidence.context is None:
        return "." not in posixpath.basename(source.rstrip("/"))
    try:
        return (evidence.context / source.lstrip("/")).is_dir()
    except (OSError, ValueError):
        return True
