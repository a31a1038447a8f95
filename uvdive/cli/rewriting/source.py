"""What ``uvdive rewrite`` was given, read: the build that is meant, and the choices."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import UsageError
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.session.sources import Source


def source_of_rewrite(args: argparse.Namespace, console: Console) -> Source:
    """The build of what was named: a Dockerfile, a compose file's service or a Bake file's target.

    Raises:
        UvdiveError: it is not there, or no build of a folder of this machine.
    """
    from uvdive.session.sources import build_source

    source = build_source(str(args.dockerfile), args.context, args.buildx)
    if source.hint:
        console.say(source.hint)
    return source


def choices_of(given: Sequence[str]) -> dict[str, str]:
    """What ``--choose ID=VALUE`` says, by id.

    Raises:
        UsageError: one is written otherwise.
    """
    choices = {}
    for choice in given:
        name, sign, value = choice.partition("=")
        if not sign or not name or not value:
            raise UsageError(f"--choose {choice} is no choice.", "Write it as --choose ID=VALUE.")
        choices[name] = value
    return choices


def given_again(args: argparse.Namespace) -> list[str]:
    """The arguments that make the plan and its proof what they are, to be typed again.

    Values of ``--start-env`` may be secret and are left out.
    """
    again = [str(args.dockerfile)]
    for option, value in (("--context", args.context), ("--image", args.image)):
        again += [] if value is None else [option, str(value)]
    for choice in args.choose:
        again += ["--choose", choice]
    switches = (("--lean", args.lean), ("--start", args.start), ("--start-network", args.start_network))
    again += [option for option, given in switches if given]
    for path in args.start_env_file:
        again += ["--start-env-file", str(path)]
    return again
