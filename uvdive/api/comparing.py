"""``uvdive.compare``: two images side by side."""

from __future__ import annotations

from uvdive.api.comparisons import Comparison
from uvdive.api.events import Told, errors_told, handed_on
from uvdive.api.reading import Named, report_of
from uvdive.api.reports import Report
from uvdive.base.progress import CancelToken
from uvdive.output.redact import Redactor


def compare(
    before: Report | Named,
    after: Report | Named,
    *,
    on_event: Told = None,
    cancel: CancelToken | None = None,
) -> Comparison:
    """Compare two images: owners, packages, paths, settings.

    Args:
        before: a report, or what ``read`` takes.
        after: the same of the other one.
        on_event: is told what happens.
        cancel: stops the work at once, from another thread.

    Raises:
        UvdiveError: as ``read`` says.
    """
    from uvdive.session.comparing import compare_images

    redactor = Redactor()
    with errors_told(redactor):
        first, second = (report_of(each, redactor, on_event, cancel) for each in (before, after))
        one, other = first._loaded, second._loaded  # noqa: SLF001 - values of this room
        found = compare_images(
            one.report,
            other.report,
            indexes=(one.index, other.index),
            on_event=handed_on(on_event, redactor),
            cancel=cancel,
        )
    return Comparison(found)
