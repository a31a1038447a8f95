"""Two images side by side, as plain text."""

from __future__ import annotations

from collections.abc import Mapping

from uvdive.base.units import Units, delta, size
from uvdive.output.as_text import largest
from uvdive.output.plain import bar, count, one_line, table, visible
from uvdive.verify.checks import Comparison, ConfigDelta, PackageDelta, PathDelta
from uvdive.verify.moves import Moves, moves_of

TOP = 20
_BAR = 20

OwnerSizes = Mapping[str, tuple[int, int]]
"""Bytes before and after, by owner."""


def comparison_text(comparison: Comparison, units: Units = "si", width: int = 100) -> str:
    """The verdict, then owners, packages, moves, paths and config that differ."""
    owners = {item.owner: (item.before, item.after) for item in comparison.owners}
    found = moves_of(comparison.paths)
    parts = [
        [visible(comparison.verdict)],
        owner_lines(owners, units),
        _packages("Python packages", comparison.packages, units),
        _packages("OS packages", comparison.os_packages, units),
        _moves(found, units, width),
        _paths(found, units, width),
        _config(comparison.config, width),
        unread_lines(comparison),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def unread_lines(comparison: Comparison) -> list[str]:
    """What the comparison could not look into."""
    if not comparison.unread:
        return []
    return [f"The contents of {count(comparison.unread, 'file')} of equal size could not be compared."]


def owner_lines(owners: OwnerSizes, units: Units) -> list[str]:
    """Both images by owner on one scale, and their sums."""
    before, after = (sum(both[side] for both in owners.values()) for side in (0, 1))
    longest = max([1, *(max(both) for both in owners.values())])
    rows: list[tuple[str, ...]] = [("Owners", "before", "after", "change", "")]
    for owner, (old, new) in owners.items():
        if old or new:
            bars = f"{bar(old, longest, _BAR):{_BAR}} | {bar(new, longest, _BAR)}".rstrip()
            rows.append((f"  {owner}", size(old, units), size(new, units), delta(new - old, units), bars))
    rows.append(("  total", size(before, units), size(after, units), delta(after - before, units), ""))
    return table(rows, frozenset({1, 2, 3}))


def _more(shown: int, there: int) -> list[str]:
    return [f"  and {there - shown} more (--json has all)"] if there > shown else []


def _version(version: str | None) -> str:
    return "-" if version is None else visible(version)


def _packages(title: str, packages: tuple[PackageDelta, ...], units: Units) -> list[str]:
    changed = largest.packages(packages)
    rows = [
        (
            f"  {visible(row.name)}",
            _version(row.before),
            _version(row.after),
            delta(row.change, units),
        )
        for row in changed[:TOP]
    ]
    if not rows:
        return []
    return table([(title, "before", "after", "change"), *rows], frozenset({3})) + _more(
        len(rows), len(changed)
    )


def _moves(found: Moves, units: Units, width: int) -> list[str]:
    room = max((width - 30) // 2, 30)
    rows = [
        (
            f"  {size(move.size, units)}",
            count(move.files, "file"),
            f"{one_line(move.old, room)} → {one_line(move.new, room)}",
        )
        for move in found.moves[:TOP]
    ]
    if not rows:
        return []
    return table([("Moved", "", ""), *rows], frozenset({0, 1})) + _more(len(rows), len(found.moves))


def _paths(found: Moves, units: Units, width: int) -> list[str]:
    differ = largest.paths(found)
    rows = [
        (
            f"  {delta(largest.change(item.before_bytes, item.after_bytes), units)}",
            item.change,
            one_line(item.path, max(width - 24 - len(how), 30)) + how,
        )
        for item, how in ((item, how_it_changed(item)) for item in differ[:TOP])
    ]
    if not rows:
        return []
    return table([("Paths", "", ""), *rows], frozenset({0})) + _more(len(rows), len(differ))


def how_it_changed(path: PathDelta) -> str:
    """What but its size a path has otherwise, in brackets; the values of attributes are in the JSON."""
    told = ["extended attributes" if each.startswith("attributes ") else each for each in path.what]
    told = [visible(each) for each in told if not each.startswith("size ")]
    return f" ({', '.join(told)})" if told else ""


def _config(config: tuple[ConfigDelta, ...], width: int) -> list[str]:
    lines = []
    for item in config:
        lines += [
            f"  {visible(item.key)}",
            f"    - {one_line(str(item.before), width - 6)}",
            f"    + {one_line(str(item.after), width - 6)}",
        ]
    return ["Config", *lines] if lines else []
