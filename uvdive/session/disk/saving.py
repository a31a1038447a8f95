"""The use case: write a report to a file that was named, the whole file or nothing."""

from __future__ import annotations

from pathlib import Path

from uvdive.base.errors import UsageError
from uvdive.base.files.foreign import read_start
from uvdive.base.files.wholefile import replace_file
from uvdive.ledger.report import ImageReport


def check_save(path: Path) -> None:
    """Find out whether a saved report may be written; only a saved report is replaced.

    Raises:
        UsageError: it may not.
    """
    from uvdive.ledger.saved.report_file import MAGIC

    check_replaced(path, MAGIC, "saved report")


def check_html(path: Path) -> None:
    """As ``check_save``, for the HTML report; only one of uvdive's is replaced."""
    from uvdive.output.html.page import MARK

    check_replaced(path, MARK, "report of uvdive's")


def check_plot(path: Path) -> None:
    """As ``check_save``, for the picture of an image's growth; only one of uvdive's is replaced."""
    from uvdive.output.plot import MARK

    check_replaced(path, MARK, "picture of uvdive's")


def check_replaced(path: Path, begins: bytes, what: str, done: str = "saved") -> None:
    """Find out before the work whether a file may be written, and replaces nothing but its own kind.

    Args:
        path: the file.
        begins: what each of its kind begins with.
        what: the kind, in words.
        done: what is done with it, in words.

    Raises:
        UsageError: it may not.
    """
    if not path.parent.is_dir():
        raise UsageError(f"{path} can't be {done}: there is no folder {path.parent}.", "Make it first.")
    if not path.exists():
        return
    try:
        head = read_start(path, len(begins))
    except OSError as error:
        raise UsageError(f"{path} can't be replaced: {error.strerror}.", "Name another file.") from error
    if head and head != begins:
        raise UsageError(f"{path} is there and is no {what}.", "Name another file.")


def save_report(report: ImageReport, path: Path) -> Path:
    """Write a saved report; only one is replaced. Gives the path.

    Raises:
        UsageError: it cannot be written.
    """
    from uvdive.ledger.saved.report_file import dump

    check_save(path)
    return replace_with(path, dump(report))


def replace_with(path: Path, data: bytes) -> Path:
    """Write a file in place of what is there; gives the path.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        replace_file(path, data)
    except OSError as error:
        raise UsageError(f"{path} can't be saved: {error.strerror}.", "Name another file.") from error
    return path
