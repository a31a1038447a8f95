"""Something long to read, over a screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static


class Page(ModalScreen[None]):
    """A text below its title; it scrolls as a whole."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,i", "dismiss", "Close"),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, title: str, body: Content | None = None) -> None:
        super().__init__()
        self._title = title
        self._body = body

    def parts(self) -> Iterator[Widget]:
        """What there is to read, from the top."""
        if self._body is not None:
            yield Static(self._body)

    def compose(self) -> ComposeResult:
        """The title stays, the parts scroll."""
        with Vertical(classes="dialog dialog-page"):
            yield Static(Content.styled(self._title, "bold"), classes="dialog-title")
            with VerticalScroll(classes="dialog-body"):
                yield from self.parts()
            yield Static(Content.styled("Esc closes · ↑ ↓ scroll", "$foreground 66%"))

    def action_scroll(self, by: int) -> None:
        """Scroll with j and k too."""
        self.query_one(".dialog-body").scroll_relative(y=by, animate=False)
