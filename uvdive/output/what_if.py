"""A prediction of an image as text, as Markdown and as ``uvdive.what-if/1``; sizes in bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from uvdive.base.units import Units, delta, percent, size
from uvdive.ledger.costs.whatif import WhatIf
from uvdive.ledger.report import ImageReport
from uvdive.output.as_markdown.words import code, escaped
from uvdive.output.as_markdown.words import table as markdown_table
from uvdive.output.plain import one_line, path_fields, table, visible

SCHEMA = "uvdive.what-if/1"


def what_if_data(report: ImageReport, found: WhatIf) -> dict[str, Any]:
    """The prediction as data that ``json_text`` can write."""
    return {
        "schema": SCHEMA,
        "tool_version": report.tool_version,
        "image": {"reference": report.image.reference, "id": report.image.id},
        "before_bytes": found.before_bytes,
        "after_bytes": found.after_bytes,
        "at_least": bool(found.added),
        "gone": [
            {
                "environment": path_fields(item.environment)["path"],
                "name": item.name,
                "version": item.version,
                "bytes": item.bytes,
            }
            for item in found.gone
        ],
        "stays": [
            {
                "environment": path_fields(item.environment)["path"],
                "name": item.name,
                "held_by": list(item.held_by),
            }
            for item in found.stays
        ],
        "added": [
            {
                "environment": path_fields(item.environment)["path"],
                "name": item.name,
                "version": item.version,
                "download_bytes": item.download_bytes,
            }
            for item in found.added
        ],
        "os_packages": [
            {"name": item.name, "bytes": item.bytes, "needed_by": list(item.needed_by)}
            for item in found.os_packages
        ],
        "notes": list(found.notes),
    }


def _head(found: WhatIf, units: Units) -> str:
    change = found.after_bytes - found.before_bytes
    least = "at least " if found.added else ""
    share = percent(abs(change), found.before_bytes)
    after = f"{least}{size(found.after_bytes, units)}"
    return f"{size(found.before_bytes, units)} now, {after} predicted ({delta(change, units)}, {share})"


def _rows(found: WhatIf, units: Units) -> Iterator[tuple[str, str, str, str]]:
    for gone in found.gone:
        yield "gone", size(gone.bytes, units), f"{gone.name} {gone.version}", gone.environment
    for added in found.added:
        told = (
            "size not known"
            if added.download_bytes is None
            else f"{size(added.download_bytes, units)} to load"
        )
        yield "added", told, f"{added.name} {added.version or ''}".strip(), added.environment
    for package in found.os_packages:
        names = ", ".join(package.needed_by[:5]) or "what it came with"
        yield "unneeded", size(package.bytes, units), package.name, f"OS, only for {names}"
    for stays in found.stays:
        holders = ", ".join(stays.held_by[:5])
        yield (
            "stays",
            "",
            stays.name,
            f"{stays.environment}: {holders} hold{'' if stays.held_by[1:] else 's'} it",
        )


def what_if_text(report: ImageReport, found: WhatIf, units: Units = "si") -> str:
    """What the image would come to, and what would go, come and stay."""
    rows = [
        (f"  {row[0]}", row[1], one_line(row[2], 60), one_line(row[3], 100)) for row in _rows(found, units)
    ]
    lines = [f"{visible(report.image.reference)}: {_head(found, units)}"]
    if rows:
        lines += ["", *table(rows, frozenset({1}))]
    if found.notes:
        lines += ["", *(f"Note: {visible(note)}" for note in found.notes)]
    return "\n".join(lines) + "\n"


def what_if_markdown(report: ImageReport, found: WhatIf, units: Units = "si") -> str:
    """The same as a table."""
    rows = [(row[0], row[1], escaped(row[2]), escaped(row[3])) for row in _rows(found, units)]
    parts = [
        [f"## {code(report.image.reference)}"],
        [f"{_head(found, units)}."],
        markdown_table(("", "size", "package", "in"), rows, frozenset({1})) if rows else [],
        [f"- {escaped(note, 1000)}" for note in found.notes],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"
