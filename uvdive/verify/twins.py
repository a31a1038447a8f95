"""Files that look the same in two images, and whether their contents are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO, Literal, NamedTuple

from uvdive.image.table import Kind
from uvdive.ledger.reading.contents import Contents, Places, UnreadableError
from uvdive.ledger.report import ImageReport
from uvdive.verify.pairs import Pair


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
        for item in twins:
            both: Openers = (_opener(ours, item.before), _opener(theirs, item.after))
            try:
                if ours.digest(item.before) != theirs.digest(item.after):
                    yield Compared(item, "differs", both)
            except UnreadableError:
                yield Compared(item, "unread", both)


def _opener(contents: Contents, entry: int) -> Callable[[], IO[bytes]]:
    return lambda: contents.open(entry)


def _nothing() -> IO[bytes]:
    raise UnreadableError("the image's contents are not at hand")
