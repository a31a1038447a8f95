"""The use case: compare two images."""

from __future__ import annotations

from uvdive.base.processes import worker
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.base.secrets.words import HIDDEN
from uvdive.ledger.reading.contents import Indexes, Places, places_of
from uvdive.ledger.report import ImageReport
from uvdive.output.redact import redact_report
from uvdive.verify.checks import Comparison
from uvdive.verify.compare import compare


def compare_images(
    before: ImageReport,
    after: ImageReport,
    *,
    indexes: Indexes = (None, None),
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> Comparison:
    """Two images side by side: owners, packages, paths and config, with a verdict in words.

    Files of equal size are compared by their contents where both images' can be read:
    in an engine, or in an archive whose ``indexes`` are given. Walking both images
    would hold up the app, so a worker process does it.

    Raises:
        EngineError: the engine that an image is in does not answer.
        CancelledError: ``cancel`` was set.
    """
    with places_of(before, after, indexes) as places:
        return worker.call(compare_in_worker, before, after, places, on_event=on_event, cancel=cancel)


def compare_in_worker(
    before: ImageReport, after: ImageReport, places: Places, *, on_event: OnEvent = ignore
) -> Comparison:
    """What the worker process does; emits a Note."""
    on_event(Note("Comparing the images"))
    return compare(*_alike(before, after), places)


def _alike(before: ImageReport, after: ImageReport) -> tuple[ImageReport, ImageReport]:
    """Both without their secrets where one was saved so: what is hidden there can't be told to differ."""
    if HIDDEN in repr(before.config) or HIDDEN in repr(after.config):
        return redact_report(before), redact_report(after)
    return before, after
