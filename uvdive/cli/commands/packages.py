"""``uvdive packages TARGET``: what each Python package costs, with all that goes with it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from uvdive.base.errors import ExitCode
from uvdive.cli.options import Parser, add_common, add_output, add_reading, check_output
from uvdive.cli.telling.console import Console


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument("target", metavar="TARGET", help="what to look into")
    parser.option("--tree", action="store_true", help="show below each package what goes with it")
    add_output(parser, report=False)
    add_reading(parser, duplicates=False)
    add_common(parser)
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Print the costs of every environment of an image."""
    check_output(args)
    from uvdive.cli.present import loaded
    from uvdive.cli.targets import here
    from uvdive.session.sources import source_of

    report = loaded(source_of(args.target, here(args)), args, console).report
    from uvdive.ledger.costs.costs import costs_of

    costs = costs_of(report)
    if args.json:
        from uvdive.output.as_json.packages import packages_data
        from uvdive.output.as_json.text import json_text

        console.data(json_text(packages_data(report, costs)))
    elif args.markdown:
        from uvdive.output.as_markdown.packages import packages_markdown

        console.data(packages_markdown(report, costs, console.units, tree=args.tree))
    else:
        from uvdive.output.as_text.packages import packages_text

        console.data(packages_text(report, costs, console.units, console.width, tree=args.tree))
    return ExitCode.DONE
