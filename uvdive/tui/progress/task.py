"""A job, as far as the work that began it looks at it; no Textual in here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from uvdive.base.progress import CancelToken, OnEvent


class Task(Protocol):
    """A job (``frame.jobs.Job``), without its messages."""

    name: str
    cancel: CancelToken

    @property
    def running(self) -> bool:
        """Is it still at work, and has nobody stopped it?"""


Work = Callable[[OnEvent, CancelToken], Any]
"""What a job does."""

Start = Callable[[str, Work], Task]
"""Starts a job by its name, and what it does."""
