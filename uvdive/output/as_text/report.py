"""An ImageReport as plain text for terminals, pipes and logs."""

from __future__ import annotations

from uvdive.base.units import Units, percent, size
from uvdive.ledger.report import ImageReport, LayerReport
from uvdive.output.as_text import largest
from uvdive.output.plain import bar, count, one_line, table, visible
from uvdive.output.words.sizes import engine_lines

TOP = 10
_BAR = 30


def report_text(report: ImageReport, units: Units = "si", width: int = 100) -> str:
    """Sizes, owners, layers, waste and findings, each line about ``width`` characters at most."""
    parts = [
        _head(report, units),
        _owners(report, units),
        _layers(report, units, width),
        _findings(report, units, width),
        _waste(report, units, width),
        _warnings(report),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _head(report: ImageReport, units: Units) -> list[str]:
    image, totals = report.image, report.totals
    live = f"{size(totals.live_bytes, units)} visible"
    wasted = percent(totals.dead_bytes, totals.file_bytes)
    dead = f"{size(totals.dead_bytes, units)} hidden ({wasted} wasted)"
    lines = [
        f"{visible(image.reference)}  {visible(image.platform)}  from {image.source}",
        f"{size(totals.file_bytes, units)} in {count(totals.files, 'file')}: {live}, {dead}",
    ]
    if image.base is not None:
        name = visible(image.base.name or "unknown")
        base = sum(layer.file_bytes for layer in report.layers if layer.base)
        lines.append(f"{size(base, units)} of it from the base {name} (known by: {visible(image.base.by)})")
    if report.dockerfile is not None and report.dockerfile.text:
        lines.append(f"Lines are those of {visible(report.dockerfile.path)}, from the image's provenance")
    if totals.duplicate_bytes is not None:
        lines.append(f"{size(totals.duplicate_bytes, units)} are there more than once, in visible files")
    if totals.compressed_bytes is not None:
        lines.append(f"{size(totals.compressed_bytes, units)} compressed, as a registry stores it")
    return lines + engine_lines(report, units)


def _owners(report: ImageReport, units: Units) -> list[str]:
    total = report.totals.file_bytes
    rows = [
        (
            f"  {owner.owner}",
            size(owner.bytes, units),
            percent(owner.bytes, total),
            size(owner.dead_bytes, units) if owner.dead_bytes else "",
            bar(owner.bytes, total, _BAR),
        )
        for owner in report.owners
        if owner.bytes or owner.files
    ]
    return table([("Owners", "size", "", "hidden", ""), *rows], frozenset({1, 2, 3}))


def layer_place(layer: LayerReport) -> str:
    """Where a layer comes from: ``base``, a line of the Dockerfile, or nothing."""
    if layer.base:
        return "base"
    return f"line {layer.line}" if layer.line is not None else ""


def _layers(report: ImageReport, units: Units, width: int) -> list[str]:
    rows = [
        (
            f"  {layer.index}",
            size(layer.file_bytes, units),
            size(layer.dead_bytes, units) if layer.dead_bytes else "",
            layer_place(layer),
            layer.instruction or layer.created_by,
        )
        for layer in report.layers
    ]
    cut = [(*row[:-1], one_line(row[-1], max(width - 40, 30))) for row in rows]
    return table([("Layers", "size", "hidden", "", "instruction"), *cut], frozenset({1, 2}))


def _findings(report: ImageReport, units: Units, width: int) -> list[str]:
    lines = []
    for finding in largest.findings(report):
        line = "" if finding.line is None else f" (line {finding.line})"
        cost = size(finding.bytes, units) if finding.bytes else ""
        head = f"  {cost:>10}  {finding.title}{line}"
        advice = f"{'':14}{finding.advice} [{finding.id}]"
        lines += [one_line_kept(head, width), one_line_kept(advice, 4 * width)]
    return ["Findings (uvdive --explain ID says more)", *lines] if lines else []


def one_line_kept(text: str, width: int) -> str:
    """``one_line`` that keeps the indentation."""
    indent = text[: len(text) - len(text.lstrip())]
    return indent + one_line(text, width - len(indent))


def _waste(report: ImageReport, units: Units, width: int) -> list[str]:
    waste = largest.waste(report)
    rows = [
        (
            f"  {size(item.bytes, units)}",
            item.cause,
            f"{item.layer} -> {item.killed_by}",
            "" if item.line is None else f"line {item.line}",
            one_line(item.path, max(width - 44, 30)),
        )
        for item in waste[:TOP]
    ]
    if not rows:
        return []
    head = ("Waste", "cause", "layers", "", f"path (the largest {len(rows)} of {len(waste)})")
    return table([head, *rows], frozenset({0}))


def _warnings(report: ImageReport) -> list[str]:
    return [f"Note: {visible(warning)}" for warning in report.warnings]
