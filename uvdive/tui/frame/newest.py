"""Questions to the desk of which only the newest matters: the one before it is given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from uvdive.base.errors import CancelledError, UvdiveError
from uvdive.tui.frame.host import host_of
from uvdive.tui.frame.jobs import Job


class Newest:
    """Asks one kind of question for a screen, which hands it the messages of its jobs.

    Args:
        name: what the jobs are called.
        screen: whose they are.
        answered: takes the answer to the newest question.
        failed: takes an error that a person can do something about.
    """

    def __init__(
        self,
        name: str,
        screen: Screen[Any],
        answered: Callable[[Any], None],
        failed: Callable[[UvdiveError], None],
    ) -> None:
        self.job: Job | None = None
        self._name, self._screen = name, screen
        self._answered, self._failed = answered, failed

    @property
    def waiting(self) -> bool:
        """Is an answer still to come?"""
        return self.job is not None

    def ask(self, function: Callable[..., Any], *args: object, limit: float | None = None) -> None:
        """Ask ``function(held, *args)``, and forget what was asked before."""
        host = host_of(self._screen)
        desk = host.desk
        self.forget()
        if desk is None:
            return
        self.job = host.jobs.start(
            self._name,
            self._screen,
            lambda _event, cancel: desk.ask(function, *args, limit=limit, cancel=cancel),
        )

    def forget(self) -> None:
        """Give up what was asked."""
        if self.job is not None:
            self.job.cancel.cancel()
            self.job = None

    def take(self, message: Job.Done | Job.Failed) -> bool:
        """Take a job's message; False for one that another kind of work sent."""
        if message.job.name != self._name:
            return False
        if message.job is not self.job:
            return True  # an old one
        self.job = None
        if isinstance(message, Job.Done):
            self._answered(message.result)
        elif not isinstance(message.error, CancelledError):
            if message.job.crash is not None:
                host_of(self._screen).crash = message.job.crash
            self._failed(message.error)
        return True
