"""A desk in the test's own process, for a report that is at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, TypeVar

from uvdive.base.progress import CancelToken, OnEvent, ignore
from uvdive.session.desk import Held, slim
from uvdive.session.opening.images import Loaded

T = TypeVar("T")


class LocalDesk:
    """Answers and works in the thread that asks."""

    def __init__(self, loaded: Loaded | Held) -> None:
        self.report = slim(loaded.report)
        self.contents = loaded.store is not None
        self._held = loaded if isinstance(loaded, Held) else Held(loaded.report, loaded.store)

    def ask(
        self,
        function: Callable[Concatenate[Held, ...], T],
        *args: object,
        limit: float | None = None,  # noqa: ARG002 - nobody could end it
        cancel: CancelToken | None = None,
    ) -> T:
        """Answer now."""
        if cancel is not None:
            cancel.raise_if_cancelled()
        return function(self._held, *args)

    def run(
        self,
        function: Callable[Concatenate[Held, ...], T],
        *args: object,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> T:
        """Work in this thread."""
        return function(self._held, *args, on_event=on_event, cancel=cancel or CancelToken())

    def stay(
        self,
        function: Callable[Concatenate[Held, ...], T],
        *args: object,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> T:
        """Work in this thread, on what is held."""
        return function(self._held, *args, on_event=on_event, cancel=cancel or CancelToken())

    def close(self) -> None:
        """Nothing is open."""
