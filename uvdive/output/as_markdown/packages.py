"""What distributions cost as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uvdive.base.units import Units, size
from uvdive.ledger.costs.costs import Costs
from uvdive.ledger.costs.listed import Beside
from uvdive.ledger.costs.rows import Cost
from uvdive.ledger.report import ImageReport
from uvdive.output.as_markdown.words import code, escaped, table
from uvdive.output.as_text.packages import HEAD, NOTHING, holders, list_rows, list_title, title

_MOST_HOLDERS = 5
_STEP = "&nbsp;&nbsp;"
"""A list in a table's cell has no other way to be set in."""

_DEEPEST = 16


def packages_markdown(
    report: ImageReport,
    costs: Sequence[Costs],
    units: Units = "si",
    *,
    tree: bool = False,
    lists: Sequence[Beside] | None = None,
) -> str:
    """A table for each environment; with ``tree`` what goes with a package stands below it.

    ``lists`` are what differs from lists of somebody else's, where that was asked for.
    """
    parts = [[f"## {code(report.image.reference)}"]]
    for each in costs:
        rows = each.tree.lines() if tree else ((0, row) for row in each.rows)
        parts += [
            [f"### {escaped(title(each, units))}"],
            cost_table(rows, units),
            [f"- {escaped(note, 1000)}" for note in each.notes],
        ]
    if not costs:
        parts.append([NOTHING])
    for found in lists or ():
        told = [tuple(map(escaped, row)) for row in list_rows(found)]
        parts += [
            [f"### {escaped(list_title(found))}"],
            table(("kind", "package", "image", "list"), told, frozenset()) if told else [],
        ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def cost_table(rows: Iterable[tuple[int, Cost]], units: Units) -> list[str]:
    """Rows with their depth as a table."""
    cells = [
        (
            "" if row.is_label else size(row.bytes, units),
            size(row.exclusive_bytes, units),
            f"{_STEP * min(depth, _DEEPEST)}{escaped(f'{row.name} {row.version}'.rstrip())}",
            escaped(holders(row, _MOST_HOLDERS)),
        )
        for depth, row in rows
    ]
    return table(HEAD, cells, frozenset({0, 1}))
