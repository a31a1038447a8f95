"""What two images answer for ``/``: is another body the rewrite's doing, or does it change by itself? (R46)

Three requests to one container tell what changes from request to request. What changes
from start to start (a token of the process, when it began) a second run of the original
tells: a body is only held against the new image where the original's is more like itself.
"""

from __future__ import annotations

from typing import Literal

from uvdive.build.running.observing import Answer, Observed

Likeness = Literal["same", "numbers", "other"]


def _likeness(ours: Answer, theirs: Answer) -> Likeness:
    """How much two bodies have in common, without what changes from request to request."""
    if ours.body == theirs.body or (ours.constant and ours.constant == theirs.constant):
        return "same"
    return "numbers" if ours.plain and ours.plain == theirs.plain else "other"


def likenesses(old: Observed, new: Observed) -> dict[int, Likeness]:
    """For each port at which both answered with one HTTP status, how alike the bodies are."""
    theirs = {(answer.port, answer.status): answer for answer in new.answers}
    keys = ((ours, (ours.port, ours.status)) for ours in old.answers)
    return {ours.port: _likeness(ours, theirs[key]) for ours, key in keys if key in theirs}


def by_itself(old: Observed, new: Observed, again: Observed | None) -> dict[int, bool]:
    """For each port with another body: is the original's from start to start no more like itself?"""
    own = {} if again is None else likenesses(old, again)
    rank = ("same", "numbers", "other").index
    return {
        port: rank(own.get(port, "same")) >= rank(likeness)
        for port, likeness in likenesses(old, new).items()
        if likeness != "same"
    }
