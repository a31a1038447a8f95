"""The use case: the reports of several images as text, each made where the image is read."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.base.errors import UvdiveError
from uvdive.base.machine import processes
from uvdive.base.processes import pool
from uvdive.base.units import Units
from uvdive.output.redact import redact_report
from uvdive.session.several.checks import OnDone, shown
from uvdive.session.sources import Source


def read_texts(
    sources: Sequence[Source],
    *,
    markdown: bool = False,
    redact: bool = True,
    units: Units = "si",
    width: int = 100,
    jobs: int | None = None,
    on_done: OnDone = lambda _done, _all: None,
) -> tuple[list[str], list[tuple[str, UvdiveError]]]:
    """Each image's report, in the images' order, and what could not be read with the reason.

    Args:
        sources: the images, built first where they are.
        markdown: as Markdown, else as plain text.
        redact: leave out what looks like a secret.
        units: of the sizes.
        width: of a line of text.
        jobs: how many are read at once; as many as the machine bears where it is None.
        on_done: is told of each that is ready.

    Raises:
        CancelledError: the user stopped it.
    """

    def work(source: Source) -> str:
        try:
            report = source.load(in_process=True).report
        except UvdiveError as error:
            raise shown(source, error, redact=redact) from error
        report = redact_report(report) if redact else report
        if markdown:
            from uvdive.output.as_markdown.report import report_markdown

            return report_markdown(report, units)
        from uvdive.output.as_text.report import report_text

        return report_text(report, units, width)

    found: dict[int, str | UvdiveError] = {}
    for number, came in pool.each(work, sources, jobs or processes(len(sources))):
        found[number] = came
        on_done(len(found), len(sources))
    texts, unread = [], []
    for number, source in enumerate(sources):
        came = found[number]
        if isinstance(came, str):
            texts.append(came)
        else:
            unread.append((source.called, came))
    return texts, unread
