"""What a start of the original wrote tells what another user than root must own (R64)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from uvdive.base.errors import UsageError
from uvdive.base.progress import CancelToken, Note, OnEvent
from uvdive.build.running.settings import StartSettings
from uvdive.compose.recipe import Recipe
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.choices import USER
from uvdive.rewrite.evidence.written import Written
from uvdive.rewrite.plan import RewritePlan
from uvdive.session.planning.kept import Kept
from uvdive.session.planning.recipes import starts_of
from uvdive.verify.start.running import Seen, start_original
from uvdive.verify.start.service import as_service, service_settings


@dataclass(frozen=True, slots=True)
class Looked:
    """What stands for a proof where nothing was built, as the plan is to be made again."""

    looked: Literal[True] = True


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


def looks_first(  # noqa: PLR0913 - what a start takes, by name
    plan: RewritePlan,
    before: ImageReport,
    *,
    context: Path,
    start: bool,
    settings: StartSettings,
    recipe: Recipe | None,
    kept: Kept,
    on_event: OnEvent,
    cancel: CancelToken | None,
) -> bool:
    """Start the original before anything is built, where a plan of another user lacks what it writes.

    Does it tell, so that the plan is to be made again? What it did is kept for the proof. The arguments
    are as for ``prove``.

    Raises:
        EngineError: the engine cannot run the image.
        CancelledError: ``cancel`` was set.
    """
    if not (start and other_user(plan)) or kept.written is not None:
        return False
    if plan.allowed is not None and plan.allowed.installs_at_start:
        return False
    on_event(Note("Starting the original first: what it writes goes to the new user"))
    starts, run, given = None if recipe is None else starts_of(recipe, plan, context), before, settings
    if starts is not None:
        run, given = as_service(before, starts[0]), service_settings(settings, starts[0])
    start_original(run, given, cancel or CancelToken(), kept.seen, named=starts is not None)
    kept.written = what_was_written(kept.seen, before.image.id)
    return kept.written is not None


def written_otherwise(plan: RewritePlan, before: ImageReport, kept: Kept | None, on_event: OnEvent) -> bool:
    """Was a start observed that the plan of another user did not know, so that it is to be made again?

    So it is where the original had to be built anew. What the start wrote is kept, whatever the plan is.
    """
    found = None if kept is None else what_was_written(kept.seen, before.image.id)
    if kept is None or found is None or found == kept.written:
        return False
    kept.written = found
    if not other_user(plan):
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
