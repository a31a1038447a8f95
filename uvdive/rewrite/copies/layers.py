"""In which layers the work directory goes over: the environment apart from what changes more often."""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from pathlib import Path

from uvdive.dockerfile.ignore import Ignored, read_ignored
from uvdive.rewrite.builder import ENVIRONMENT, adds_to_dockerignore
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.copies.own_copies import own_copies
from uvdive.rewrite.evidence.files.context_files import is_everything, sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes

MAX_COPIES = 40

OWN = (
    "They bring from the build context just what the image has of it. A change of the source leaves "
    "the environment's layer as it is, and a file that is added tomorrow comes along."
)
"""Why the author's own instructions are repeated."""


def arranged(
    evidence: Evidence, copier: Copier, left: frozenset[int], notes: Notes, *, unseen: bool = False
) -> CopySet:
    """The copies, in as many layers as the author's own COPY instructions allow.

    The environment gets a layer of its own, so that a change of the source only makes the
    layers behind it anew, and the author's own COPY brings the source, where that surely
    comes to the same. Else the build stage's paths are named where he names them too; where
    he copies all of a folder (``COPY . .``), that would miss files that are added later, so
    the folder goes over whole unless the user wants it otherwise. ``unseen`` says that the
    build gets a step whose files no image shows.

    Raises:
        Refused: as ``copy_set`` says.
    """
    whole = copier.copy_set(left)
    split = copier.copy_set(left, split=True)
    own = None if unseen else own_copies(evidence, copier, left, left_out_of_context(evidence, notes))
    divided = len(whole.paths) < len(split.paths) <= MAX_COPIES
    fitting = {"own": own is not None, "split": divided, "whole": True}
    if sum(fitting.values()) == 1:
        return whole
    everything = _copies_everything(evidence, copier.env.path)
    if own is not None:
        reason = OWN
    elif everything:
        reason = (
            "Your file copies whole folders: with their parts named, new files in them would not be copied."
        )
    else:
        reason = "A change of the source then leaves the environment's layer as it is."
    default = "own" if own is not None else "whole" if everything else "split"
    chosen = choose_layers(notes, {value for value, fits in fitting.items() if fits}, reason, default)
    return own if chosen == "own" and own is not None else whole if chosen == "whole" else split


def choose_layers(notes: Notes, fitting: Collection[str], reason: str, default: str = "own") -> str:
    """Decide between the arrangements that fit, with the reason for the default."""
    choice = CHOICES["layers"]
    offered = {value: words for value, words in choice.values.items() if value in fitting}
    return notes.choose(choice, None, reason, offered=offered, default=default)


def left_out_of_context(evidence: Evidence, notes: Notes) -> Ignored | None:
    """What the build leaves out of the context in the end; None where no context is known."""
    if evidence.context is None:
        return None
    ignored = read_ignored(evidence.context, Path(evidence.name))
    return ignored.plus(ENVIRONMENT) if adds_to_dockerignore(notes) else ignored


def _copies_everything(evidence: Evidence, environment: str) -> bool:
    """Does an instruction copy all that lies in some folder into one that holds the environment?"""
    for step in evidence.steps:
        if step.keyword not in ("COPY", "ADD"):
            continue
        given, target = sources(step)
        around = f"{environment}/".startswith(f"{target.rstrip('/')}/")
        if around and any(is_everything(source) or "*" in source for source in given):
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
