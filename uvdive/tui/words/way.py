"""The way through a rewrite in one line: look, plan, prove, write; where one is, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from textual.content import Content
from textual.style import Style

from uvdive.tui.frame.text import visible

State = Literal["running", "done", "failed", "doubtful"]

STEPS = ("Look", "Plan", "Prove", "Write")
LOOK, PLAN, PROVE, WRITE = range(len(STEPS))

_MARKS: Mapping[State, tuple[str, str]] = {
    "running": ("●", "$text-warning"),
    "done": ("✓", "$text-success"),
    "failed": ("×", "$text-error"),
    "doubtful": ("?", "$text-warning"),
}
_FAINT = "$foreground 66%"
_ARROW = (" → ", _FAINT)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one is on the way: the step, how it stands, and what to do next in a few words.

    ``ends`` is whether no step comes after this one: there is nothing to prove or to write.
    """

    step: int
    state: State
    next: str = ""
    ends: bool = False


def way(stand: Stand, keys: Mapping[int, str], actions: Mapping[int, str], width: int) -> Content:
    """The line, with what to do next at its end where there is room for it.

    Args:
        stand: where one is.
        keys: the key that begins a step, by step; those without one have none.
        actions: what a click on a step does.
        width: cells.
    """
    parts: list[Content | tuple[str, str]] = []
    for step, name in enumerate(STEPS):
        told = _step(step, f"{step + 1} {name}", stand, keys.get(step, ""))
        if step in actions:
            told = told.stylize(Style.from_meta({"@click": actions[step]}))
        parts += [_ARROW, told] if step else [told]
    line = Content.assemble(*parts)
    following = Content.styled(visible(stand.next), "bold")
    room = width - line.cell_length - 3
    if not stand.next or room < min(following.cell_length, 12):
        return line
    return Content.assemble(line, "   ", following.truncate(room, ellipsis=True))


def _step(step: int, name: str, stand: Stand, key: str) -> Content:
    if step < stand.step:
        return Content.assemble(_MARKS["done"], f" {name}")
    if step == stand.step:
        return Content.styled(f" {_MARKS[stand.state][0]} {name} ", "reverse bold")
    named = f"{name} ({key})" if key and not stand.ends else name
    return Content.styled(named, _FAINT if stand.ends or step > stand.step + 1 else "")
