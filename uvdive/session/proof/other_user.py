"""What a start of the original wrote tells what another user than root must own (R64)."""

from __future__ import annotations

from uvdive.base.errors import UsageError
from uvdive.base.progress import Note, OnEvent
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.choices import USER
from uvdive.rewrite.evidence.written import Written
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.planning.kept import Kept
from uvdive.verify.start.running import Seen


def other_user(plan: RewritePlan) -> bool:
    """Does the program of a plan run as another user than it did?"""
    return any(each.id == USER and each.chosen != "keep" for each in plan.decisions)


def check_proven_by_start(plan: RewritePlan, *, start: bool) -> None:
    """See that a plan of another user is not proven without a start.

    Raises:
        UsageError: it would be.
    """
    if other_user(plan) and not start:
        raise UsageError(
            "Only a start proves that the program runs as another user (user=app).",
            "Prove it with a start (--start, s in the app).",
        )


def written_otherwise(plan: RewritePlan, before: ImageReport, kept: Kept | None, on_event: OnEvent) -> bool:
    """Was a start observed that the plan of another user did not know, so that it is to be made again?

    What the start wrote is kept, whatever the plan is.
    """
    if kept is None or kept.written is not None:
        return False
    kept.written = what_was_written(kept.seen, before.image.id)
    if kept.written is None or not other_user(plan):
        return False
    on_event(Note("The original's start told what it writes: giving that to the new user"))
    return True


def what_was_written(seen: Seen, image: str) -> Written | None:
    """What all starts of an image wrote; None where none told."""
    runs = [observed for watched, observed in seen if watched.image == image]
    told = [observed for observed in runs if observed.written is not None]
    if not told:
        return None
    touched = [each for observed in told for each in observed.written or ()]
    return Written(
        added=tuple(sorted({each.path for each in touched if each.how != "changed"})),
        folders=frozenset(each.path for each in touched if each.how == "added" and each.below),
        changed=tuple(sorted({each.path for each in touched if each.how == "changed"})),
        ports=tuple(sorted({port for observed in told for port in observed.ports})),
    )
