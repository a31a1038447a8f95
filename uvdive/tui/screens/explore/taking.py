"""Files and reports that are written to the disk, one at a time. No Textual in here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.progress import BytesRead
from uvdive.base.units import size
from uvdive.output.plain import count
from uvdive.session.desk import Desk
from uvdive.session.disk.exporting import SUFFIXES, ExportKind, picture, write_new
from uvdive.session.disk.extracting import Extracted
from uvdive.tui.desk.file_contents import export_report, extract_node
from uvdive.tui.desk.places import Span
from uvdive.tui.progress.task import Start, Task

if TYPE_CHECKING:
    from uvdive.ledger.report import ImageReport
    from uvdive.output.html.tables import Rewrite

NO_CONTENTS = "A saved report holds no contents of files."


class Taking:
    """What is being written; ``start`` starts its job, ``extract`` or ``export`` by name."""

    def __init__(self, start: Start) -> None:
        self.job: Task | None = None
        self._start = start

    @property
    def running(self) -> bool:
        """Is something being written?"""
        return self.job is not None and self.job.running

    @property
    def problem(self) -> str:
        """Why nothing can be written now."""
        return "Something is being written; x stops it." if self.running else ""

    def extract_problem(self, desk: Desk | None) -> str:
        """Why no file can be written now."""
        return self.problem if desk is not None and desk.contents else NO_CONTENTS

    def extract(self, desk: Desk, span: Span, node: int, target: Path) -> None:
        """Write a file or folder."""
        self.job = self._start(
            "extract",
            lambda on_event, cancel: desk.run(
                extract_node, span, node, target, on_event=on_event, cancel=cancel
            ),
        )

    def export(self, desk: Desk, kind: ExportKind, path: Path, rewrite: Rewrite | None = None) -> None:
        """Write the report, with what is known of the rewrite where its form has room for that."""
        self.job = self._start(
            "export",
            lambda on_event, cancel: desk.run(
                export_report, kind, path, rewrite, on_event=on_event, cancel=cancel
            ),
        )

    def picture(self, svg: str, report: ImageReport, path: Path) -> None:
        """Write a picture of the screen that shows an image."""
        self.job = self._start("export", lambda _event, _cancel: write_new(path, picture(svg, report)))

    def stop(self) -> None:
        """Stop writing."""
        if self.job is not None and self.job.running:
            self.job.cancel.cancel()

    def ended(self) -> None:
        """Nothing is being written any more."""
        self.job = None


def file_name(name: str) -> str:
    """A name for what is extracted, usable on this machine; ``extracted`` where nothing is left."""
    return name.replace("/", "_").replace("\\", "_").lstrip(".") or "extracted"


def report_name(image: str, form: str) -> str:
    """A name for an exported report: the image's, as far as it is fit for files."""
    safe = "".join(c if c.isalnum() or c in "._-" else "-" for c in image)
    return safe.strip(".-") + {**SUFFIXES, "svg": ".svg"}[form]


def so_far(event: object) -> str:
    """How much is written, by an event; empty where it does not say."""
    if not isinstance(event, BytesRead):
        return ""
    return size(event.done) if event.total is None else f"{size(event.done)} of {size(event.total)}"


def missing(done: Extracted) -> list[str]:
    """What an extraction could not write, a sentence each."""
    words = []
    if done.missing:
        words.append(
            f"{count(done.missing, 'file')} could not be read: the source does not hold the contents."
        )
    if done.renamed:
        words.append(
            f"{done.renamed:,} got another name (~1), as this disk takes upper and lower case for one."
        )
    if done.left_out:
        words.append(f"{done.left_out:,} devices or odd names were left out.")
    return words
