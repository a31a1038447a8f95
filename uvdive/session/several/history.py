"""The use case: how images grew over saved reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from uvdive.base.errors import ExitCode, UsageError, UvdiveError
from uvdive.base.files.foreign import real
from uvdive.base.machine import processes
from uvdive.base.processes import pool
from uvdive.ledger.report import ImageReport
from uvdive.output.redact import Redactor, redact_report
from uvdive.session.desk import slim
from uvdive.session.opening.images import read_saved
from uvdive.verify.several.history import Order, Saved, Series, image_name, series_of

_SUFFIX = ".uvdive"


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that is no report that can be read, and why."""

    file: str
    error: UvdiveError


@dataclass(frozen=True, slots=True)
class History:
    """The images' histories, the files that could not be read, and in which order reports stand."""

    series: tuple[Series, ...]
    unread: tuple[Unread, ...]
    order: Order

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with: a file that can't be read is told, and hides no other."""
        return ExitCode.IMAGE if self.unread else ExitCode.DONE


def read_history(
    paths: Sequence[Path],
    *,
    order: Order = "created",
    image: str | None = None,
    together: bool = False,
    redact: bool = True,
    jobs: int | None = None,
) -> History:
    """Read saved reports, and say how the images in them grew.

    Args:
        paths: saved reports, and folders with some.
        order: which report comes first.
        image: only the reports of this image, whatever its tag.
        together: take all reports for one image.
        redact: leave out what looks like a secret.
        jobs: how many are read at once; as many as the machine bears where it is None.

    Raises:
        UsageError: a folder holds no saved report, or none is of ``image``.
        CancelledError: the user stopped it.
    """
    files = tuple(report_files(paths))

    def read(path: Path) -> ImageReport:
        report = _small(read_saved(path))
        return redact_report(report) if redact else report

    found: dict[int, ImageReport | UvdiveError] = {}
    for number, came in pool.each(read, files, jobs or processes(len(files))):
        found[number] = Redactor().value(came) if redact and isinstance(came, UvdiveError) else came
    saved, unread = [], []
    for number, path in enumerate(files):
        came = found[number]
        if isinstance(came, UvdiveError):
            unread.append(Unread(str(path), came))
        else:
            saved.append(Saved(str(path), came))
    if image is not None:
        saved = _only(saved, image)
    return History(series_of(saved, order, together=together), tuple(unread), order)


def report_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files that are named, and the saved reports of the folders that are, each once.

    Raises:
        UsageError: a folder has none, or can't be read.
    """
    seen: set[Path] = set()
    for path in paths:
        for file in _in_folder(path) if path.is_dir() else (path,):
            if (place := real(file)) not in seen:
                seen.add(place)
                yield file


def _in_folder(folder: Path) -> list[Path]:
    try:
        found = sorted(each for each in folder.iterdir() if each.suffix == _SUFFIX and not each.is_dir())
    except OSError as error:
        raise UsageError(f"{folder} can't be read: {error.strerror}.", "Name another folder.") from error
    if not found:
        raise UsageError(
            f"There is no saved report in {folder}.",
            f"Save one: uvdive IMAGE --save {folder / f'NAME{_SUFFIX}'}",
        )
    return found


def _only(saved: Sequence[Saved], image: str) -> list[Saved]:
    """The reports of one image.

    Raises:
        UsageError: there is none.
    """
    names = sorted({image_name(item.report.image.reference) for item in saved})
    found = [item for item in saved if image_name(item.report.image.reference) == image_name(image)]
    if not found:
        there = f"There are: {', '.join(names)}." if names else "None could be read."
        raise UsageError(f"No report is of {image}.", there)
    return found


def _small(report: ImageReport) -> ImageReport:
    """The report without what a history has no use for; hundreds may be held at once."""
    environments = tuple(
        replace(
            place,
            distributions=tuple(replace(item, modules=(), requires=None) for item in place.distributions),
            scripts=(),
            asks=(),
        )
        for place in report.environments
    )
    return replace(slim(report), environments=environments, history=(), layers=(), findings=())
