"""The rewrite's study, begun as soon as its image is there, so that `r` finds the plan made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.screen import Screen

from uvdive.base.progress import CancelToken, OnEvent
from uvdive.ledger.report import ImageReport
from uvdive.tui.frame.host import host_of
from uvdive.tui.frame.jobs import Job


def find_dockerfile(given: Path | None, report: ImageReport) -> Path | None:
    """The Dockerfile to rewrite: as given, else the one that the report names as having made the image."""
    named = report.dockerfile.file if report.dockerfile is not None else None
    return next((path for path in (given, named) if path is not None and path.is_file()), None)


class Ahead:
    """Studies beside everything else. A plan that is asked for meanwhile waits for it (``Desk.stay``).

    Where a file has changed since, that plan is made anew. So nobody is told what kept this one from its
    end: who asks for the plan is.

    Args:
        screen: hands over the messages of its jobs.
    """

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self._job: Job | None = None

    def begin(self, report: ImageReport) -> None:
        """Begin, where the Dockerfile is known and its rewrite is not opened at once."""
        host = host_of(self._screen)
        dockerfile, desk = find_dockerfile(host.dockerfile, report), host.desk
        if dockerfile is None or desk is None or host.planned is not None:
            return
        context, args, recipe, study = host.context, host.build_args, host.recipe, host.services.study

        def work(_on_event: OnEvent, cancel: CancelToken) -> None:
            study(dockerfile, desk, context=context, build_args=args, recipe=recipe, cancel=cancel)

        self._job = host.jobs.start("ahead", self._screen, work)

    def take(self, message: Job.Done | Job.Failed) -> bool:
        """Take its job's message; False for that of another one."""
        if message.job is not self._job:
            return False
        host = host_of(self._screen)
        host.crash = message.job.crash or host.crash
        return True
