"""What the rewrite's rows are about, and what there is to say of one: its reason, and its rule's page."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from uvdive.base.units import delta, size
from uvdive.output.as_text.plan_groups import change_of
from uvdive.rewrite.plan import Alternative, Decision, PlanWarning, RewritePlan, Rung
from uvdive.rewrite.rules.explain import explain
from uvdive.tui.frame.text import visible
from uvdive.tui.words.pages import titled

DESCENDS = (
    "Enter builds and proves the leanest step. Where it is not proven the next one is built, down to the "
    "plainest, and each step says why it is not proven."
)
_PAGES = {"multi-stage": ("R2",), "distroless": ("final-base",), "trimmed": ("R62", "trim")}
"""The pages of a step of the ladder."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row: a decision, one of its alternatives, a warning, the refusal, or what a group is about.

    ``saves`` is an alternative that stands for its whole decision, as it would save more. ``rung`` is a
    step of the ladder, ``descends`` the row that goes down it by itself, ``lacks`` why there is no ladder.
    """

    decision: Decision | None = None
    alternative: Alternative | None = None
    warning: PlanWarning | None = None
    refused: bool = False
    heading: str = ""
    saves: bool = False
    rung: Rung | None = None
    descends: bool = False
    lacks: str = ""


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
    """Why, in full: the reason of a decision or the words of a warning; then the rule's page."""
    told = _told(item)
    found = pages(plan, item)[:1]
    return Content("\n\n").join([told, *(titled(page) for page in found)])


def pages(plan: RewritePlan, item: Item) -> tuple[str, ...]:
    """The pages of a row, in Markdown: of its rule, and where it is a choice, of that."""
    if item.rung is not None:
        return tuple(explain(name) for name in _PAGES[item.rung.id])
    if item.descends:
        return (explain("R46"),)
    if item.lacks:
        return (explain("final-base"),)
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


def _of_rung(rung: Rung) -> Content:
    """What a step of the ladder is, what leads to it, and what became of it."""
    told = "" if rung.predicted_bytes is None else f"  {size(rung.predicted_bytes)} predicted"
    lines = [Content.assemble((visible(rung.words), "bold"), (told, "$foreground 66%"))]
    if rung.why:
        lines.append(Content(f"It cannot be had: {visible(rung.why)}"))
    if rung.failed:
        lines.append(Content.styled(f"It is not proven: {visible(rung.failed)}", "$text-warning"))
    lines += [Content(visible(f"{name}: {value}")) for name, value in rung.choices if not rung.why]
    if not (rung.why or rung.chosen):
        lines.append(Content.styled("Enter takes this one.", "$text-accent"))
    return Content("\n").join(lines)


def _told(item: Item) -> Content:
    if item.rung is not None:
        return _of_rung(item.rung)
    if item.descends:
        return Content(DESCENDS)
    if item.lacks:
        return Content(visible(item.lacks))
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
    for other in decision.alternatives:
        mark = "●" if other.value == decision.chosen else "○"
        bytes_ = other.predicted_bytes
        told = f"  {size(bytes_)}" if bytes_ is not None else ""
        change = change_of(decision, other)
        if change and other.value != decision.chosen:
            told += f" ({delta(change)})"
        parts.append(
            Content.assemble(f"{mark} {visible(other.summary or other.value)}", (told, "$foreground 66%"))
        )
    if item.alternative is not None and item.alternative.value != decision.chosen:
        parts.append(Content.styled("Enter takes this one.", "$text-accent"))
    return Content("\n").join(parts)
