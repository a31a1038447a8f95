"""Modal dialogs that ask where to write something, and as what."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from uvdive.tui.frame.text import visible
from uvdive.tui.widgets.path_input import PathInput


def taken(path: Path) -> str:
    """Why nothing new can be written there; empty where it can."""
    if os.path.lexists(path):
        return f"{path} exists already."
    return "" if path.parent.is_dir() else f"There is no folder {path.parent}."


class AskTarget(ModalScreen[Path | None]):
    """Asks where to write something; answers with a path, or None.

    Args:
        title: what is written.
        name: the path that is proposed.
        words: what there is to know about it.
        problem: why nothing can be written at a path; by default because something is there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def __init__(
        self, title: str, name: str, words: str = "", *, problem: Callable[[Path], str] = taken
    ) -> None:
        super().__init__()
        self._problem = problem
        self._title = title
        self._name = name
        self._words = words

    def compose(self) -> ComposeResult:
        """A line to type in, with a proposal."""
        with Vertical(classes="dialog"):
            yield Static(Content.styled(self._title, "bold"), classes="dialog-title")
            if self._words:
                yield Static(Content(self._words), classes="dialog-do")
            yield PathInput(self._name, id="path", compact=True, select_on_focus=False)
            yield Static(id="path-problem")
            yield Static(Content.styled("Enter writes it · Tab completes · Esc goes back", "$foreground 66%"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the path if it can be written."""
        event.stop()
        text = event.value.strip()
        path = Path(text).expanduser()
        problem = self._problem(path) if text else "Type a name."
        if problem:
            told = Content.styled(visible(problem), "$text-error")
            self.query_one("#path-problem", Static).update(told)
        else:
            self.dismiss(path)

    def action_leave(self) -> None:
        """Without an answer."""
        self.dismiss(None)


FORMS = (
    ("json", "JSON", "every figure, for programs"),
    ("markdown", "Markdown", "a summary, for a pull request"),
    ("html", "HTML", "a page with the map, for any browser"),
    ("saved", "Saved report", "all but file contents; uvdive opens it again"),
    ("svg", "SVG", "this screen as it is, with any secret on it"),
)
"""What can be exported: the id, its name, what it is good for."""


class AskForm(ModalScreen[str | None]):
    """Asks as what to export; answers with the id of a form, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back"),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
    ]

    def compose(self) -> ComposeResult:
        """The forms, one a line."""
        with Vertical(classes="dialog"):
            yield Static(Content.styled("Export", "bold"), classes="dialog-title")
            yield OptionList(
                *(
                    Option(Content.assemble((f"{name:<14}", "bold"), words), id=form)
                    for form, name, words in FORMS
                ),
                compact=True,
            )
            yield Static(
                Content.styled("What looks like a secret is left out of the first four.", "$foreground 66%"),
                id="export-note",
            )
            yield Static(Content.styled("Enter takes it · Esc goes back", "$foreground 66%"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(event.option_id)

    def action_leave(self) -> None:
        """Without an answer."""
        self.dismiss(None)
