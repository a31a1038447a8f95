"""The tables of keys, from the app's tables of actions."""

from __future__ import annotations

from collections.abc import Iterable

from uvdive.tui.frame.actions import Action
from uvdive.tui.keys.tables import TABLES
from writers.text import table

TITLES = {
    "explore": "In the explorer",
    "build": "While the image is built",
    "rewrite": "In the rewrite",
    "list": "In findings, waste and packages",
    "dockerfile": "In the Dockerfile",
    "pick": "In the list of what to open",
    "viewer": "In a file",
    "history": "In the history of a path",
    "compare": "In two images side by side",
    "difference": "In a file of two images",
    "map": "In the map",
}
NAMES = {
    "slash": "/",
    "question_mark": "?",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "ctrl+t": "Ctrl+T",
}


def tables() -> str:
    """All screens, one after the other; what most of them share comes last, once."""
    shared = _shared()
    parts = []
    for actions in TABLES:
        kind = actions[0].id.partition(".")[0]
        own = [action for action in actions if _words(action) not in shared]
        parts += [f"## {TITLES[kind]}", "", _table(own, ids=True), ""]
    rows = [action for action in TABLES[0] if _words(action) in shared]
    return "\n".join([*parts, "## On every screen", "", _table(rows, ids=False)])


def _words(action: Action) -> tuple[str, str]:
    return action.keys, action.tooltip


def _shared() -> set[tuple[str, str]]:
    """What the first screen and at least one half of the others say with the same key and words."""
    said = [{_words(action) for action in actions} for actions in TABLES]
    return {words for words in said[0] if sum(words in each for each in said) > len(said) / 2}


def _table(actions: Iterable[Action], *, ids: bool) -> str:
    head = ("key", "what it does", "name in a keymap") if ids else ("key", "what it does")
    rows = []
    for action in actions:
        row = (_keys(action.keys), f"**{action.label}.** {action.tooltip}")
        rows.append((*row, f"`{action.id}`") if ids else row)
    return table(head, rows)


def _keys(keys: str) -> str:
    return " ".join(f"`{NAMES.get(key, key)}`" for key in keys.split(","))
