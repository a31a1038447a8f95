"""The lines at the top of the explorer: how big, what is going on, what can be won."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.content import Content

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.base.units import size
from uvdive.tui.frame.text import keep_end, visible

if TYPE_CHECKING:
    from uvdive.base.progress import BytesRead
    from uvdive.ledger.report import ImageReport

PATIENT = 2.0
"""So many seconds may pass before somebody wants to know how many."""


def _now() -> float:
    return time.monotonic()


@dataclass(slots=True)
class Progress:
    """How far the reading is."""

    target: str = ""
    note: str = ""
    read: BytesRead | None = None
    layers: int = 0
    layers_read: int = 0
    began: float = field(default_factory=_now)


def of_report(report: ImageReport, name: str, width: int) -> Content:
    """Name, size, hidden bytes, layers, files, platform: as many as fit."""
    totals = report.totals
    parts: list[Content | str] = [
        Content.styled(size(totals.file_bytes), "bold"),
        f"{size(totals.dead_bytes)} hidden" if totals.dead_bytes else "no overwritten files",
        f"{len(report.layers)} layer{'' if len(report.layers) == 1 else 's'}",
        f"{totals.files:,} file{'' if totals.files == 1 else 's'}",
        visible(report.image.platform),
    ]
    return _fit(name, parts, width)


def of_progress(progress: Progress, error: UvdiveError | None, width: int) -> Content:
    """What is being done, bytes read, layers read, how to stop."""
    name = visible(progress.target) or "uvdive"
    if isinstance(error, CancelledError):
        return _fit(name, ["stopped", "q leaves"], width)
    if error is not None:
        return _fit(name, ["could not be read"], width)
    parts: list[Content | str] = []
    if progress.read is not None:
        done, total = progress.read.done, progress.read.total
        parts.append(f"{size(done)} of {size(total)} read" if total else f"{size(done)} read")
    elif progress.note:
        parts.append(visible(progress.note))
    else:
        parts.append("opening")
    if progress.layers:
        parts.append(f"{progress.layers_read} of {progress.layers} layers")
    seconds = _now() - progress.began
    if seconds >= PATIENT:
        parts.append(f"{seconds:.0f} s")
    parts.append("x stops")
    return _fit(name, parts, width)


def wins(report: ImageReport) -> Content:
    """What is broken or leaks, which costs no bytes, and the biggest findings, in one line."""
    from uvdive.tui.desk.tables import is_grave

    grave = [finding for finding in report.findings if is_grave(finding)]
    found = sorted((f for f in report.findings if f.bytes), key=lambda finding: -finding.bytes)
    lines = []
    if grave:
        more = f" and {len(grave) - 1} more" if len(grave) > 1 else ""
        lines.append(Content.assemble(("Broken: ", "bold $text-error"), visible(grave[0].title), more))
    if found:
        parts = [
            Content.assemble((size(finding.bytes), "bold $text-warning"), f" {visible(finding.title)}")
            for finding in found[:3]
        ]
        lines.append(Content.assemble(("Could save: ", "bold"), Content(" · ").join(parts)))
    nothing = Content.styled("Nothing to save or to fix was found.", "$foreground 66%")
    return Content("  ").join(lines) if lines else nothing


def fit(name: Content, parts: Iterable[Content], width: int) -> Content:
    """The name and as many parts as there is room for; the first part is cut rather than left out."""
    line = name
    for place, part in enumerate(part for part in parts if part):
        longer = Content("  ").join([line, part])
        if place and longer.cell_length > width - 2:
            break
        line = longer
    return line


def _fit(name: str, parts: list[Content | str], width: int) -> Content:
    contents = (part if isinstance(part, Content) else Content(part) for part in parts)
    return fit(Content.styled(keep_end(name, width // 2), "bold $text-accent"), contents, width)
