"""Several images side by side: one row each, with what every one of them came to."""

from __future__ import annotations

from uvdive.base.units import Units, size
from uvdive.output.check.results import Check, Checked

HEAD = ("", "image", "size", "hidden", "pull size", "findings", "failed rules")
RIGHT = frozenset({2, 3, 4, 5})


def rows(check: Check, units: Units = "si") -> list[tuple[str, ...]]:
    """A row for each image, columns as in ``HEAD``; none for one image, or for Dockerfiles by their text."""
    images = [each for each in check.checked if each.totals is not None]
    unread = [each for each in check.checked if each.error and each.dockerfile is None]
    if len(check.checked) < 2 or not (images or unread):
        return []
    return [_row(each, units) for each in check.checked]


def _row(checked: Checked, units: Units) -> tuple[str, ...]:
    totals = checked.totals
    if totals is None:
        return ("unreadable", checked.name, "", "", "", "", "")
    packed = totals.compressed_bytes
    failed = ", ".join(rule.id for rule in checked.rules if rule.status in ("failed", "unknown"))
    found = [item for item in checked.findings if not item.ignored]
    return (
        "passed" if checked.passed else "failed",
        checked.name,
        size(totals.file_bytes, units),
        size(totals.dead_bytes, units),
        "" if packed is None else size(packed, units),
        str(len(found)),
        failed,
    )


def noun(check: Check) -> str:
    """What was checked: images, or files by their text."""
    return "image" if rows(check) or any(each.totals for each in check.checked) else "file"
