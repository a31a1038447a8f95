"""``uvdive rewrite`` on a terminal: the app, opened at the plan."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.session.sources import Source

_AS_TEXT = (
    "report", "json", "diff", "static", "write", "output", "start", "repair", "lean", "time_cold",
    "time_rebuild", "report_problem", "limit", "force", "no_redact",
)  # fmt: skip
"""Options that say what to print or what to do: with any of them nobody wants to be asked."""


def wants_app(args: argparse.Namespace, console: Console) -> bool:
    """Is there a terminal, and was nothing asked for that is printed, or done without a question?"""
    given = any(getattr(args, name) not in (None, False, []) for name in _AS_TEXT)
    return console.interactive and not given and args.verify is None


def open_plan(
    original: Source, build: Source, choices: Mapping[str, str], args: argparse.Namespace, console: Console
) -> ExitCode:
    """Open the app on the original image, at the plan of what ``build`` builds.

    Args:
        original: the image that the Dockerfile made; built first where it is ``build`` itself.
        build: the Dockerfile with its context and options.
        choices: those of ``--choose``.
        args: the command line.
        console: what it told so far.

    Raises:
        UvdiveError: what the app ended with.
    """
    from uvdive.tui.run import run_app
    from uvdive.tui.services import Planned

    if original.hint and original is not build:
        console.say(original.hint)
    code = run_app(
        build.label or str(build.dockerfile),
        loader=original.open,
        make_ready=original.make_ready,
        dockerfile=build.dockerfile,
        context=build.context,
        build_args=build.build_args,
        recipe=build.recipe,
        builds=original.request is not None,
        planned=Planned(choices, pull=args.pull),
        notices=console.notices,
        tell=console.error,
        debug=args.debug,
    )
    return ExitCode(code)
