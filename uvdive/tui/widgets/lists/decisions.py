"""The list of a rewrite: its warnings, what could save more, the choices one can make, what changes."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.geometry import Size

from uvdive.base.units import delta, size
from uvdive.output.as_text.plan_groups import CHANGES, CHOICES, SAVINGS, WARNINGS, change_of, grouped, subject
from uvdive.output.words.ladder import HEADING, why_none
from uvdive.rewrite.plan import Decision, RewritePlan
from uvdive.tui.frame.text import right, visible
from uvdive.tui.widgets.lists.rows import Rows
from uvdive.tui.words.decisions import Item

_INDENT = 3
"""Cells before the words of a row that is no alternative."""
_BYTES = 10
"""Cells for what an alternative changes in bytes."""
_LEAST = 8
"""Cells that words have at least; what then does not fit is cut."""
_FAINT = "$foreground 66%"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the screen: the place of its item, and what it shows; only an item's first can be gone to."""

    item: int
    first: bool
    content: Content


class DecisionList(Rows):
    """Warnings first, then what could save more, the choices, what changes; Enter on an alternative takes it.

    An item has as many lines as its words need. ``cursor`` is the first line of the selected one.
    """

    # Rows are folded for one width: it must not change when a scrollbar comes.
    DEFAULT_CSS = """
    DecisionList { scrollbar-gutter: stable; }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.plan: RewritePlan | None = None
        self.items: list[Item] = []
        self._lines: list[_Line] = []
        self._placed: dict[str, bool] = {}

    def show(self, plan: RewritePlan) -> None:
        """Show a plan; the cursor stays on its decision or alternative."""
        was = self.selected
        self.plan = plan
        groups = grouped(plan, self._placed)
        self._placed |= {each.id: True for each in groups.savings} | {
            each.id: False for each in groups.choices
        }
        self.items = []
        for heading, about, rows in (
            (HEADING, plan.ladder, _rungs(plan)),
            (WARNINGS, groups.warnings, [Item(warning=warning) for warning in groups.warnings]),
            (SAVINGS, groups.savings, [item for each in groups.savings for item in _savings(each)]),
            (CHOICES, groups.choices, [item for each in groups.choices for item in _choices(each)]),
            (CHANGES, groups.changes, [Item(decision) for decision in groups.changes]),
            (HEADING, (), [Item(lacks=why)] if (why := why_none(plan)) else []),
        ):
            told = heading if heading == HEADING else f"{heading} ({len(about)})"
            self.items += [Item(heading=told), *rows] if rows else []
        self._fold()
        first = next((i for i, item in enumerate(self.items) if not item.heading), 0)
        self.changed(self._line_of(next((i for i, item in enumerate(self.items) if _same(item, was)), first)))

    def on_resize(self) -> None:
        """Fold the words for the new width; the cursor stays on its item."""
        place = self._lines[self.cursor].item if self.cursor < len(self._lines) else 0
        self._fold()
        self.virtual_size = Size(self.scrollable_content_region.width, self.count)
        self.cursor = self._line_of(place)
        super().on_resize()

    def _line_of(self, place: int) -> int:
        return next((i for i, line in enumerate(self._lines) if line.item == place), 0)

    def _fold(self) -> None:
        width = max(20, self.scrollable_content_region.width)
        self._lines = [
            _Line(place, number == 0, content)
            for place, item in enumerate(self.items)
            for number, content in enumerate(_drawn(item, width))
        ]

    def validate_cursor(self, index: int) -> int:
        """A heading is passed over, in the way that the cursor goes; an item's other lines are its first."""
        if not 0 <= index < self.count:
            return index
        here = self._lines[self.cursor].item if self.cursor < self.count else -1
        place = self._lines[index].item
        step = -1 if index < self.cursor else 1
        if place == here and index > self.cursor:
            place += 1
        for near in (place, place + step, place - step, here):
            if 0 <= near < len(self.items) and not self.items[near].heading:
                return self._line_of(near)
        return index

    def lit(self, index: int) -> bool:
        """All lines of the selected item."""
        return self.cursor < self.count and self._lines[index].item == self._lines[self.cursor].item

    def _show_cursor(self) -> None:
        """All lines of the selected item, and its group's heading above the first one."""
        height = self.scrollable_content_region.height
        if height <= 0 or self.cursor >= self.count:
            return
        last = max(i for i in range(self.count) if self.lit(i))
        above = 1 if self.cursor and self.items[self._lines[self.cursor - 1].item].heading else 0
        top, first = round(self.scroll_target_y), self.cursor - above
        if last >= top + height:
            top = last - height + 1
        self.scroll_to(y=min(top, first), animate=False, force=True)

    def empty(self) -> str:
        """Why there are no rows."""
        return self.EMPTY if self.plan is None else "Nothing to decide."

    @property
    def selected(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self._lines[self.cursor].item] if self.cursor < len(self._lines) else None

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def row(self, index: int, width: int) -> Content:
        """A line as it was folded."""
        line = self._lines[index].content
        return line.truncate(width, ellipsis=True) if line.cell_length > width else line


