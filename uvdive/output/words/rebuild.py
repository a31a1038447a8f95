"""What both builds cost after a change, in words."""

from __future__ import annotations

from collections.abc import Iterator

from uvdive.base.units import Units, size
from uvdive.build.events import Rebuild, Timings

_KINDS = {"source": "the source", "version": "the project's version", "dependency": "one dependency"}


def rebuild_words(timings: Timings, units: Units = "si") -> Iterator[tuple[str, str]]:
    """Each change that was timed and what came of it; nothing where none was."""
    changes = timings.changes
    if not changes and timings.rebuild is not None:
        yield timings.changed or "", _seconds(timings.rebuild)
    for each in changes:
        yield f"{_KINDS[each.kind]} ({each.changed})", _cost(each, units)


def _cost(change: Rebuild, units: Units) -> str:
    if change.seconds is None:
        return "the build fails with it"
    told = _seconds(change.seconds)
    if change.new_bytes is None:
        return told
    before, after = (size(count, units) for count in change.new_bytes)
    return f"{told}; new in the image: {before} before, {after} after"


def _seconds(both: tuple[float, float]) -> str:
    return "{:.1f} s before, {:.1f} s after".format(*both)
