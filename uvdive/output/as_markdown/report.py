"""Reports and comparisons as Markdown, for a pull request or an issue."""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.base.units import Units, delta, percent, size
from uvdive.ledger.costs.costs import costs_of
from uvdive.ledger.report import Finding, ImageReport
from uvdive.output.as_markdown.packages import cost_table
from uvdive.output.as_markdown.words import code, escaped, table
from uvdive.output.as_text import largest
from uvdive.output.as_text.comparison import how_it_changed, unread_lines
from uvdive.output.as_text.packages import title
from uvdive.output.as_text.report import layer_place
from uvdive.output.plain import count
from uvdive.output.words.sizes import engine_lines
from uvdive.verify.checks import Comparison, PackageDelta
from uvdive.verify.moves import moves_of

TOP = 20


def report_markdown(report: ImageReport, units: Units = "si") -> str:
    """The report's sizes, owners, layers, findings and largest waste."""
    totals = report.totals
    share = percent(totals.dead_bytes, totals.file_bytes)
    dead = f"{size(totals.dead_bytes, units)} of it wasted ({share})"
    parts = [
        [f"## {code(report.image.reference)}"],
        [
            f"**{size(totals.file_bytes, units)}** in {count(totals.files, 'file')}, {dead}.",
            *(f"{line}." for line in engine_lines(report, units)),
        ],
        _owners(report, units),
        _layers(report, units),
        [
            f"- **{escaped(item.title)}** ({_cost(item, units)}{code(item.id)}): {escaped(item.advice, 1000)}"
            for item in largest.findings(report)
        ],
        *_costs(report, units),
        _waste(report, units),
        [f"Note: {escaped(warning, 1000)}" for warning in report.warnings],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _cost(finding: Finding, units: Units) -> str:
    return f"{size(finding.bytes, units)}, " if finding.bytes else ""


def _owners(report: ImageReport, units: Units) -> list[str]:
    rows = [
        (
            item.owner,
            size(item.bytes, units),
            percent(item.bytes, report.totals.file_bytes),
            size(item.dead_bytes, units),
        )
        for item in report.owners
        if item.bytes or item.files
    ]
    return table(("owner", "size", "share", "hidden"), rows, frozenset({1, 2, 3}))


def _layers(report: ImageReport, units: Units) -> list[str]:
    rows = [
        (
            str(layer.index),
            size(layer.file_bytes, units),
            size(layer.dead_bytes, units),
            layer_place(layer),
            code(layer.instruction or layer.created_by),
        )
        for layer in report.layers
    ]
    return table(("layer", "size", "hidden", "from", "instruction"), rows, frozenset({0, 1, 2}))


def _costs(report: ImageReport, units: Units) -> Iterator[list[str]]:
    """The dearest packages of each environment, beside what would go with them."""
    for costs in costs_of(report):
        if costs.environment.kind != "tool":
            yield [f"{escaped(title(costs, units))}; with it: what would go if nobody asked for it:"]
            yield cost_table([(0, row) for row in costs.rows[:TOP]], units)


def _waste(report: ImageReport, units: Units) -> list[str]:
    rows = [(size(item.bytes, units), item.cause, code(item.path)) for item in largest.waste(report)[:TOP]]
    return table(("wasted", "cause", "path"), rows, frozenset({0})) if rows else []


def comparison_markdown(comparison: Comparison, units: Units = "si") -> str:
    """The verdict, owners, packages, moves, paths and config that differ."""
    owners = [
        (
            item.owner,
            size(item.before, units),
            size(item.after, units),
            _delta(item.before, item.after, units),
        )
        for item in comparison.owners
        if item.before or item.after
    ]
    found = moves_of(comparison.paths)
    before, after = comparison.before_bytes, comparison.after_bytes
    owners.append(
        ("**total**", size(before, units), size(after, units), f"**{_delta(before, after, units)}**")
    )
    path_rows = [
        (
            _delta(item.before_bytes, item.after_bytes, units),
            item.change,
            f"{code(item.path)} {escaped(how_it_changed(item).strip())}".strip(),
        )
        for item in largest.paths(found)[:TOP]
    ]
    moved = [
        (size(move.size, units), count(move.files, "file"), f"{code(move.old)} → {code(move.new)}")
        for move in found.moves[:TOP]
    ]
    config = [(code(item.key), code(str(item.before)), code(str(item.after))) for item in comparison.config]
    parts = [
        [escaped(comparison.verdict, 1000)],
        table(("owner", "before", "after", "change"), owners, frozenset({1, 2, 3})),
        _packages("package", comparison.packages, units),
        _packages("OS package", comparison.os_packages, units),
        table(("moved", "", "from → to"), moved, frozenset({0, 1})) if moved else [],
        table(("change", "", "path"), path_rows, frozenset({0})) if path_rows else [],
        table(("config", "before", "after"), config, frozenset()) if config else [],
        unread_lines(comparison),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _delta(before: int | None, after: int | None, units: Units) -> str:
    return delta(largest.change(before, after), units)


def _packages(title: str, packages: tuple[PackageDelta, ...], units: Units) -> list[str]:
    changed = largest.packages(packages)
    rows = [
        (
            escaped(row.name),
            escaped(row.before or "-"),
            escaped(row.after or "-"),
            delta(row.change, units),
        )
        for row in changed[:TOP]
    ]
    return table((title, "before", "after", "change"), rows, frozenset({3})) if rows else []
