"""What a proof shows: the checks, and the owners of both images on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget

from uvdive.base.units import delta, percent, size
from uvdive.ledger.owners import OWNERS
from uvdive.output.words.check import UNPROVEN, outcome_words
from uvdive.tui.frame.text import right, visible
from uvdive.tui.frame.theme import LOOKS, MIXED, glyph
from uvdive.tui.progress.proof import ProofState
from uvdive.tui.widgets.bars import cells, stacked
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.words.ways import in_app
from uvdive.verify.checks import Check

_STATUSES = {
    "passed": ("✓", "$text-success"),
    "failed": ("×", "bold $text-error"),
    "skipped": ("-", "$foreground 66%"),
    "repaired": ("✓", "$text-success"),
    "announced": ("!", "$text-warning"),
}
_BLIND = ("?", "$text-warning")
_CHECKS = {
    "config": "same settings",
    "files": "same files",
    "interpreter": "same Python",
    "libraries": "libraries found",
    "imports": "packages import",
    "start": "it starts",
}

INDENT = 4
"""Cells before the details of a check."""


@dataclass(frozen=True, slots=True)
class _CheckRow:
    name: str
    check: Check | None
    line: Content | None = None


class CheckList(Rows):
    """The checks ticking off; Enter shows one's differences."""

    # Details are folded for one width: it must not change when a scrollbar comes.
    DEFAULT_CSS = """
    CheckList { scrollbar-gutter: stable; }
    """
    EMPTY = "The checks come after the build."

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: list[_CheckRow] = []
        self._open: set[str] = set()
        self._checks: Mapping[str, Check | None] = {}
        self._offers: Sequence[str] = ()
        self._ended = False

    def follow(self, proof: ProofState) -> None:
        """Draw the checks; those that failed or could not look are open, what can be done stands below."""
        self._checks = proof.checks
        self._offers = tuple(_offers(proof))
        self._ended = proof.took is not None
        self._open |= {check.name for check in proof.failed_checks}
        self._open |= {check.name for check in proof.checks.values() if check is not None and check.unseen}
        self._arrange()

    def to_failed(self) -> None:
        """Put the cursor on the first check that failed, else on one that could not look."""
        checks = [(place, row.check) for place, row in enumerate(self._rows) if row.check is not None]
        failed = (place for place, check in checks if check.status == "failed")
        blind = (place for place, check in checks if check.unseen)
        place = next(failed, next(blind, None))
        if place is not None:
            self.cursor = place
            self.scroll_to(y=place, animate=False, force=True)

    def _arrange(self) -> None:
        width = max(20, self.scrollable_content_region.width - INDENT)
        self._rows = []
        for name, check in self._checks.items():
            self._rows.append(_CheckRow(name, check))
            if check is None:
                continue
            told = [in_app(check.detail)] if check.detail else []
            if name in self._open:
                told += _more(check)
                lines = [line for text in told for line in Content(visible(text)).wrap(width)]
            else:
                lines = [Content(visible(text)).truncate(width, ellipsis=True) for text in told]
            self._rows += [_CheckRow(name, check, line) for line in lines]
        for offer in self._offers:
            folded = Content.styled(visible(offer), "$text-warning").wrap(width)
            self._rows += [_CheckRow("", None, line) for line in folded]
        self.changed()

    def on_resize(self) -> None:
        """Fold the details for the new width."""
        self._arrange()
        super().on_resize()

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def row(self, index: int, width: int) -> Content:  # noqa: ARG002 - folded beforehand
        """Mark, name, outcome; or a line of its details."""
        row = self._rows[index]
        if row.line is not None:
            return Content.assemble(" " * INDENT, row.line.stylize_before("$foreground 66%"))
        words = f" {_CHECKS.get(row.name, row.name):<16} "
        if row.check is None and self._ended:
            return Content.assemble(("×", "$foreground 66%"), words, ("not finished", "$foreground 66%"))
        if row.check is None:
            return Content.assemble(("●", "$text-warning"), words, ("running", "$foreground 66%"))
        words_of_it = outcome_words(row.check)
        mark, style = _BLIND if words_of_it == UNPROVEN else _STATUSES[row.check.status]
        more = len(_more(row.check))
        hidden = f"  Enter shows {more} line{'' if more == 1 else 's'}"
        return Content.assemble(
            (mark, style),
            words,
            (words_of_it, style),
            (hidden if more and row.name not in self._open else "", "$foreground 66%"),
        )

    def action_choose(self) -> None:
        """Open or close a check."""
        if self._rows:
            self._open ^= {self._rows[self.cursor].name}
            self._arrange()

    def action_collapse(self) -> None:
        """Close the check."""
        if self._rows:
            self._open.discard(self._rows[self.cursor].name)
            self._arrange()


def _more(check: Check) -> list[str]:
    """What an open check tells: what differs, what it could not look at, and what to do."""
    told = [*check.differences, *(f"not looked at: {in_app(what)}" for what in check.unseen)]
    return [*told, f"What to do: {in_app(check.way_out)}"] if check.way_out else told


def _offers(proof: ProofState) -> Iterator[str]:
    """Which keys may help."""
    for repair in proof.repairs:
        yield f"p repairs it with {repair.choice}={repair.value}: {repair.reason}"
    if proof.needs is not None:
        yield f"e gives both programs {', '.join(proof.needs) or 'what they need'}, and runs them again"
    if proof.failed_checks:
        yield "E writes what is needed to report a problem of uvdive"


