"""An image as a compose service starts it: with the service's command, variables and folder."""

from __future__ import annotations

import re
from dataclasses import replace

from uvdive.build.running.settings import StartSettings
from uvdive.compose.start import ServiceStart
from uvdive.ledger.report import ImageReport

# What images start that are made for others to name a command.
_IDLE = frozenset({"uv", "bash", "sh", "ash", "dash", "node", "irb"})
_PYTHON = re.compile(r"python(?:[23](?:\.\d+)?)?")

Starts = tuple[ServiceStart, ServiceStart]
"""What a service starts in the original, and in the new image."""


def as_service(report: ImageReport, start: ServiceStart) -> ImageReport:
    """The report with the start that the service makes of it."""
    config = report.config
    words = start.words(config.entrypoint or (), config.cmd or ())
    env = {**config.environ, **dict(start.environ)}
    return replace(
        report,
        config=replace(
            config,
            entrypoint=(),
            cmd=words,
            env=tuple(f"{name}={value}" for name, value in env.items()),
            working_dir=start.folder or config.working_dir,
        ),
    )


def starts_nothing(report: ImageReport) -> bool:
    """Does an image only start an interpreter, a shell or uv, so that nobody runs it as it is?"""
    words = (*(report.config.entrypoint or ()), *(report.config.cmd or ()))
    program = words[0].rpartition("/")[2] if len(words) == 1 else ""
    return not words or program in _IDLE or _PYTHON.fullmatch(program) is not None


def service_settings(settings: StartSettings, start: ServiceStart) -> StartSettings:
    """What both programs get: the user's variables over the service's, and its folder."""
    return replace(settings.with_env(start.environ), folder=start.folder)
