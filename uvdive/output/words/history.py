"""An image's growth in words: what a step is made of, when and of which commit a report is."""

from __future__ import annotations

from uvdive.base.units import Units, delta, size
from uvdive.output.plain import count, visible
from uvdive.output.words.owners import LOOKS
from uvdive.verify.several.history import Cause, Entry, Series

NAMED = "all reports"
"""What reports of several images are called that are taken for one's."""


def date(entry: Entry) -> str:
    """When the image was made, to the minute, as it says itself."""
    created = visible(entry.created or "")
    return f"{created[:10]} {created[11:16]}".rstrip() if created else "unknown"


def short_commit(entry: Entry) -> str:
    """The commit's first letters; empty where it is not known."""
    return visible(entry.commit or "")[:12]


def file_name(entry: Entry) -> str:
    """The report's file without its folder."""
    return visible(entry.file.rpartition("/")[2])


def title(series: Series, units: Units = "si") -> str:
    """Whose history it is, and how much it grew in all."""
    name = ", ".join(filter(None, (visible(series.name) or NAMED, visible(series.platform))))
    first, last = series.entries[0], series.entries[-1]
    told = f"{name}: {count(len(series.entries), 'report')}"
    if not series.steps:
        return f"{told}, {size(last.file_bytes, units)}"
    grown = last.file_bytes - first.file_bytes
    return f"{told}, {size(first.file_bytes, units)} → {size(last.file_bytes, units)} ({delta(grown, units)})"


def cause_words(cause: Cause, units: Units = "si") -> str:
    """A part of a step: what, from which version to which, and how much it weighs."""
    return f"{changed(cause)} ({delta(cause.bytes, units)})"


def changed(cause: Cause) -> str:
    """The same without its bytes."""
    if cause.kind == "owner":
        return LOOKS[cause.name].words
    name = visible(cause.name)
    if cause.before is None:
        return f"{name} {visible(cause.after or '')} added".replace("  ", " ")
    if cause.after is None:
        return f"{name} {visible(cause.before)} removed"
    if cause.before != cause.after:
        return f"{name} {visible(cause.before)} → {visible(cause.after)}"
    return f"{name} {visible(cause.after)}"


def because(cause: Cause) -> str:
    """Who wants a package; empty where the project does itself, or nobody knows."""
    return f"wanted by {visible(cause.because[-1])}" if cause.because else ""


def largest_step(series: Series, units: Units = "si") -> str:
    """The step that added most in a sentence; empty where none added anything."""
    place = series.largest
    if place is None:
        return ""
    entry, step = series.entries[place], series.steps[place - 1]
    commit = f", commit {short_commit(entry)}" if entry.commit else ""
    told = f"Largest step: {delta(step.bytes, units)} in {file_name(entry)} ({date(entry)}{commit})."
    if not step.causes:
        return told
    first = step.causes[0]
    why = f", {because(first)}" if because(first) else ""
    return f"{told} Most of it: {cause_words(first, units)}{why}."
