"""Files that look the same in two images, and whether their contents are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import IO, Literal, NamedTuple

from uvdive.image.layers.helper import divided
from uvdive.image.table import Kind
from uvdive.ledger.reading.contents import Contents, Places, UnreadableError
from uvdive.ledger.report import ImageReport
from uvdive.verify.checks import Comparison
from uvdive.verify.pairs import Pair

CONTENT = "content"
"""How a path changed that differs in nothing else."""

_MANY = 500
"""Files that are enough for a further process."""


class Twin(NamedTuple):
    """One path with its entry in each image: regular files that differ in nothing but perhaps content."""

    path: bytes
    before: int
    after: int


Openers = tuple[Callable[[], IO[bytes]], Callable[[], IO[bytes]]]


class Compared(NamedTuple):
    """A twin whose contents are not the same, or can't be had; ``open`` reads both, while it lasts."""

    twin: Twin
    outcome: Literal["differs", "unread"]
    open: Openers


def twin(before: ImageReport, pair: Pair, after: ImageReport) -> Twin | None:
    """The twin of a pair that ``changes`` finds no difference in; None where no content can differ."""
    old, new = before.files, after.files
    if pair.before is None or pair.after is None or old.entry_kind[pair.before] != Kind.FILE:
        return None
    if not old.entry_size[pair.before]:
        return None
    layers = old.entry_layer[pair.before], new.entry_layer[pair.after]
    # One layer has one content.
    if before.layers[layers[0]].diff_id == after.layers[layers[1]].diff_id:
        return None
    return Twin(pair.path, pair.before, pair.after)


@dataclass(frozen=True, slots=True)
class Told:
    """What a comparison of the same two images told: files whose contents nobody has to read again."""

    comparison: Comparison

    @classmethod
    def of(cls, before: ImageReport, after: ImageReport, comparison: Comparison | None) -> Told | None:
        """None where there is no comparison, or it is one of other images."""
        if comparison is None:
            return None
        ids = comparison.before.get("id"), comparison.after.get("id")
        return cls(comparison) if ids == (before.image.id, after.image.id) else None

    def open_ones(self, before: ImageReport, after: ImageReport, twins: Iterable[Twin]) -> list[Twin]:
        """The twins without those that were the same: what differed or was not read, and of other sizes."""
        found = (path.path for path in self.comparison.paths if path.what == (CONTENT,))
        others = frozenset((*found, *self.comparison.unread_paths))
        old, new = before.files.entry_size, after.files.entry_size
        return [each for each in twins if each.path in others or old[each.before] != new[each.after]]


def compare_twins(
    before: ImageReport, after: ImageReport, twins: Iterable[Twin], places: Places
) -> Iterator[Compared]:
    """The twins whose contents differ or cannot be read, in their order.

    Raises:
        EngineError: the engine went away.
    """
    if places[0] is None or places[1] is None:
        yield from (Compared(item, "unread", (_nothing, _nothing)) for item in twins)
        return
    with Contents(before.files, places[0]) as ours, Contents(after.files, places[1]) as theirs:
        items, both = list(twins), (ours, theirs)
        worth = len(items) // _MANY if ours.apart and theirs.apart else 0
        found = divided(partial(_outcomes, both), items, worth=worth)
        for item, outcome in zip(items, chain.from_iterable(found), strict=True):
            if outcome != "same":
                yield Compared(item, outcome, (_opener(ours, item.before), _opener(theirs, item.after)))


def _outcomes(
    both: tuple[Contents, Contents], twins: Sequence[Twin]
) -> list[Literal["same", "differs", "unread"]]:
    ours, theirs = both
    found: list[Literal["same", "differs", "unread"]] = []
    for item in twins:
        try:
            found.append("same" if ours.digest(item.before) == theirs.digest(item.after) else "differs")
        except UnreadableError:
            found.append("unread")
    return found


def _opener(contents: Contents, entry: int) -> Callable[[], IO[bytes]]:
    return lambda: contents.open(entry)


def _nothing() -> IO[bytes]:
    raise UnreadableError("the image's contents are not at hand")
