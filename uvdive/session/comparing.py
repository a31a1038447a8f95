"""The use case: compare two images."""

from __future__ import annotations

from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import Comparison
from uvdive.verify.compare import compare


def compare_images(before: ImageReport, after: ImageReport) -> Comparison:
    """Two images side by side: owners, packages, paths and config, with a verdict in words."""
    return compare(before, after)
