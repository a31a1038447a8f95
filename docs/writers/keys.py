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
    "growth": "In the history of an image (`uvdive log`)",
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
    "plus": "+",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
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
    every = ["## On every screen", "", _table(rows, ids=False), ""]
    return "\n".join([*parts, *every, "## One key on all screens", "", ABOUT_KEYS, "", _across(shared)])


ABOUT_KEYS = """A key does the same wherever it is there, or something of the same kind: `i` opens what is \
selected, `y` copies it, `d` is about the Dockerfile, `r` plans or builds again, `v` shows the same in \
another way, `E` writes a report. Where a key does something else on another screen, both screens show it \
in the line at the bottom, where that has room for it."""


def _across(shared: set[tuple[str, str]]) -> str:
    """Which key does what on which screen: a row for each key, with the screens that have it."""
    rows: dict[str, dict[str, list[str]]] = {}
    for actions in TABLES:
        kind = actions[0].id.partition(".")[0]
        for action in actions:
            if _words(action) in shared or action.id.split(".")[1] in _MOVING:
                continue
            for key in action.keys.split(","):
                rows.setdefault(key, {}).setdefault(action.label, []).append(SCREENS[kind])
    told = (
        (_keys(key), "; ".join(f"**{label}**: {', '.join(where)}" for label, where in found.items()))
        for key, found in sorted(rows.items(), key=lambda row: (NAMES.get(row[0], row[0]).lower(), row[0]))
    )
    return table(("key", "what it does, and where"), told)


SCREENS = {
    "explore": "explorer",
    "build": "first build",
    "rewrite": "rewrite",
    "list": "findings, waste, packages",
    "dockerfile": "Dockerfile",
    "pick": "what to open",
    "viewer": "file",
    "history": "history",
    "compare": "two images",
    "difference": "file of two images",
    "map": "map",
    "growth": "history of an image",
}
_MOVING = frozenset({"pane", "next", "previous", "zoom", "back", "help", "quit"})


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
