"""The help: every key of a screen, and what the signs mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from uvdive.ledger.owners import OWNERS
from uvdive.tui.frame.actions import ActionScreen
from uvdive.tui.frame.theme import LOOKS, MIXED, glyph
from uvdive.tui.widgets.hanging import Hanging, Pair

_EVERYWHERE = (
    ("↑ ↓ j k", "Move. PgUp, PgDn, ^u, ^d by pages, g and G to the ends."),
    ("→ ← l h", "Open, close, go to the folder above. Enter and Space toggle."),
    ("n N", "Next match and the one before."),
    ("^p", "All commands, themes too."),
)


class Help(ModalScreen[None]):
    """Every action of a screen with its keys, and what the signs mean."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "Close"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, screen: ActionScreen) -> None:
        super().__init__()
        self._of = screen

    def compose(self) -> ComposeResult:
        """The actions, and below them the signs; it scrolls as a whole."""
        with Vertical(classes="dialog dialog-help"):
            yield Static(Content.styled("Keys and signs", "bold"), classes="dialog-title")
            with VerticalScroll(classes="dialog-body"):
                if self._of.HELP:
                    yield Static(Content(self._of.HELP), classes="dialog-do")
                yield Hanging(tuple(self._rows()))
                yield Static(self._signs(), classes="dialog-signs")
            yield Static(Content.styled("Esc closes · ↑ ↓ scroll", "$foreground 66%"))

    def _rows(self) -> Iterator[Pair]:
        """The actions with their keys, then the keys that every list has."""
        for action in self._of.ACTIONS:
            shown = " ".join(self._display(key) for key in self._of.keys_of(action))
            problem = self._of.problem_of(action)
            words = Content.assemble(
                (action.tooltip, "$foreground 66%" if problem else ""),
                (f" ({problem})" if problem else "", "italic $foreground 66%"),
            )
            yield Content.styled(shown, "bold $text-accent"), words
        for keys, told in _EVERYWHERE:
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

    def action_scroll(self, by: int) -> None:
        """Scroll with j and k too."""
        self.query_one(".dialog-body").scroll_relative(y=by, animate=False)
