"""What the original loads: one more start of it, which judges nothing."""

from __future__ import annotations

from uvdive.base.progress import CancelToken, Note, OnEvent
from uvdive.build.running.loading import observe_loading
from uvdive.build.running.observing import Watched
from uvdive.build.running.settings import StartSettings
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import ENGINES, Verification
from uvdive.verify.start.judging import works
from uvdive.verify.start.loads.loaded import Loaded, loaded_by
from uvdive.verify.start.running import Seen, started_original
from uvdive.verify.start.service import Starts, as_service, service_settings

SeenLoading = list[tuple[Watched, Loaded]]
"""What originals loaded, so that the proofs of several rewrites start one but once for it."""


def loaded_at_start(  # noqa: PLR0913 - what a start takes, by name
    verification: Verification,
    before: ImageReport,
    after: ImageReport,
    settings: StartSettings,
    *,
    starts: Starts | None,
    seen: Seen,
    known: SeenLoading,
    on_event: OnEvent,
    cancel: CancelToken | None,
) -> Loaded | None:
    """What the original loads until it is ready; None where both were not started, or it did not work.

    Args:
        verification: what the comparison of the starts came to.
        before: the original, which is run as that comparison ran it.
        after: the new image, which is not run.
        settings: what the program gets.
        starts: what a compose service starts in both.
        seen: what originals did in the comparison.
        known: what they loaded before; gets this one's.
        on_event: is told.
        cancel: stops the container.

    Raises:
        EngineError: the engine cannot run the image.
        CancelledError: ``cancel`` was set.
    """
    if before.image.source not in ENGINES or not any(check.ran for check in verification.checks):
        return None
    if starts is not None:
        before, after = as_service(before, starts[0]), as_service(after, starts[1])
        settings = service_settings(settings, starts[0])
    watched = started_original(before, after, settings, seen, named=starts is not None)
    if watched is None:
        return None
    found = next((loaded for asked, loaded in known if asked == watched), None)
    if found is None:
        on_event(Note("Starting the original once more, to see what it imports"))
        token = cancel or CancelToken()
        observed, told = observe_loading(watched, seconds=settings.limits.seconds, cancel=token)
        if not works(observed):
            return Loaded(problem="It did not start again when its imports were to be told.")
        found = loaded_by(before, told)
        known.append((watched, found))
    return found
