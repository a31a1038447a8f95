"""The app on the stage: opened in one size, and driven by keys to one of its states."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from screens import shown
from screens.driving import Waits, answers, ended, opened, path_of
from uvdive.session.opening.picking import Choices
from uvdive.tui.app import UvdiveApp
from uvdive.tui.desk.path_facts import find_paths
from uvdive.tui.services import Opened, Services


class Stage:
    """The app in one size, as long as the test lasts."""

    def __init__(self, loaded: Any, size: tuple[int, int], stack: AsyncExitStack) -> None:
        self.loaded = loaded
        self.size = size
        self._stack = stack
        self.app: UvdiveApp
        self.pilot: Pilot[Any]

    async def open(self, loader: Callable[..., Any] | None = None, **options: Any) -> None:
        """The explorer, loaded if its loader does not wait."""
        load = loader or answers(self.loaded.report, store=self.loaded.store)
        self.app, self.pilot = await self._stack.enter_async_context(
            opened(load, self.size, **{"dockerfile": Path(shown.NAME), **options})
        )

    async def pick(self, found: Choices) -> None:
        """The picker."""
        services = Services(choices=lambda _folder, **_options: found)
        self.app = UvdiveApp(
            None, opener=lambda target: Opened(target, answers(self.loaded.report)), services=services
        )
        await self._begin()

    async def grow(self, *series: Any) -> None:
        """The histories of images."""
        self.app = UvdiveApp(
            None, history=series, opener=lambda target: Opened(target, answers(self.loaded.report))
        )
        await self._begin()

    async def compare(self, comparer: Callable[..., Any], pair: Any = None) -> None:
        """Two images side by side; with a pair their contents are at hand."""
        self.app = UvdiveApp(("shop:1[b]", "uvdive.local/shop:2"), comparer=comparer, pair=pair)
        await self._begin(waits=isinstance(comparer, Waits))

    async def _begin(self, *, waits: bool = False) -> None:
        self.pilot = await self._stack.enter_async_context(self.app.run_test(size=self.size))
        await self.pilot.pause()
        if not waits:
            await self.press()

    async def press(self, *keys: str) -> None:
        """Press keys and wait until what they started has ended and is drawn."""
        await self.pilot.press(*keys)
        await self.pilot.pause()
        for job in tuple(self.app.jobs._jobs):
            await ended(self.pilot, job)

    async def to(self, path: bytes) -> None:
        """Put the files' cursor on a path."""
        desk = self.app.desk
        assert desk is not None
        self.app.show_place(desk.ask(find_paths, (path,)).place)
        await self.pilot.pause()
        assert path_of(self.app) == path