@dataclass(frozen=True, slots=True)
class Sides:
    """Both images by owner; ``measured`` says whether ``after`` is more than a prediction."""

    before: Mapping[str, int]
    after: Mapping[str, int]
    measured: bool
    known: bool = True


class DeltaList(Rows):
    """Each owner before and after, and the sum."""

    EMPTY = "No prediction: it is measured after the build."

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.sides = Sides({}, {}, measured=False)
        self._owners: list[str] = []

    def show(self, sides: Sides) -> None:
        """Draw these figures."""
        self.sides = sides
        self._owners = [o for o in OWNERS if sides.before.get(o) or sides.after.get(o)]
        self.changed(None)

    @property
    def count(self) -> int:
        """Owners, and the sum."""
        return len(self._owners) + 1 if self._owners else 0

    def row(self, index: int, width: int) -> Content:
        """Mark, owner, before, after, difference; that in percent too where there is room."""
        if index == len(self._owners):
            before, after = sum(self.sides.before.values()), sum(self.sides.after.values())
            row = self._figures(("=", ""), "whole image", before, after, "bold")
        else:
            owner = self._owners[index]
            before, after = self.sides.before.get(owner, 0), self.sides.after.get(owner, 0)
            row = self._figures(glyph(owner), owner, before, after, "")
        change = percent(after - before, before)
        share = f"{f'+{change}' if after > before else change:>9}" if before and after != before else ""
        fits = self.sides.known and row.cell_length + len(share) <= width
        return row.append(Content.styled(share, "$foreground 66%")) if fits else row

    def _figures(self, mark: tuple[str, str], name: str, before: int, after: int, style: str) -> Content:
        if not self.sides.known:
            return Content.assemble(mark, (f" {name:<12}{right(size(before), 10)}", style))
        measured = "" if self.sides.measured else "$foreground 66%"
        gone = "$sign-added" if after < before else "$sign-removed" if after > before else "$foreground 66%"
        return Content.assemble(
            mark,
            (f" {name:<12}{right(size(before), 10)} → ", style),
            (right(size(after), 9), f"{style} {measured}".strip()),
            (f"  {right(delta(after - before) if after != before else 'same', 10)}", gone),
        )


class PairBar(Widget):
    """Both images' bars on one scale, the second as an outline while it is only predicted."""

    DEFAULT_CSS = """
    PairBar { height: 3; padding: 0 1; text-wrap: nowrap; }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.sides = Sides({}, {}, measured=False, known=False)
        self._read = 0

    def show(self, sides: Sides, read: int = 0) -> None:
        """Draw both; ``read`` bytes of the new image are known to be there."""
        self.sides = sides
        self._read = read
        self.refresh()

    def render(self) -> Content:
        """Two bars with their sizes, and which mark is whose."""
        before, after = sum(self.sides.before.values()), sum(self.sides.after.values())
        if not before and not after:
            return Content.styled("─" * self.content_size.width, "$foreground 30%")
        room = max(10, self.content_size.width - 10 - 11)
        most = max(before, after)
        lines = [self._line("before", self.sides.before, before, most, room)]
        if self.sides.known:
            word = "after" if self.sides.measured else "predicted"
            lines.append(self._line(word, self.sides.after, after, most, room))
        elif self._read:
            lines.append(self._partial(most, room))
        else:
            lines.append(Content.styled("after      not known before it is built", "$foreground 66%"))
        lines.append(self._legend())
        return Content("\n").join(lines)

    def _line(self, word: str, parts: Mapping[str, int], total: int, most: int, room: int) -> Content:
        width = max(1, round(room * total / most)) if total and most else 0
        bar = stacked(parts, width)
        if word == "predicted":
            solid = min(width, round(width * self._read / total)) if total else 0
            bar = bar[:solid].append(_outline(parts, width)[solid:])
        return Content.assemble(
            f"{word:<10}", bar, " " * (room - width), (f" {right(size(total), 10)}", "bold")
        )

    def _partial(self, most: int, room: int) -> Content:
        """What is read of an image of which nothing was predicted; whose it is, is not known yet."""
        width = max(1, round(room * min(1, self._read / most)))
        bar = Content.styled(MIXED * width, "$foreground 66%")
        return Content.assemble(
            f"{'after':<10}", bar, " " * (room - width), (f" {right(size(self._read), 10)}", "bold")
        )

    def _legend(self) -> Content:
        """Which mark is whose; closer together where there is little room."""
        owners = [o for o in OWNERS if self.sides.before.get(o) or self.sides.after.get(o)]
        parts = [Content.assemble(glyph(owner), f" {owner}") for owner in owners]
        wide = Content.assemble(" " * 10, Content("  ").join(parts))
        return wide if wide.cell_length <= self.content_size.width else Content(" ").join(parts)


def _outline(parts: Mapping[str, int], width: int) -> Content:
    """The bar as a pale outline; every owner keeps its own mark."""
    return Content.assemble(
        *((LOOKS[owner].glyph * count, f"$owner-{owner} 80%") for owner, count in cells(parts, width).items())
    )
