"""Every action of the app, once: its keys, its words, whether it applies and why not.

Bindings, footer, help and the command palette are all made from the tables in
``keys``. To add an action, add a row there and an ``action_…`` method to the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import Screen

from uvdive.tui.frame.host import Host, host_of

Problem = Callable[[Any], str]
"""Takes the screen and says why an action does not apply; empty where it does."""


def never(_screen: object) -> str:
    """No problem: the action always applies."""
    return ""


def can_leave(screen: Any) -> str:
    """Is there a filter, a zoom or a screen to go back from?"""
    return "" if screen.can_back else "There is nothing to end."


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does.

    Args:
        id: stable name for keymaps, ``explore.rewrite``; what follows the dot is the method.
        keys: Textual's key names, separated by commas.
        label: one or two words for the footer.
        tooltip: a sentence for help and palette.
        problem: why it does not apply just now.
        footer: is it shown at the bottom, on narrow terminals too?
        spare: is it shown there where room is left?
        palette: is it offered in the command palette?
    """

    id: str
    keys: str
    label: str
    tooltip: str
    problem: Problem = never
    footer: bool = False
    palette: bool = True
    spare: bool = False

    @property
    def call(self) -> str:
        """The Textual action: ``rewrite``, or ``pane(2)`` for ``explore.pane.2``."""
        _, name, *arguments = self.id.split(".")
        return f"{name}({', '.join(arguments)})" if arguments else name


def moving(kind: str, *panes: tuple[str, str]) -> tuple[Action, ...]:
    """The rows of going about the panes of a screen: each pane with its label and sentence."""
    places = tuple(
        Action(f"{kind}.pane.{number}", str(number), label, tooltip, palette=False)
        for number, (label, tooltip) in enumerate(panes, 1)
    )
    return (
        Action(f"{kind}.zoom", "z", "Zoom", "Give the whole screen to the current pane, or give it back."),
        *places,
        Action(f"{kind}.next", "tab", "Next pane", "Go to the next pane.", palette=False),
        Action(f"{kind}.previous", "shift+tab", "Previous pane", "Go to the pane before.", palette=False),
    )


def _can_follow(screen: Any) -> str:
    return str(screen.can_follow)


def searching(kind: str) -> tuple[Action, ...]:
    """The rows of a screen whose content can be searched."""
    return (
        Action(f"{kind}.search", "slash", "Search", "Look for words in the content.", footer=True),
        Action(f"{kind}.following", "n", "Next match", "Go to the next match.", _can_follow),
        Action(f"{kind}.preceding", "N", "Match before", "Go to the match before.", _can_follow),
    )


def leaving(
    kind: str, back: str, problem: Problem = never, *, footer: bool = True, quit_in_footer: bool = False
) -> tuple[Action, ...]:
    """The last rows of a table; ``back`` tells what Esc ends."""
    return (
        Action(f"{kind}.back", "escape", "Back", back, problem, footer=footer, palette=False),
        Action(f"{kind}.help", "question_mark", "Help", "Show every key and sign.", footer=True),
        Action(f"{kind}.quit", "q", "Quit", "Stop all work and leave.", footer=quit_in_footer),
    )


def bindings(actions: tuple[Action, ...]) -> list[BindingType]:
    """The BINDINGS of a screen that has these actions."""
    return [
        Binding(
            action.keys,
            action.call,
            action.label,
            show=action.footer or action.spare,
            tooltip=action.tooltip,
            id=action.id,
        )
        for action in actions
    ]


class ActionScreen(Screen[None]):
    """A screen whose keys come from a table of actions; greyed ones say why when pressed."""

    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    HELP = ""
    _applied: tuple[bool, ...] = ()

    @property
    def _app(self) -> Host:
        return host_of(self)

    def problem_of(self, action: Action) -> str:
        """Why the action does not apply now; empty where it does."""
        return action.problem(self) if self.is_mounted else ""

    def keys_of(self, action: Action) -> list[str]:
        """The action's keys, as the user mapped them."""
        mapped: Mapping[str, str] = getattr(self.app, "keymap", {})
        return [key.strip() for key in mapped.get(action.id, action.keys).split(",")]

    def refresh_actions(self) -> None:
        """Draw the footer anew, but only if an action began or ceased to apply: it flickers."""
        now = tuple(not self.problem_of(action) for action in self.ACTIONS)
        if now != self._applied:
            self._applied = now
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what does not apply (Textual: None is shown, but disabled)."""
        if not parameters:
            for known in self.ACTIONS:
                if known.call == action:
                    return None if self.problem_of(known) else True
        return True

    def on_key(self, event: events.Key) -> None:
        """Say why a greyed key does nothing."""
        for action in self.ACTIONS:
            keys = self.keys_of(action)
            if event.key in keys or event.character in keys:
                problem = self.problem_of(action)
                if problem:
                    event.stop()
                    self.notify(problem, title=action.label, markup=False, timeout=4)
                return

    def action_back(self) -> None:
        """End the zoom, then go back to the screen below."""
        if self.maximized is not None:
            self.minimize()
        else:
            self.app.pop_screen()

    def action_help(self) -> None:
        """Show the keys."""
        self._app.show_help()

    async def action_quit(self) -> None:
        """Leave."""
        await self.app.action_quit()
