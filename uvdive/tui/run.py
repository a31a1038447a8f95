"""The app's front door: what the command line calls. Textual is imported only in here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode

if TYPE_CHECKING:
    from uvdive.tui.services import Loader, Opener, Services

LAST_WORDS = 0.5
"""Seconds that jobs get after the app has gone, to end the processes they wait for."""


def run_app(  # noqa: PLR0913 - what the command line knows, all by keyword
    target: str | None,
    *,
    loader: Loader | None = None,
    opener: Opener | None = None,
    dockerfile: Path | None = None,
    context: Path | None = None,
    build_args: tuple[str, ...] = (),
    services: Services | None = None,
    debug: bool = False,
) -> int:
    """Open the terminal app on an image and return the exit code.

    Args:
        target: how the user named the image.
        loader: reads the image: ``loader(on_event=…, cancel=…)`` returns a value with
            a ``report``, such as ``functools.partial(load_image, target)``.
            None opens the picker.
        opener: makes what was picked into something to explore; needed without ``loader``.
        dockerfile: the Dockerfile for the rewrite; looked for where it is None.
        context: the build context; the Dockerfile's folder where it is None.
        build_args: arguments for ``docker buildx build``.
        services: other functions for the rewrite, for tests.
        debug: raise an unforeseen exception of a job after the app has ended.
    """
    from uvdive.tui.app import UvdiveApp

    app = UvdiveApp(
        target,
        loader=loader,
        opener=opener,
        dockerfile=dockerfile,
        context=context,
        build_args=build_args,
        services=services,
    )
    try:
        code = app.run()
    finally:
        app.jobs.stop()
        app.jobs.join(LAST_WORDS)
    if debug and app.crash is not None:
        raise app.crash
    if code is None:
        # Textual shows its own error where the app itself broke.
        code = app.return_code
    return ExitCode.FAILED if code is None else int(code)
