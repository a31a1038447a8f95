"""The command palette: the actions of the screen, by name."""

from __future__ import annotations

from collections.abc import Iterable

from textual.command import DiscoveryHit, Hit, Hits, Provider

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

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action in self._actions():
            yield DiscoveryHit(action.label, lambda action=action: self._run(action), help=action.tooltip)

    async def search(self, query: str) -> Hits:
        """Those that fit what was typed."""
        matcher = self.matcher(query)
        for action in self._actions():
            text = f"{action.label}: {action.tooltip}"
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), lambda action=action: self._run(action))
