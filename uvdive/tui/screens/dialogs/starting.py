"""The dialog that asks what both programs get to start: variables, a file of them, the network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Checkbox, Input, Static

from uvdive.base.errors import UsageError
from uvdive.session.proof.settings import StartWish
from uvdive.tui.frame.text import visible

_FROM_ENVIRONMENT = "uvdive's own environment has it"


class VariableRow(Horizontal):
    """One variable: its name, and its value as dots. A line NAME=VALUE may be typed or pasted whole."""

    def __init__(self, name: str = "", value: str = "") -> None:
        super().__init__(classes="start-row")
        self._variable = name, value

    def compose(self) -> ComposeResult:
        """Two fields beside each other."""
        name, value = self._variable
        yield Input(name, placeholder="NAME", compact=True, classes="start-name", select_on_focus=False)
        yield Static("=")
        yield Input(
            value, placeholder=_without_value(name), password=True, compact=True, classes="start-value"
        )

    @property
    def name_field(self) -> Input:
        """Where the name is typed."""
        return self.query_one(".start-name", Input)

    @property
    def value_field(self) -> Input:
        """Where the value is typed."""
        return self.query_one(".start-value", Input)

    @property
    def variable(self) -> tuple[str, str]:
        """Name and value as typed."""
        return self.name_field.value.strip(), self.value_field.value

    @on(Input.Changed, ".start-name")
    def _named(self, event: Input.Changed) -> None:
        """What follows the sign is the value."""
        name, sign, value = event.value.partition("=")
        if sign:
            self.name_field.value = name
            self.value_field.value = value or self.value_field.value
            self.value_field.focus()
        self.value_field.placeholder = _without_value(name.strip())


def _without_value(name: str) -> str:
    return _FROM_ENVIRONMENT if name in os.environ else "value"


class _Switch(Checkbox, inherit_bindings=False):
    """A checkbox that leaves Enter to the dialog, and tells by a sign, not by a colour alone."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "toggle_button", "Toggle", show=False)]
    BUTTON_LEFT = BUTTON_RIGHT = ""
    BUTTON_INNER = "[ ]"

    def on_mount(self) -> None:
        """Show the first value."""
        self._sign()

    @on(Checkbox.Changed)
    def _sign(self) -> None:
        self.BUTTON_INNER = "[x]" if self.value else "[ ]"
        self.refresh(layout=True)


class AskStart(ModalScreen[StartWish | None]):
    """Asks what both programs get; answers with that, or None.

    Args:
        wish: what was given before, or nothing.
        needs: variables that the program's last words name: each gets a row.
        words: why it is asked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back"),
        Binding("enter", "run", "Build and run"),
    ]

    def __init__(self, wish: StartWish, needs: Sequence[str] = (), words: str = "") -> None:
        super().__init__()
        self._wish = wish
        self._needs = needs
        self._words = words

    def compose(self) -> ComposeResult:
        """The fields, then two buttons."""
        given = {name: value for name, _, value in (item.partition("=") for item in self._wish.given)}
        given |= {name: "" for name in self._needs if name not in given}
        files = self._wish.files
        with Vertical(classes="dialog"):
            yield Static(Content.styled("What both programs get to start", "bold"), classes="dialog-title")
            yield Static(Content(visible(self._words)), classes="dialog-do")
            with VerticalScroll(id="variables", classes="dialog-body", can_focus=False):
                yield from (VariableRow(name, value) for name, value in given.items())
                yield VariableRow()
            with Horizontal(classes="start-row"):
                yield Static("File", classes="start-label")
                yield Input(
                    str(files[0]) if files else "",
                    placeholder="path of a file, one NAME=VALUE a line",
                    id="start-file",
                    compact=True,
                    select_on_focus=False,
                )
            yield _Switch("Let both use the network", self._wish.network, id="start-network", compact=True)
            yield Static(id="path-problem")
            with Horizontal(classes="dialog-buttons"):
                yield Button(Content("Build and run"), id="run", variant="warning", compact=True)
                yield Button(Content("Back"), id="leave", compact=True)
            keys = "Enter runs · Tab goes on · Space ticks · Esc goes back"
            yield Static(Content.styled(keys, "$foreground 66%"))

    def on_mount(self) -> None:
        """Begin with the first row that lacks something."""
        row = next(row for row in self._rows() if not all(row.variable))
        (row.value_field if row.variable[0] else row.name_field).focus()

    def _rows(self) -> Iterator[VariableRow]:
        return iter(self.query(VariableRow))

    @on(Input.Changed, ".start-name")
    def _one_row_more(self) -> None:
        """There is always an empty row to go on with."""
        *_, last = self._rows()
        if last.variable[0]:
            self.query_one("#variables").mount(VariableRow())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_run()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "run":
            self.action_run()
        else:
            self.action_leave()

    def action_run(self) -> None:
        """Take what is there if it says something that can be used; else say what is wrong."""
        try:
            wish = self._filled()
            wish.settings()
        except UsageError as error:
            words = visible(f"{error.what} {error.do}")
            self.query_one("#path-problem", Static).update(Content.styled(words, "$text-error"))
        else:
            self.dismiss(wish)

    def _filled(self) -> StartWish:
        """What the fields say.

        Raises:
            UsageError: a row has only one of both, or there is no such file.
        """
        given = []
        for name, value in (row.variable for row in self._rows()):
            if value and not name:
                raise UsageError("A value has no name.", "Type the variable's name beside it.")
            if value:
                given.append(f"{name}={value}")
            elif name in os.environ:
                given.append(name)
            elif name:
                raise UsageError(f"{name} has no value.", "Type one, or clear its name to leave it out.")
        typed = self.query_one("#start-file", Input).value.strip()
        path = Path(typed).expanduser()
        if typed and not path.is_file():
            raise UsageError(f"There is no file {path}.", "Name another one, or clear the field.")
        network = self.query_one("#start-network", Checkbox).value
        return StartWish(tuple(given), (path,) if typed else (), network)

    def action_leave(self) -> None:
        """Without an answer."""
        self.dismiss(None)
