"""Looking for words in a content that is shown: / asks, n and N go on, Esc ends it."""

from __future__ import annotations

from typing import cast

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from uvdive.tui.frame.actions import ActionScreen
from uvdive.tui.frame.panes import Panes
from uvdive.tui.frame.text import visible
from uvdive.tui.widgets.content import ContentView


class Searching(ActionScreen, Panes):
    """A screen with a pane ``content`` that holds a ``ContentView``, and the line of words above it."""

    def compose_content(self) -> ComposeResult:
        """The line of words, hidden at first, and the content."""
        yield Input(placeholder="words to look for", id="needle", compact=True)
        yield ContentView(id="lines")

    def focus_target(self, pane: str) -> Widget:
        """The content takes the keys of its pane."""
        return self.view if pane == "content" else super().focus_target(pane)

    @property
    def view(self) -> ContentView:
        """The content."""
        return self.query_one("#lines", ContentView)

    @property
    def can_follow(self) -> str:
        """Why there is no match to go to."""
        if not self.view.needle:
            return "Nothing is looked for; / begins."
        return "" if self.view.matches else "Nothing matches."

    @property
    def _is_open(self) -> bool:
        return self.pane("content").has_class("-filtering")

    def action_search(self) -> None:
        """Open the line of words."""
        self.go_to("content")
        self.pane("content").add_class("-filtering")
        self.set_focus(self.query_one("#needle"))
        self._tell()

    def action_following(self) -> None:
        """Go to the next match."""
        self.view.go_on(1)
        self._tell()

    def action_preceding(self) -> None:
        """Go to the match before."""
        self.view.go_on(-1)
        self._tell()

    @on(Input.Changed, "#needle")
    def _needle_changed(self, event: Input.Changed) -> None:
        self.view.look_for(event.value)
        self._tell()

    @on(Input.Submitted, "#needle")
    def _needle_submitted(self) -> None:
        self.set_focus(self.view)

    def searched(self) -> None:
        """Other content is shown: the matches are other ones."""
        self._tell()

    def _tell(self) -> None:
        view, words = self.view, ""
        if view.needle:
            found = len(view.matches)
            count = f"{found:,} line{'' if found == 1 else 's'}" if found else "no match"
            words = f"“{visible(view.needle)}” · {count} · n N go through · Esc ends"
        elif self._is_open:
            words = "Enter keeps · n N go through · Esc ends"
        self.pane("content").border_subtitle = cast("str", Content(words))
        self.refresh_actions()

    def action_back(self) -> None:
        """End the search, then the zoom; then back to the screen below."""
        if not self._is_open:
            super().action_back()
            return
        self.query_one("#needle", Input).value = ""
        self.pane("content").remove_class("-filtering")
        self.set_focus(self.view)
        self._tell()
