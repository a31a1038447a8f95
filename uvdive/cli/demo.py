"""``uvdive demo``: a bundled report of a real image, without engine and network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from uvdive.base.errors import ExitCode, UvdiveError
from uvdive.cli.console import Console
from uvdive.cli.options import Parser, add_common, add_output, check_output


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    add_output(parser)
    add_common(parser)
    parser.epilog = "The report is of the image that examples/flask/Dockerfile makes."
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Explore the bundled report."""
    check_output(args)
    from importlib import resources

    from uvdive.cli.present import show
    from uvdive.cli.targets import Source

    bundled = resources.files("uvdive").joinpath("data", "demo.uvdive")
    if not bundled.is_file():
        raise UvdiveError(
            "The demo's report is not in this installation.",
            "In a checkout, make it: uv run uvdive build examples/flask --save uvdive/data/demo.uvdive",
        )
    with resources.as_file(bundled) as path:
        return show(Source(f"report:{path}", label="the demo"), args, console)
