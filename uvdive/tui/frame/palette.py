"""The command palette: the actions of the screen, by name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from textual.binding import Binding
from textual.command import Hit, Hits, Provider

from uvdive.tui.frame.actions import Action, ActionScreen


class ActionProvider(Provider):
    """The actions of the current screen that apply, in the command palette."""

    def _actions(self) -> Iterable[Action]:
        screen = self.screen
        if isinstance(screen, ActionScreen):
            for action in screen.ACTIONS:
                if action.palette and not screen.problem_of(action):
                    yield action

    async def _run(self, action: Action) -> None:
        await self.app.run_action(action.call, self.screen)

    def _told(self, action: Action) -> str:
        """The action's first key and its sentence."""
        screen = self.screen
        assert isinstance(screen, ActionScreen)
        keys = screen.keys_of(action)
        key = self.app.get_key_display(Binding(keys[0], "")) if keys else ""
        return f"{key}  {action.tooltip}" if key else action.tooltip

    async def discover(self) -> Hits:
        """All of them, before anything is typed: in their order, above what is not of the screen."""
        for place, action in enumerate(self._actions()):
            run = partial(self._run, action)
            yield Hit(1 - place / 1000, action.label, run, text=action.label, help=self._told(action))

    async def search(self, query: str) -> Hits:
        """Those that fit what was typed."""
        matcher = self.matcher(query)
        for action in self._actions():
            text = f"{action.label}: {action.tooltip}"
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), partial(self._run, action), help=self._told(action))