def _rungs(plan: RewritePlan) -> list[Item]:
    """The steps of the ladder, and the row that goes down by itself where one can be had beside the plan."""
    more = [rung for rung in plan.ladder if not rung.why]
    down = [Item(descends=True)] if len(more) > 1 else []
    return [*(Item(rung=rung) for rung in plan.ladder), *down]


def _choices(decision: Decision) -> list[Item]:
    return [Item(decision), *(Item(decision, other) for other in decision.alternatives)]


def _savings(decision: Decision) -> list[Item]:
    """Of a decision that could save more: what would; of one that does: what is chosen, and the ways back."""
    changes = {other.value: change_of(decision, other) or 0 for other in decision.alternatives}
    less = [other for other in decision.alternatives if changes[other.value] < 0]
    shown = sorted(less, key=lambda other: changes[other.value]) or [
        *(other for other in decision.alternatives if other.value == decision.chosen),
        *(other for other in decision.alternatives if other.value != decision.chosen),
    ]
    return [Item(decision, other, saves=True) for other in shown]


def _drawn(item: Item, width: int) -> list[Content]:
    """The lines of an item."""
    if item.heading:
        return [Content.styled(item.heading, "bold $text-accent")]
    if item.rung is not None or item.descends or item.lacks:
        return _rung(item, width)
    if item.warning is not None:
        about = item.warning
        mark = Content.styled(" ! ", "bold $text-warning")
        return _hanging(mark, visible(about.text), "", _source(about.line, about.rule), width)
    assert item.decision is not None
    decision, source = item.decision, _source(item.decision.line, item.decision.rule)
    if item.alternative is None:
        words = subject(decision) if decision.alternatives else decision.summary
        return _hanging(Content(" " * _INDENT), visible(words), "", source, width)
    chosen = item.alternative.value == decision.chosen
    words = visible(item.alternative.summary or item.alternative.value)
    sign, bytes_ = "●" if chosen else "○", "" if chosen else _change(item)
    style = "bold" if chosen else ""
    if item.saves:
        told = f"{visible(subject(decision))}: {words}"
        return _hanging(Content(f" {sign} "), told, bytes_, source, width, style)
    return _hanging(Content(f"{' ' * _INDENT}{sign} "), words, bytes_, "", width, style)


def _rung(item: Item, width: int) -> list[Content]:
    """A step of the ladder with its bytes, or why it is none; the way down it; why there is no ladder."""
    rung = item.rung
    if rung is None:
        mark, told = ("–", item.lacks) if item.lacks else ("▾", "Prove the leanest, step by step down")
        return _hanging(Content(f" {mark} "), visible(told), "", "", width)
    sign = "●" if rung.chosen else "–" if rung.why or rung.failed else "○"
    why = f": {rung.why}" if rung.why else f", not proven: {rung.failed}" if rung.failed else ""
    told = "" if rung.predicted_bytes is None else size(rung.predicted_bytes)
    style = "bold" if rung.chosen else _FAINT if rung.why else ""
    return _hanging(Content(f" {sign} "), visible(f"{rung.words}{why}"), told, "", width, style)


def _change(item: Item) -> str:
    assert item.decision is not None
    assert item.alternative is not None
    change = change_of(item.decision, item.alternative)
    return "" if change is None else delta(change) if change else "same"


def _source(line: int | None, rule: str) -> str:
    """Where something comes from: the line of the Dockerfile and the rule."""
    return visible(rule if line is None else f"L{line} {rule}")


def _hanging(
    mark: Content, words: str, bytes_: str, source: str, width: int, style: str = ""
) -> list[Content]:
    """Words folded beside their mark; bytes end the first line, the source the last one."""
    tail = Content(right(bytes_, _BYTES) if bytes_ else "")
    room = max(_LEAST, width - mark.cell_length - tail.cell_length - 1)
    lines = Content(words).wrap(room)
    tails = [tail, *(Content("") for _ in lines[1:])]
    if source:
        end = Content.styled(f" {source}", _FAINT)
        if mark.cell_length + lines[-1].cell_length + tails[-1].cell_length + end.cell_length >= width:
            lines.append(Content(""))
            tails.append(Content(""))
        tails[-1] = tails[-1] + end
    blank = Content(" " * mark.cell_length)
    return [
        _ended((blank if number else mark) + line.stylize_before(style), tails[number], width)
        for number, line in enumerate(lines)
    ]


def _ended(line: Content, tail: Content, width: int) -> Content:
    """A line with something at its end, one cell before the edge; what ends it begins with a blank."""
    gap = max(0, width - 1 - line.cell_length - tail.cell_length)
    return Content.assemble(line, " " * gap, tail) if tail.cell_length else line


def _same(item: Item, was: Item | None) -> bool:
    if was is not None and (was.rung is not None or was.descends):
        same = was.rung is not None and item.rung is not None and item.rung.id == was.rung.id
        return same or (was.descends and item.descends)
    if was is not None and was.lacks:
        return bool(item.lacks)
    if was is None or was.decision is None or item.decision is None:
        return False
    value = item.alternative.value if item.alternative else None
    return item.decision.id == was.decision.id and value == (
        was.alternative.value if was.alternative else None
    )
