"""How images grew over saved reports, as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from uvdive.base.units import Units, delta, size
from uvdive.output.as_text.comparison import owner_lines
from uvdive.output.check.forms.inert import quiet
from uvdive.output.plain import folded, one_line, table
from uvdive.output.words.history import (
    because,
    cause_words,
    changed,
    date,
    file_name,
    largest_step,
    short_commit,
    title,
)
from uvdive.verify.several.history import Series, Step

_MOST = 20
"""So many changes of a step are listed; the JSON has all."""
_NAME = 30


def history_text(
    series: Sequence[Series], units: Units = "si", width: int = 100, *, why: bool = False
) -> str:
    """Each image's reports, a line each, with what made most of each step; ``why`` lists all of a step."""
    return quiet("\n\n".join("\n".join(_one(each, units, width, why=why)) for each in series)) + "\n"


def _one(series: Series, units: Units, width: int, *, why: bool) -> Iterator[str]:
    yield title(series, units)
    yield ""
    yield from _reports(series, units, width)
    if not series.steps:
        return
    yield ""
    first, last = series.entries[0], series.entries[-1]
    names = dict.fromkeys((*first.owners, *last.owners))
    yield from owner_lines(
        {name: (first.owners.get(name, 0), last.owners.get(name, 0)) for name in names}, units
    )
    if told := largest_step(series, units):
        yield ""
        yield from folded(told, width)
    if why:
        for entry, step in zip(series.entries[1:], series.steps, strict=True):
            yield ""
            yield f"{file_name(entry)}: {delta(step.bytes, units)}"
            yield from _causes(step, units)


def _reports(series: Series, units: Units, width: int) -> list[str]:
    pulled = any(entry.compressed_bytes is not None for entry in series.entries)
    head = (
        "created",
        "report",
        "commit",
        "size",
        "change",
        *(("pull size",) if pulled else ()),
        "most of it",
    )
    rows: list[tuple[str, ...]] = [head]
    for entry, step in zip(series.entries, (None, *series.steps), strict=True):
        packed = (size(entry.compressed_bytes, units),) if pulled else ()
        rows.append(
            (
                date(entry),
                one_line(file_name(entry), _NAME),
                short_commit(entry),
                size(entry.file_bytes, units),
                "" if step is None else delta(step.bytes, units),
                *packed,
                cause_words(step.causes[0], units) if step and step.causes else "",
            )
        )
    lines = table(rows, frozenset({3, 4, 5}) if pulled else frozenset({3, 4}))
    # Whatever is cut off stands in full below --why.
    return [_cut(line, width) for line in lines]


def _cut(line: str, width: int) -> str:
    """A line of a table cut at the width, its layout kept."""
    return line if not width or len(line) <= width else f"{line[: width - 3]}..."


def _causes(step: Step, units: Units) -> list[str]:
    rows = [
        (f"  {delta(each.bytes, units)}", each.kind, f"{changed(each)}{_why(because(each))}")
        for each in step.causes[:_MOST]
    ]
    more = len(step.causes) - len(rows)
    return (
        table(rows, frozenset({0})) + ([f"  and {more} more (--json has all)"] if more else [])
        if rows
        else []
    )


def _why(told: str) -> str:
    return f", {told}" if told else ""
