"""What the pane "Why" says of a row: its own reason first, then the page of its rule."""

from __future__ import annotations

import pytest
from screens.driving import plan

from uvdive.rewrite.rules.explain import explain
from uvdive.tui.words.decisions import Item, reason

PLAN = plan("Dockerfile")
OTHER = PLAN.decisions[0].alternatives[1]
ROWS = {
    "decision": (PLAN, Item(decision=PLAN.decisions[0]), "R4", "uv brought its own."),
    "value": (PLAN, Item(PLAN.decisions[0], OTHER), "R4", "Enter takes this one."),
    "warning": (PLAN, Item(warning=PLAN.warnings[0]), "R21", "PID 1 ignores"),
}


@pytest.mark.parametrize("row", ROWS)
def test_a_reason_is_followed_by_the_page_of_its_rule(row: str) -> None:
    made, item, rule, own = ROWS[row]
    text = reason(made, item).plain
    title = explain(rule).partition("\n")[0].removeprefix("# ")
    assert 0 <= text.index(own) < text.index(title) < text.index("What you can do")


def test_a_row_of_nothing_says_nothing() -> None:
    assert reason(PLAN, Item()).plain == ""
