"""Keys one after the other: what a key opens or focuses takes those that were typed right after it."""

from __future__ import annotations

from collections import deque
from functools import partial

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen

PATIENCE = 1.0
"""Seconds after which a key no longer waits for the one before it."""


class KeysInTurn(App[int]):
    """An app that hands on a key or a paste when everything that the one before it asked for is done.

    Textual sends a key to the widget that has the focus when it arrives, and finds its
    binding when it has come back from there. Of keys that arrive together (a paste, a slow
    link, a busy machine) those behind one that moves the focus or opens a screen would be
    typed into nothing, or do what they mean elsewhere.
    """

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        self._turn = 0
        self._timed = -1
        self._under_way = False
        self._held = False

    def hold_keys(self) -> None:
        """Keep what is typed from now on until ``let_keys_go``: nothing that is there shall have it."""
        self._held = True

    async def let_keys_go(self) -> None:
        """Hand on what was kept, in turn."""
        self._held = False
        await self._hand_on()

    async def on_event(self, event: events.Event) -> None:
        """Let a key wait for its turn; anything else goes its way."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        if self._held:
            return
        if not self._under_way:
            await self._hand_on()
        elif self._timed != self._turn:
            self._timed = self._turn
            self.set_timer(PATIENCE, partial(self._overtake, self._turn))

    async def _overtake(self, turn: int) -> None:
        if turn == self._turn and self._under_way:
            await self._hand_on()

    async def _hand_on(self) -> None:
        self._under_way = bool(self._typed)
        if not self._typed:
            return
        self._turn += 1
        target = self.focused or self.screen
        path = tuple(node for node in target.ancestors_with_self if node is not self)
        await super().on_event(self._typed.popleft())
        # Twice: what the key makes a widget tell goes the way that the key went.
        await self._pass((*path, self, *path, self), self._turn)

    async def _pass(
        self, stops: tuple[MessagePump, ...], turn: int, seen: Screen[object] | None = None
    ) -> None:
        """Go through these message queues, then those of each screen that was opened; then the next key."""
        if turn != self._turn:
            return
        for place, stop in enumerate(stops, 1):
            # One that goes away takes no more messages; the last is the app.
            if stop.call_later(self._pass, stops[place:], turn, seen):
                return
        if stops:
            return
        if self.screen is not seen:
            await self._pass((self.screen, self), turn, self.screen)
        else:
            await self._hand_on()
