"""The use case: compare two images."""

from __future__ import annotations

from uvdive.base import worker
from uvdive.base.progress import CancelToken, Note, OnEvent, ignore
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import Comparison
from uvdive.verify.compare import compare


def compare_images(
    before: ImageReport,
    after: ImageReport,
    *,
    on_event: OnEvent = ignore,
    cancel: CancelToken | None = None,
) -> Comparison:
    """Two images side by side: owners, packages, paths and config, with a verdict in words.

    Walking both images would hold up the app, so a worker process does it.

    Raises:
        CancelledError: ``cancel`` was set.
    """
    return worker.call(compare_in_worker, before, after, on_event=on_event, cancel=cancel)


def compare_in_worker(before: ImageReport, after: ImageReport, *, on_event: OnEvent = ignore) -> Comparison:
    """What the worker process does; emits a Note."""
    on_event(Note("Comparing the images"))
    return compare(before, after)
