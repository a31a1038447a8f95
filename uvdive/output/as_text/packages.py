"""What distributions cost, as plain text: a list or a tree, and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.base.units import Units, size
from uvdive.ledger.costs.costs import Costs
from uvdive.ledger.costs.rows import Cost
from uvdive.ledger.report import ImageReport
from uvdive.output.plain import bar, count, one_line, table, visible

_BAR = 20
_DEEPEST = 16
"""So far lines of the tree are set in; what is deeper stands there too."""

_MOST_HOLDERS = 3
NOTHING = "The image has no Python packages that uvdive knows of."
HEAD = ("own", "with it", "package", "asked for by")
"""Its own bytes, and what would go with it."""


def packages_text(
    report: ImageReport, costs: Sequence[Costs], units: Units = "si", width: int = 100, *, tree: bool = False
) -> str:
    """A table for each environment.

    Args:
        report: the image.
        costs: of its environments.
        units: of sizes.
        width: of lines, in characters, about.
        tree: below each package what goes with it, else all by what they cost.
    """
    parts = [[f"{visible(report.image.reference)}  {size(report.totals.file_bytes, units)}"]]
    parts += [_environment(each, units, width, tree=tree) for each in costs]
    if not costs:
        parts.append([NOTHING])
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _environment(costs: Costs, units: Units, width: int, *, tree: bool) -> list[str]:
    whole = sum(costs.own.values())
    rows = [(f"  {HEAD[0]}", HEAD[1], HEAD[2], HEAD[3], "")]
    for depth, row in costs.tree.lines() if tree else ((0, row) for row in costs.rows):
        named = one_line(f"{row.name} {row.version}".rstrip(), 40)
        rows.append(
            (
                "" if row.is_label else size(row.bytes, units),
                size(row.exclusive_bytes, units),
                f"{'  ' * min(depth, _DEEPEST)}{named}",
                one_line(holders(row, _MOST_HOLDERS), max(width - 76, 20)),
                bar(row.exclusive_bytes, whole, _BAR),
            )
        )
    return [title(costs, units), *table(rows, frozenset({0, 1})), *(f"  {note}" for note in costs.notes)]


def title(costs: Costs, units: Units) -> str:
    """An environment with its packages and their bytes."""
    place = costs.environment
    python = f", Python {visible(place.python)}" if place.python else ""
    packages = count(len(costs.own), "package")
    return f"{visible(place.path)}: {packages}, {size(sum(costs.own.values()), units)}{python}"


def holders(row: Cost, most: int) -> str:
    """Who asks for a row, in words: the first few, and how many more."""
    if row.os_package:
        return f"OS package {row.os_package}"
    more = len(row.required_by) - most
    return ", ".join(row.required_by[:most]) + (f" and {more} more" if more > 0 else "")
