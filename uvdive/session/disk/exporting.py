"""Write a report to a file, as the command line would print or save it."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from uvdive.base.errors import UsageError
from uvdive.base.files.wholefile import create_file

if TYPE_CHECKING:
    from uvdive.base.units import Units
    from uvdive.ledger.report import ImageReport
    from uvdive.output.html.tables import Rewrite

ExportKind = Literal["json", "markdown", "html", "saved"]

_SVG_TEXT = re.compile(r"(<text\b[^<>]*>)([^<]*)(</text>)")

SUFFIXES: dict[str, str] = {"json": ".json", "markdown": ".md", "html": ".html", "saved": ".uvdive"}


def export(report: ImageReport, kind: ExportKind, path: Path, rewrite: Rewrite | None = None) -> Path:
    """Write the report, without what looks like a secret, to a file that is not there yet.

    Args:
        report: the image.
        kind: as what.
        path: where to.
        rewrite: what is known of its Dockerfile's rewrite, for the HTML.

    Raises:
        UsageError: the file exists, or cannot be written.
    """
    from uvdive.output.redact import redact_report

    report = redact_report(report)
    if kind == "json":
        from uvdive.output.as_json.report import report_data
        from uvdive.output.as_json.text import json_text

        return write_new(path, json_text(report_data(report)).encode())
    if kind == "markdown":
        from uvdive.output.as_markdown.report import report_markdown

        return write_new(path, report_markdown(report).encode("utf-8", "replace"))
    if kind == "html":
        return write_new(path, html_page(report, rewrite))
    from uvdive.ledger.saved.report_file import dump

    return write_new(path, dump(report))


def html_page(
    report: ImageReport, rewrite: Rewrite | None = None, *, redact: bool = True, units: Units = "si"
) -> bytes:
    """The HTML report as a file holds it, without what looks like a secret if ``redact``."""
    from uvdive.output.html.page import page
    from uvdive.output.redact import Redactor, redact_report

    if redact:
        redactor = Redactor()
        redactor.learn_image(report)
        report = redact_report(report)
        if rewrite is not None:
            redactor.learn([rewrite.plan.original, *(change.text for change in rewrite.plan.files)])
            plan, verification = redactor.value((rewrite.plan, rewrite.verification))
            rewrite = replace(rewrite, plan=plan, verification=verification)
    return page(report, rewrite, units).encode("utf-8", "replace")


def picture(svg: str, report: ImageReport) -> bytes:
    """A picture of the screen without what looks like a secret, as a file holds it.

    Args:
        svg: the picture, with a text for each run of cells that look alike.
        report: the image on the screen, whose secrets are looked for.
    """
    from uvdive.output.redact import Redactor

    redactor = Redactor()
    redactor.learn_image(report)

    def cleaned(match: re.Match[str]) -> str:
        text = html.unescape(match[2]).replace("\xa0", " ")
        clean = redactor.text(text)
        if clean == text:
            return match[0]
        return f"{match[1]}{html.escape(clean).replace(' ', '&#160;')}{match[3]}"

    return _SVG_TEXT.sub(cleaned, svg).encode()


def write_new(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all, and never over another.

    Raises:
        UsageError: it exists, or cannot be written.
    """
    try:
        create_file(path, data)
    except FileExistsError as error:
        raise UsageError(f"{path} exists already.", "Name another file.") from error
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.", "Name another file.") from error
    return path
