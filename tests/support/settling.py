"""Waiting for the app by its message queues instead of by its processor time.

Textual's pilot waits after every key until the process uses little of the processor: at
least 40 ms, and on a busy machine up to a second or for nothing. Here the wait ends when no
widget has a message left and the screen has nothing left to draw.
"""

from __future__ import annotations

import asyncio
import time

import pytest
from textual import app as textual_app
from textual import pilot as textual_pilot
from textual._context import active_app
from textual.app import App
from textual.message_pump import MessagePump

QUIET = 12
"""So many rounds of the event loop in a row must bring nothing new."""


def waiting(app: App[object]) -> bool:
    """Has any widget a message, or the screen a callback or a change that is not drawn?"""
    if app._resize_timer is not None:
        return True
    pumps: list[MessagePump] = [app]
    for screen in app.screen_stack:
        pumps.extend(screen.walk_children(with_self=True))
    if any(pump._message_queue is not None and not pump._message_queue.empty() for pump in pumps):
        return True
    if any(pump._next_callbacks for pump in pumps):
        return True
    screen = app.screen
    if screen._callbacks or screen._layout_required or screen._scroll_required or screen._dirty_widgets:
        # What a timer would do within a 60th of a second.
        screen._on_timer_update()
        return True
    return False


async def settled(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Wait until nothing is left to be done."""
    app = active_app.get()
    quiet, end = 0, time.monotonic() + max_sleep
    while quiet < QUIET and time.monotonic() < end:
        # A change of the size is told by a timer.
        await asyncio.sleep(0.001 if app._resize_timer is not None else 0)
        if not app._running or not app.screen_stack:
            return
        quiet = 0 if waiting(app) else quiet + 1


@pytest.fixture(autouse=True)
def queues_tell_when_the_app_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pilots wait so."""
    monkeypatch.setattr(textual_pilot, "wait_for_idle", settled)
    monkeypatch.setattr(textual_app, "wait_for_idle", settled)
