"""Does SIGINT mend a stop that became slower, as the program is process 1 now (R21)?"""

from __future__ import annotations

from uvdive.base.progress import CancelToken, Note, OnEvent
from uvdive.build.running.settings import StartSettings
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import ENGINES, Verification
from uvdive.verify.start.judging import SLOWER
from uvdive.verify.start.running import stop_by
from uvdive.verify.start.service import Starts, as_service, service_settings


def measured_stop(verification: Verification) -> tuple[float, float] | None:
    """The seconds of a stop in both images, where the new one's is slower by what is worth telling."""
    stops = next((each.stops for each in verification.checks if each.name == "start"), None)
    return stops if stops is not None and stops[1] - stops[0] >= SLOWER else None


def interrupted(
    after: ImageReport,
    settings: StartSettings,
    starts: Starts | None,
    on_event: OnEvent,
    cancel: CancelToken | None,
) -> float | None:
    """The seconds that the new image takes to end on SIGINT; None where that cannot be told.

    Raises:
        EngineError: the engine cannot run the image.
        CancelledError: ``cancel`` was set.
    """
    if after.image.source not in ENGINES:
        return None
    on_event(Note("The stop became slower: trying SIGINT"))
    token = cancel or CancelToken()
    if starts is None:
        return stop_by(after, "SIGINT", settings, token)
    given = service_settings(settings, starts[1])
    return stop_by(as_service(after, starts[1]), "SIGINT", given, token, named=True)
