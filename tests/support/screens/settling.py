"""Waiting for the app by its message queues instead of by its processor time.

Textual's pilot waits after every key until the process uses little of the processor: at
least 40 ms, and on a busy machine for nothing, as it gives up after a second. Here the wait
ends when every widget sleeps on an empty queue and the screen has nothing left to draw, and
it fails where that never comes.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from textual import app as textual_app
from textual import pilot as textual_pilot
from textual._context import active_app
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen

from uvdive.tui.app import UvdiveApp

QUIET = 3
"""So many rounds of the event loop in a row must bring nothing new."""
LIMIT = 60.0
"""Seconds after which an app that is never done is a failure."""
WAIT_FOR_JOBS = True
"""Tests on an engine press keys while it is at work; their jobs take as long as they take."""
_parked: set[threading.Thread] = set()


@contextmanager
def parked() -> Iterator[None]:
    """This thread waits on purpose, as for the key that stops it: the app counts as idle."""
    _parked.add(threading.current_thread())
    try:
        yield
    finally:
        _parked.discard(threading.current_thread())


def at_work(app: App[object]) -> str:
    """The job whose thread may still bring something; empty where there is none."""
    jobs = app.jobs._jobs if WAIT_FOR_JOBS and isinstance(app, UvdiveApp) else []
    return next((job.name for job in jobs if job._thread.is_alive() and job._thread not in _parked), "")


def at_rest(pump: MessagePump) -> bool:
    """Does it sleep until a message comes?

    An empty queue is not enough: the last message may still be under way, with an await
    in it, and its idle handler, which asks for the paint, comes after that. A pump that is
    done with all of it waits for its queue's event.
    """
    if pump._closing or pump._closed:
        return pump._task is None or pump._task.done()
    sleepers = pump._message_queue.ready_event._waiters
    return any(not sleeper.done() for sleeper in sleepers) and not pump._next_callbacks


def unpainted(screen: Screen[object]) -> bool:
    """Has the screen a change that is not drawn, or a callback that waits for the drawing?"""
    return bool(
        screen._callbacks
        or screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
    )


def brought_later(app: App[object]) -> str:
    """What a thread or a timer is going to bring, however often the loop goes round."""
    if job := at_work(app):
        return f"the job {job}"
    if app._resize_timer is not None:
        return "another size"
    return "an animation" if app.animator._animations or app.animator._scheduled else ""


def _size_again(app: App[object]) -> str:
    """The size that there is, told again: Textual takes it when it is idle next, which nothing may bring."""
    if app._resize_event is None:
        return ""
    app._check_resize()
    return "the same size"


def busy(app: App[object]) -> str:
    """What the app still has to do; empty where it is done."""
    if later := brought_later(app) or _size_again(app):
        return later
    if getattr(app, "_under_way", False):
        return "keys"
    if any(not worker.is_finished for worker in app.workers):
        return "a worker of Textual's"
    pumps: list[MessagePump] = [app]
    for screen in app.screen_stack:
        pumps.extend(screen.walk_children(with_self=True))
    working = next((pump for pump in pumps if not at_rest(pump)), None)
    if working is not None:
        return f"messages of {working}"
    if unpainted(app.screen):
        # What a timer would do within a 60th of a second.
        app.screen._on_timer_update()
        return "a paint"
    return ""


async def idle(app: App[object]) -> None:
    """Wait until nothing is left to be done, and all of it is painted."""
    quiet, end, left = 0, time.monotonic() + LIMIT, ""
    while quiet < QUIET:
        await asyncio.sleep(0.001 if left and left == brought_later(app) else 0)
        if app._exit or not app._running or not app.screen_stack:
            return
        left = busy(app)
        quiet = 0 if left else quiet + 1
        assert time.monotonic() < end, f"the app never settles: {left}"


async def settled(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """``idle`` for the app under test, in the place of Textual's ``wait_for_idle``."""
    await idle(active_app.get())


@pytest.fixture(autouse=True)
def queues_tell_when_the_app_is_idle(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pilots wait so."""
    on_an_engine = request.node.get_closest_marker("engine") is not None
    monkeypatch.setattr("screens.settling.WAIT_FOR_JOBS", not on_an_engine)
    monkeypatch.setattr(textual_pilot, "wait_for_idle", settled)
    monkeypatch.setattr(textual_app, "wait_for_idle", settled)
