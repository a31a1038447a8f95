"""What of an image's files is wanted: of which layers, through which filter, in what order.

No Textual in here. The screen changes it by keys and asks the desk for the lines (``wish``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from uvdive.base.text import visible
from uvdive.base.units import size
from uvdive.ledger.owners import OWNERS
from uvdive.ledger.view.filter import HOWS, Filter
from uvdive.ledger.view.tree import SORTS, Mode, Sign, Sort
from uvdive.tui.desk.file_lines import Shown, Wish
from uvdive.tui.desk.outline import TAB, Choices
from uvdive.tui.desk.places import Place, Span

T = TypeVar("T")

STEPS = (0, 100_000, 1_000_000, 10_000_000, 100_000_000)
"""The sizes, in bytes, that the filter by size goes through."""

_CHANGES = (Sign.NONE, Sign.ADDED, Sign.CHANGED, Sign.REMOVED)
_WORDS = {Sign.ADDED: "+ added", Sign.CHANGED: "~ changed", Sign.REMOVED: "- removed"}


class Browsing:
    """The layers, the filter and the order that are wanted; ``span`` is None before any layer is.

    ``mode`` is how a single layer is meant, ``choices`` what the user opened and closed.
    The methods ``next_…`` give the filter after the current one; ``want`` takes it.
    """

    def __init__(self) -> None:
        self.span: Span | None = None
        self.filter = Filter()
        self.sort: Sort = "size"
        self.mode: Mode = "upto"
        self.choices = Choices()

    # Which layers

    def span_of(self, layer: int, marked: tuple[int, int] | None, *, base: bool) -> Span:
        """What the list of layers means: a marked range, the folded ``base``, or the layer of the cursor."""
        if marked is not None:
            return Span(marked[1], "range", marked[0])
        return Span(layer, "upto" if base else self.mode)

    def switch_mode(self) -> None:
        """Mean a layer alone, or everything up to it."""
        self.mode = "layer" if self.mode == "upto" else "upto"

    def want(self, span: Span, wanted: Filter | None = None) -> bool:
        """Take layers and a filter (None: the one of now); False where they are wanted already."""
        wanted = self.filter if wanted is None else wanted
        if span == self.span and wanted == self.filter:
            return False
        if wanted != self.filter:
            self.choices = self.choices.afresh()
        self.span, self.filter = span, wanted
        return True

    def go_to(self, place: Place) -> None:
        """Want the layers of a path, without the filter that might hide it."""
        if place.span.mode != "range":
            self.mode = place.span.mode
        self.span, self.filter = place.span, self.unfiltered()
        self.choices = self.choices.afresh()

    # Which files

    def unfiltered(self) -> Filter:
        """No filter; the way of looking stays."""
        return Filter(how=self.filter.how)

    def for_words(self, needle: str) -> Filter:
        """With other words to look for."""
        return replace(self.filter, needle=needle)

    def of_owner(self, owner: int) -> Filter:
        """The files of one owner, an index of ``OWNERS``."""
        return replace(self.filter, owner=owner)

    def next_how(self) -> Filter:
        """Look for a part of a name, for its letters in order, for a regular expression."""
        return replace(self.filter, how=_after(HOWS, self.filter.how))

    def next_owner(self, there: Collection[str]) -> Filter:
        """The files of the next of the owners that are there; of all after the last."""
        owners = (None, *(place for place, owner in enumerate(OWNERS) if owner in there))
        return replace(self.filter, owner=_after(owners, self.filter.owner))

    def next_change(self) -> Filter:
        """What was added, then changed, then removed, then all."""
        return replace(self.filter, sign=_after(_CHANGES, self.filter.sign))

    def next_size(self) -> Filter:
        """Files from a size on, ten times as large each time, then all."""
        return replace(self.filter, at_least=_after(STEPS, self.filter.at_least))

    def next_sort(self) -> None:
        """Take the next order; folders are shown from their first entry on again."""
        self.sort = _after(SORTS, self.sort)
        self.choices = replace(self.choices, windows={})

    # The lines

    def wish(self, node: int | None, *, reveal: bool = False, room: int = 0) -> Wish | None:
        """What to ask the desk for, with the cursor on a node; None where no layer is wanted.

        ``room`` is how many lines the heaviest folders may be opened to fill.
        """
        if self.span is None:
            return None
        return Wish(self.span, self.filter, self.sort, self.choices, node, reveal, room)

    def give_up(self, shown: Shown | None) -> None:
        """The filter's words could not be answered: go back to those that are shown."""
        same = shown is not None and shown.wish.filter.how == self.filter.how
        self.filter = replace(self.filter, needle=shown.wish.filter.needle if shown and same else "")

    def title(self, shown: Shown | None, layers: int, *, waiting: bool) -> list[str]:
        """What is shown, in words: of an image with so many layers; ``waiting`` for the lines."""
        parts = [] if self.span is None else [self.span.words(layers)]
        if waiting:
            parts.append("working …")
        elif shown is not None and shown.wish.filter:
            # In place of the order, and first what it found: a border's title has little room.
            found = f"{shown.count:,} path{'' if shown.count == 1 else 's'}, {size(shown.found)}"
            parts = [found, *filter_words(shown.wish.filter), *parts]
        elif shown is not None:
            parts.append(f"by {shown.wish.sort}")
        return parts


def filter_words(wanted: Filter) -> list[str]:
    """What a filter asks for, each in a few words."""
    words = []
    if wanted.needle:
        sign = {"text": "", "fuzzy": "~", "regex": "="}[wanted.how]
        words.append(f"{sign}“{visible(wanted.needle, tab=TAB)}”")
    if wanted.owner is not None:
        words.append(f"only {OWNERS[wanted.owner]}")
    if wanted.sign:
        words.append(f"only {_WORDS[wanted.sign]}")
    if wanted.at_least:
        words.append(f"from {size(wanted.at_least)}")
    return words


def _after(values: Sequence[T], value: T) -> T:
    """The value after this one, and the first after the last; the second for one that is not there."""
    place = values.index(value) if value in values else 0
    return values[(place + 1) % len(values)]
