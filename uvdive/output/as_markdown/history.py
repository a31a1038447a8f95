"""How images grew over saved reports, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from uvdive.base.units import Units, delta, size
from uvdive.output.as_markdown.words import code, escaped, table
from uvdive.output.check.forms.inert import quiet
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


def history_markdown(
    series: Sequence[Series], units: Units = "si", *, plot: str | None = None, why: bool = False
) -> str:
    """A section for each image: the picture, its reports, its owners, the largest step.

    Args:
        series: the histories.
        units: of the sizes.
        plot: the file of the picture, where one lies beside the Markdown.
        why: list what each step is made of, folded.
    """
    parts = [f"![Size by owner, report by report](<{quote(plot)}>)"] if plot is not None else []
    parts += [part for each in series for part in _one(each, units, why=why)]
    return quiet("\n\n".join(parts)) + "\n"


def _one(series: Series, units: Units, *, why: bool) -> list[str]:
    parts = [f"### {escaped(title(series, units), 400)}", "\n".join(_reports(series, units))]
    if not series.steps:
        return parts
    parts.append("\n".join(_owners(series, units)))
    if told := largest_step(series, units):
        parts.append(escaped(told, 1000))
    if why:
        steps = zip(series.entries[1:], series.steps, strict=True)
        parts += [_step(file_name(entry), step, units) for entry, step in steps if step.causes]
    return parts


def _reports(series: Series, units: Units) -> list[str]:
    rows = [
        (
            escaped(date(entry)),
            code(file_name(entry)),
            code(short_commit(entry)) if entry.commit else "",
            size(entry.file_bytes, units),
            "" if step is None else delta(step.bytes, units),
            "" if entry.compressed_bytes is None else size(entry.compressed_bytes, units),
            escaped(cause_words(step.causes[0], units)) if step and step.causes else "",
        )
        for entry, step in zip(series.entries, (None, *series.steps), strict=True)
    ]
    head = ("created", "report", "commit", "size", "change", "pull size", "most of it")
    return table(head, rows, frozenset({3, 4, 5}))


def _owners(series: Series, units: Units) -> list[str]:
    first, last = series.entries[0].owners, series.entries[-1].owners
    rows = [
        (name, size(first.get(name, 0), units), size(last.get(name, 0), units),
         delta(last.get(name, 0) - first.get(name, 0), units))
        for name in dict.fromkeys((*first, *last))
        if first.get(name, 0) or last.get(name, 0)
    ]  # fmt: skip
    return table(("owner", "first", "last", "change"), rows, frozenset({1, 2, 3}))


def _step(name: str, step: Step, units: Units) -> str:
    """What a step is made of, folded."""
    rows = [
        (delta(each.bytes, units), each.kind, escaped(changed(each)), escaped(because(each)))
        for each in step.causes[:_MOST]
    ]
    lines = "\n".join(table(("change", "", "what", ""), rows, frozenset({0})))
    # What stands in HTML is no Markdown: a backslash would be shown.
    told = escape(f"{name}: {delta(step.bytes, units)}")
    return f"<details><summary>{told}</summary>\n\n{lines}\n\n</details>"
