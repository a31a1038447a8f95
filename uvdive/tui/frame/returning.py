"""Going back to the list that led to the explorer, which stays as it was left."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from uvdive.tui.frame.copying import Copying

_NAME = "list"


class Returning(Copying):
    """An app with one list at a time, which is kept while the explorer shows what it led to."""

    can_return = False
    """Did a list lead to what the explorer shows?"""

    def open_list(self, screen: Screen[Any]) -> None:
        """Show a new list in place of the one before."""
        self.forget_list()
        self.install_screen(screen, _NAME)
        self.push_screen(_NAME)

    def leave_list(self) -> None:
        """The explorer is gone to: remember whether it was from the list."""
        if self.is_screen_installed(_NAME):
            self.can_return = self.get_screen(_NAME) in self.screen_stack

    def return_to_list(self) -> None:
        """Go back to the list."""
        self.can_return = False
        self.push_screen(_NAME)

    def forget_list(self) -> None:
        """There is no list to go back to any more."""
        self.can_return = False
        if self.is_screen_installed(_NAME):
            self.uninstall_screen(_NAME)
