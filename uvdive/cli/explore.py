"""``uvdive [explore] TARGET``: the app, or a report where there is no terminal."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from uvdive.base.errors import ExitCode, UsageError
from uvdive.cli.console import Console
from uvdive.cli.options import Parser, add_common, add_output, add_reading, check_output


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument("target", metavar="TARGET", nargs="?", help="what to look into")
    add_output(parser)
    add_reading(parser)
    add_common(parser)
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Explore one image."""
    check_output(args)
    if args.target is None:
        raise UsageError(
            "No image was named.", "Name one: uvdive IMAGE. Or look at a real report: uvdive demo."
        )
    from uvdive.cli.present import show
    from uvdive.cli.targets import reading, source_of

    return show(source_of(args.target, reading(args)), args, console)
