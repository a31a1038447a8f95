"""The details of one row of a list in words: of waste, a finding."""

from __future__ import annotations

from textual.content import Content

from uvdive.base.units import percent, size
from uvdive.ledger.findings.explain import explain, ids
from uvdive.ledger.report import Finding, ImageReport, Waste
from uvdive.tui.desk.tables import MENDED, WasteGroup
from uvdive.tui.frame.text import paragraph, plain
from uvdive.tui.words.pages import render
from uvdive.tui.words.selection import by_layer, field, files, lines, owner_words

_CAUSES = {
    "overwritten": "A later layer wrote other content over it; the old bytes are still shipped.",
    "rewritten": "A later layer wrote the same content again (a chown does), so it is shipped twice.",
    "deleted": "A later layer deleted it; the bytes are still shipped in the layer that wrote it.",
    "shadowed": "A later layer put another kind of file in its place; the bytes are still shipped.",
}

_REMEDY = "Do both in one RUN, copy with --chown or --chmod, or leave the file in a build stage."


def describe_waste(report: ImageReport, waste: Waste) -> Content:
    """A wasted path: why, whose, who wrote it, who replaced it, and what to do."""
    parts = [
        plain(waste.path, "bold"),
        field("hidden", f"{size(waste.bytes)}  ({waste.bytes:,} bytes)"),
        field("cause", plain(waste.cause)),
        field("owner", owner_words(waste.owner)),
        *by_layer("written", "written", report.layers[waste.layer]),
        *by_layer("replaced", waste.cause, report.layers[waste.killed_by], "$sign-removed"),
        Content(""),
        Content(_CAUSES.get(waste.cause, "")),
        Content(_REMEDY),
    ]
    return lines(parts)


def describe_group(report: ImageReport, group: WasteGroup) -> Content:
    """The waste of a layer or of a folder: how much, how many files, and who hid it."""
    counted = f"{size(group.bytes)}  ({group.bytes:,} bytes, {files(group.count)})"
    if group.layer is None:
        about = [plain(group.folder or b"/", "bold"), field("hidden", counted)]
    else:
        about = [
            Content.styled(f"Hidden by layer {group.layer}", "bold"),
            field("hidden", counted),
            *by_layer("by", "replaced or deleted", report.layers[group.layer], "$sign-removed"),
        ]
    return lines([*about, Content(""), Content(_REMEDY)])


def describe_finding(report: ImageReport, finding: Finding) -> Content:
    """A finding: what it costs, where, what to do, and its page."""
    parts = [
        plain(finding.title, "bold"),
        field("id", plain(finding.id)),
        field("severity", plain(finding.severity)),
    ]
    if finding.bytes:
        share = percent(finding.bytes, report.totals.file_bytes)
        parts.append(field("costs", f"{size(finding.bytes)}  ({share} of the image)"))
    if finding.line is not None:
        parts.append(field("line", f"{finding.line} of the Dockerfile"))
    if finding.id in MENDED:
        parts.append(field("rewrite", "r on the image's screen plans a Dockerfile without it"))
    parts += [
        field("where" if not place else "", plain(path)) for place, path in enumerate(finding.paths[:10])
    ]
    if len(finding.paths) > 10:
        parts.append(field("", f"… and {len(finding.paths) - 10:,} more"))
    parts += [Content(""), paragraph(finding.advice), Content("")]
    if finding.id in ids():
        parts.append(render(explain(finding.id)))
    return lines(parts)
