"""What distributions cost, as plain text: a list or a tree, and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.base.units import Units, size
from uvdive.ledger.costs.costs import Costs
from uvdive.ledger.costs.listed import Beside
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
    report: ImageReport,
    costs: Sequence[Costs],
    units: Units = "si",
    width: int = 100,
    *,
    tree: bool = False,
    lists: Sequence[Beside] | None = None,
) -> str:
    """A table for each environment.

    Args:
        report: the image.
        costs: of its environments.
        units: of sizes.
        width: of lines, in characters, about.
        tree: below each package what goes with it, else all by what they cost.
        lists: what differs from lists of somebody else's, where that was asked for.
    """
    parts = [[f"{visible(report.image.reference)}  {size(report.totals.file_bytes, units)}"]]
    parts += [_environment(each, units, width, tree=tree) for each in costs]
    if not costs:
        parts.append([NOTHING])
    parts += [list_lines(each) for each in lists or ()]
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


def list_title(found: Beside) -> str:
    """A list of packages beside the image, in a sentence."""
    tool = f" by {visible(found.tool)}" if found.tool else ""
    alike = f"{found.same} as in the image, {count(len(found.differences), 'difference')}"
    others = ", ".join(f"{number} {visible(kind)}" for kind, number in found.others)
    more = f"; not compared: {others}" if others else ""
    return f"List{tool}: {count(found.listed, 'package')}, {alike}{more}"


def list_rows(found: Beside) -> list[tuple[str, str, str, str]]:
    """Each difference: the package's kind, its name, and its versions on both sides."""
    kinds = {"python": "Python", "os": "OS"}
    return [
        (kinds[each.kind], visible(each.name), _versions(each.here), _versions(each.listed))
        for each in found.differences
    ]


def _versions(versions: Sequence[str]) -> str:
    return visible(", ".join(version or "?" for version in versions)) if versions else "-"


def list_lines(found: Beside) -> list[str]:
    """The list's title and its differences."""
    rows = [(f"  {kind}", *others) for kind, *others in list_rows(found)]
    return [list_title(found), *(table([("  kind", "package", "image", "list"), *rows]) if rows else ())]


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
