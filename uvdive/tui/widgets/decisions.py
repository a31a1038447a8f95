"""The list of what the rewrite decided, with the choices one can make, and its warnings."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from uvdive.base.units import delta, size
from uvdive.output.plan_groups import CHANGES, CHOICES, KNOW, grouped
from uvdive.rewrite.plan import Alternative, Decision, PlanWarning, RewritePlan
from uvdive.rewrite.rules.explain import explain
from uvdive.tui.frame.text import visible
from uvdive.tui.widgets.rows import Rows
from uvdive.tui.words.pages import titled


@dataclass(frozen=True, slots=True)
class Item:
    """One row: a decision, one of its alternatives, a warning, the refusal, or what a group is about."""

    decision: Decision | None = None
    alternative: Alternative | None = None
    warning: PlanWarning | None = None
    refused: bool = False
    heading: str = ""


class DecisionList(Rows):
    """What changes, what one may choose, what to know; Enter on an alternative chooses it."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.plan: RewritePlan | None = None
        self.items: list[Item] = []

    def show(self, plan: RewritePlan) -> None:
        """Show a plan; the cursor stays on its decision or alternative."""
        was = self.selected
        self.plan = plan
        self.items = [Item(refused=True)] if plan.refusal is not None else []
        done, open_ = grouped(plan)
        choices = [
            [Item(decision), *(Item(decision, other) for other in decision.alternatives)]
            for decision in open_
        ]
        for heading, rows in (
            (CHANGES, [Item(decision) for decision in done]),
            (CHOICES, [item for items in choices for item in items]),
            (KNOW, [Item(warning=warning) for warning in plan.warnings]),
        ):
            self.items += [Item(heading=heading), *rows] if rows else []
        first = next((i for i, item in enumerate(self.items) if not item.heading), 0)
        self.changed(next((i for i, item in enumerate(self.items) if _same(item, was)), first))

    def validate_cursor(self, index: int) -> int:
        """A heading is passed over, in the way that the cursor goes."""
        step = -1 if index < self.cursor else 1
        for near in (index, index + step, index - step):
            if 0 <= near < self.count and not self.items[near].heading:
                return near
        return index

    def empty(self) -> str:
        """Why there are no rows."""
        return self.EMPTY if self.plan is None else "Nothing to decide."

    @property
    def selected(self) -> Item | None:
        """The row under the cursor."""
        return self.items[self.cursor] if self.cursor < len(self.items) else None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.items)

    def row(self, index: int, width: int) -> Content:
        """The line, the summary and the rule, or the alternative with its size."""
        item = self.items[index]
        if item.heading:
            return Content.styled(item.heading, "bold")
        if item.warning is not None:
            about = item.warning
            return _ruled("!  ", _line(about.line), visible(about.text), visible(about.rule), width)
        if item.decision is None:
            return Content.styled("×  not rewritten", "bold $text-error")
        if item.alternative is not None:
            return self._alternative(item.decision, item.alternative, width)
        what = item.decision
        return _ruled("   ", _line(what.line), visible(what.summary), visible(what.rule), width)

    def _alternative(self, decision: Decision, other: Alternative, width: int) -> Content:
        chosen = other.value == decision.chosen
        tail = size(other.predicted_bytes) if other.predicted_bytes is not None else ""
        text = Content.assemble(
            f"        {'●' if chosen else '○'} ",
            (visible(other.summary or other.value), "bold" if chosen else ""),
        )
        room = width - len(tail) - 1
        return text.truncate(room, ellipsis=True, pad=True).append(f" {tail}")


def _ruled(mark: str, line: tuple[str, str], text: str, rule: str, width: int) -> Content:
    """A row with its rule at the end."""
    row = Content.assemble((mark, "bold $text-warning"), line, text)
    return row.truncate(max(0, width - len(rule) - 1), ellipsis=True, pad=True).append_text(
        f" {rule}", "$foreground 66%"
    )


def _line(number: int | None) -> tuple[str, str]:
    """The column for the line of the Dockerfile."""
    return f"{'' if number is None else f'L{number}':<5}", "$foreground 66%"


def _same(item: Item, was: Item | None) -> bool:
    if was is None or was.decision is None or item.decision is None:
        return False
    value = item.alternative.value if item.alternative else None
    return item.decision.id == was.decision.id and value == (
        was.alternative.value if was.alternative else None
    )


def lines_of(plan: RewritePlan, item: Item) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The lines that a row is about: of the old Dockerfile, and of the new one."""
    if item.decision is not None:
        line, new = item.decision.line, item.decision.new_lines
    elif item.warning is not None:
        line, new = item.warning.line, ()
    else:
        line, new = None if plan.refusal is None else plan.refusal.line, ()
    return () if line is None else (line,), new


def reason(plan: RewritePlan, item: Item) -> Content:
    """Why, in full: the reason of a decision, the words of a warning or the refusal; then the rule's page."""
    told = _told(plan, item)
    found = pages(plan, item)[:1]
    return Content("\n\n").join([told, *(titled(page) for page in found)])


def pages(plan: RewritePlan, item: Item) -> tuple[str, ...]:
    """The pages of a row, in Markdown: of its rule, and where it is a choice, of that."""
    about = plan.refusal if item.refused else item.warning or item.decision
    if about is None:
        return ()
    rule = explain(about.rule)
    if item.decision is None or not item.decision.alternatives:
        return (rule,)
    return rule, explain(item.decision.id)


def _where(line: int | None, rule: str) -> tuple[str, str]:
    """Line and rule, behind what they are about."""
    return f" ({'' if line is None else f'line {line}, '}{visible(rule)})", "$foreground 66%"


def _told(plan: RewritePlan, item: Item) -> Content:
    if item.refused and plan.refusal is not None:
        return Content.assemble(
            ("Not rewritten\n", "bold $text-error"),
            visible(plan.refusal.reason, keep="\n"),
            _where(plan.refusal.line, plan.refusal.rule),
            "\nTo build the image first would not help." if plan.refusal.by_image is False else "",
        )
    if item.warning is not None:
        text = visible(item.warning.text, keep="\n")
        return Content.assemble(text, _where(item.warning.line, item.warning.rule))
    decision = item.decision
    if decision is None:
        return Content("")
    parts = [
        Content.assemble((visible(decision.summary), "bold"), _where(decision.line, decision.rule)),
        *([Content(visible(decision.reason, keep="\n"))] if decision.reason else []),
    ]
    sizes = {other.value: other.predicted_bytes for other in decision.alternatives}
    now = sizes.get(decision.chosen)
    for other in decision.alternatives:
        mark = "●" if other.value == decision.chosen else "○"
        bytes_ = other.predicted_bytes
        told = f"  {size(bytes_)}" if bytes_ is not None else ""
        if bytes_ is not None and now is not None and bytes_ != now:
            told += f" ({delta(bytes_ - now)})"
        parts.append(
            Content.assemble(f"{mark} {visible(other.summary or other.value)}", (told, "$foreground 66%"))
        )
    if item.alternative is not None and item.alternative.value != decision.chosen:
        parts.append(Content.styled("Enter takes this one.", "$text-accent"))
    return Content("\n").join(parts)
