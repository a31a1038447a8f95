"""The help: every key of a screen, and what the signs mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from uvdive.ledger.owners import OWNERS
from uvdive.tui.frame.actions import Action, ActionScreen
from uvdive.tui.frame.theme import LOOKS, MIXED, glyph
from uvdive.tui.screens.dialogs.page import Page
from uvdive.tui.widgets.lists.hanging import Hanging, Pair

_EVERYWHERE = (
    ("↑ ↓ j k", "Move. PgUp, PgDn, ^u, ^d by pages, g and G to the ends."),
    ("→ ← l", "Open, close, go to the folder above. Enter and Space toggle."),
    ("n N", "The next match, and the one before."),
    ("^p", "All commands, themes too."),
)


_GROUPS = (_LOOK, _FILTER, _ACT) = ("Look", "Filter", "Act")
_FILTERS = frozenset(
    {"filter", "how", "owner", "change", "bigger", "sort", "search", "following", "preceding"}
)
_ACTS = frozenset({
    "rewrite", "extract", "export", "copy", "stop", "build", "start", "settings", "repair", "time", "report",
    "write", "undo", "again", "quit",
})  # fmt: skip
"""What actions do more than show something, by the word behind their screen's in their ids."""


def group_of(action: Action) -> str:
    """Where an action stands in the help: does it show something, leave something out, or do something?"""
    name = action.id.split(".")[1]
    return _FILTER if name in _FILTERS else _ACT if name in _ACTS else _LOOK


class Help(Page):
    """Every action of a screen with its keys, and what the signs mean."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "dismiss", "Close")]

    def __init__(self, screen: ActionScreen) -> None:
        super().__init__("Keys and signs")
        self._of = screen

    def parts(self) -> Iterator[Widget]:
        """The actions, and below them the signs."""
        if self._of.HELP:
            yield Static(Content(self._of.HELP), classes="dialog-do")
        yield Static(self._signs(), classes="dialog-signs")
        for group in _GROUPS:
            rows = tuple(self._rows(group))
            if rows:
                yield Static(Content.styled(group, "bold"), classes="dialog-signs")
                yield Hanging(rows)

    def _rows(self, group: str) -> Iterator[Pair]:
        """The actions of a group with their keys; those that look end with the keys of every list."""
        for action in self._of.ACTIONS:
            if group_of(action) != group:
                continue
            shown = " ".join(self._display(key) for key in self._of.keys_of(action))
            problem = self._of.problem_of(action)
            words = Content.assemble(
                (action.tooltip, "$foreground 66%" if problem else ""),
                (f" ({problem})" if problem else "", "italic $foreground 66%"),
            )
            yield Content.styled(shown, "bold $text-accent"), words
        for keys, told in _EVERYWHERE if group == _LOOK else ():
            yield Content.styled(keys, "bold $text-accent"), Content(told)

    def _signs(self) -> Content:
        lines = [
            Content.assemble(
                ("+", "$sign-added"),
                " added  ",
                ("~", "$sign-changed"),
                " changed  ",
                ("-", "$sign-removed"),
                f" removed  {MIXED} several owners",
            ),
            Content(""),
        ]
        lines += [
            Content.assemble(glyph(owner), f" {owner:<13}", (LOOKS[owner].words, "$foreground 66%"))
            for owner in OWNERS
        ]
        return Content("\n").join(lines)

    def _display(self, key: str) -> str:
        return self.app.get_key_display(Binding(key, ""))
