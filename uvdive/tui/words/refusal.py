"""What a refused rewrite shows in place of a plan: why, the line in the file, and what to do."""

from __future__ import annotations

from textual.content import Content

from uvdive.rewrite.plan import Refusal, RewritePlan
from uvdive.rewrite.rules.explain import explain
from uvdive.tui.frame.text import paragraph, visible
from uvdive.tui.words.pages import section, title_of

AROUND = 3
"""So many lines of the file stand before and behind the refused one."""
_NUMBER = 7
"""Cells for the mark and the number of a line, and the gap behind them."""
_FAINT = "$foreground 66%"


def refusal_words(plan: RewritePlan, refusal: Refusal, width: int) -> Content:
    """The whole of it; only the line in the file is folded for ``width`` cells."""
    page = explain(refusal.rule)
    parts = [
        Content.styled(f"× {visible(plan.dockerfile)} is not rewritten", "bold $text-error"),
        paragraph(refusal.reason),
    ]
    if refusal.line is not None:
        parts.append(_excerpt(plan, refusal.line, width))
    if refusal.by_image is False:
        parts.append(Content("To build the image first would not help."))
    parts += [
        _part("What you can do", section(page, "What you can do")),
        _part("Why", section(page, "Why")),
        *(_part("Warning", paragraph(warning.text)) for warning in plan.warnings),
        Content.styled(f"{title_of(page)}: i opens its page", _FAINT),
    ]
    return Content("\n\n").join(part for part in parts if part)


def _part(title: str, body: Content) -> Content:
    return Content("\n").join([Content.styled(title, "bold"), body]) if body else Content("")


def _excerpt(plan: RewritePlan, at: int, width: int) -> Content:
    """The refused line whole and marked, between its neighbours, which are cut."""
    lines = plan.original.splitlines()
    room = max(20, width - _NUMBER)
    shown = []
    for number in range(max(1, at - AROUND), min(len(lines), at + AROUND) + 1):
        text = Content(visible(lines[number - 1]))
        if number != at:
            cut = text.truncate(room, ellipsis=True)
            shown.append(Content.styled(f"{number:>{_NUMBER - 2}}  {cut.plain}", _FAINT))
            continue
        for place, part in enumerate(text.wrap(room)):
            head = f"▌{'' if place else number:>{_NUMBER - 3}}  "
            shown.append(Content.styled(f"{head}{part.plain}", "bold $text-error"))
    return Content("\n").join(shown)
