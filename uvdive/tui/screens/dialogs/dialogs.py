"""Modal dialogs: a question with yes and no, the path of a Dockerfile, an error."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static
from textual.widgets.button import ButtonVariant

from uvdive.base.errors import UvdiveError
from uvdive.base.files.foreign import real
from uvdive.tui.frame.host import host_of
from uvdive.tui.frame.text import paragraph, visible
from uvdive.tui.widgets.path_input import PathInput

LOG_LINES = 20


class Answer(Button):
    """A button of a question; the one that Enter presses has a pointer, not only another colour."""

    def __init__(self, words: str, id: str, variant: ButtonVariant = "default") -> None:  # noqa: A002
        super().__init__(Content(f"  {words} "), id=id, variant=variant, compact=True)
        self._words = words

    def on_focus(self) -> None:
        """Point at it."""
        self.label = Content(f"› {self._words} ")

    def on_blur(self) -> None:
        """Point elsewhere."""
        self.label = Content(f"  {self._words} ")


class Question(ModalScreen[bool]):
    """A question that only an explicit yes answers with True.

    Args:
        title: what is asked.
        body: what will be done.
        yes: what the button says that does it.
        danger: would something be lost, or written that is not proven?
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,q", "answer(False)", "No"),
        Binding("left,right,h,l", "app.focus_next", "Other", show=False),
    ]

    def __init__(self, title: str, body: Content, yes: str, *, danger: bool = False) -> None:
        super().__init__()
        self._title = title
        self._body = body
        self._yes = yes
        self._danger = danger

    def compose(self) -> ComposeResult:
        """Title, what will be done, two buttons; No has the focus."""
        with Vertical(classes="dialog dialog-danger" if self._danger else "dialog"):
            yield Static(Content.styled(self._title, "bold"), classes="dialog-title")
            with VerticalScroll(classes="dialog-body", can_focus=False):
                yield Static(self._body)
            with Horizontal(classes="dialog-buttons"):
                yield Answer(f"{self._yes} (y)", "yes", "error" if self._danger else "warning")
                yield Answer("No (n)", "no")

    def on_mount(self) -> None:
        """A careless Enter must not write anything."""
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer by a click."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:  # noqa: FBT001 - it is the answer
        """Answer by a key."""
        self.dismiss(yes)


class AskPath(ModalScreen[Path | None]):
    """Asks for the Dockerfile that made the image; answers with a file that is there, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def __init__(self, folder: Path, known: Content) -> None:
        super().__init__()
        self._folder = folder
        self._known = known

    def compose(self) -> ComposeResult:
        """Where was looked, a line to type in, and what is known without an answer."""
        with Vertical(classes="dialog"):
            yield Static(Content.styled("Which Dockerfile made this image?", "bold"), classes="dialog-title")
            looked = visible(str(real(self._folder)))
            yield Static(
                Content(f"No Dockerfile in {looked} made it. Type the path of the one that did:"),
                classes="dialog-do",
            )
            near = self._folder / "Dockerfile"
            text = str(near) if near.is_file() else ""
            yield PathInput(text, placeholder="path/to/Dockerfile", id="path", compact=True)
            yield Static(id="path-problem")
            yield Static(self._known, classes="dialog-do")
            yield Static(Content.styled("Enter takes it · Tab completes · Esc goes back", "$foreground 66%"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the path if there is a file; a folder means the Dockerfile in it."""
        path = Path(event.value.strip()).expanduser()
        if path.is_dir():
            path /= "Dockerfile"
        if event.value.strip() and path.is_file():
            self.dismiss(path)
            return
        words = f"There is no file {visible(str(path))}." if event.value.strip() else ""
        self.query_one("#path-problem", Static).update(Content.styled(words, "$text-error"))

    def action_leave(self) -> None:
        """Without an answer."""
        self.dismiss(None)


class Failure(ModalScreen[bool]):
    """What happened, what to do, and the end of the log; answers whether to try again.

    Args:
        error: what happened.
        leave: what Enter does, in a word.
        again: can it be tried again?
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "leave", "Close"),
        Binding("r", "again", "Try again"),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self, error: UvdiveError, *, leave: str = "closes", again: bool = False) -> None:
        super().__init__()
        self.error = error
        self.again = again
        self._leave = leave

    def compose(self) -> ComposeResult:
        """The error, from the top; the log scrolls."""
        with Vertical(classes="dialog dialog-error"):
            yield Static(paragraph(self.error.what, "bold $text-error"), classes="dialog-title")
            if self.error.do:
                yield Static(paragraph(self.error.do), classes="dialog-do")
            if self.error.log:
                with VerticalScroll(classes="dialog-body"):
                    lines = [visible(line) for line in self.error.log[-LOG_LINES:]]
                    yield Static(Content("\n".join(lines)), classes="dialog-log")
            keys = [f"Enter {self._leave}", *(["r tries again"] if self.again else []), "y copies this text"]
            yield Static(Content.styled(" · ".join(keys), "$foreground 66%"))

    def on_mount(self) -> None:
        """The log's end says most; where that is is known once the dialog has its size."""
        for log in self.query(".dialog-body"):
            self.call_after_refresh(log.scroll_end, animate=False)

    def action_leave(self) -> None:
        """Close; the screen below decides what then."""
        self.dismiss(False)

    def action_again(self) -> None:
        """Let the screen below try again what failed."""
        if self.again:
            self.dismiss(True)

    def action_copy(self) -> None:
        """Copy everything that is said here."""
        text = "\n".join((self.error.what, self.error.do, *self.error.log))
        host_of(self).copy(visible(text, keep="\n"), "What is said here.")
