"""``uvdive packages TARGET``: what each Python package costs, with all that goes with it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, ImageError
from uvdive.cli.options import Parser, add_common, add_output, add_reading, check_output, path_of
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.ledger.costs.listed import Beside
    from uvdive.ledger.report import ImageReport


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument("target", metavar="TARGET", help="what to look into")
    parser.option("--tree", action="store_true", help="show below each package what goes with it")
    parser.option(
        "--sbom", action="store_true", help="tell what differs from the list of packages (SPDX) kept with it"
    )
    parser.option(
        "--sbom-file", metavar="FILE", type=path_of, help="the same with a list of your own (SPDX, as JSON)"
    )
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
    lists = _lists(report, args)
    if args.json:
        from uvdive.output.as_json.packages import packages_data
        from uvdive.output.as_json.text import json_text

        console.data(json_text(packages_data(report, costs, lists)))
    elif args.markdown:
        from uvdive.output.as_markdown.packages import packages_markdown

        console.data(packages_markdown(report, costs, console.units, tree=args.tree, lists=lists))
    else:
        from uvdive.output.as_text.packages import packages_text

        text = packages_text(report, costs, console.units, console.width, tree=args.tree, lists=lists)
        console.data(text)
    return ExitCode.DONE


def _lists(report: ImageReport, args: argparse.Namespace) -> tuple[Beside, ...] | None:
    """What differs from lists of packages; None where nobody asked.

    Raises:
        ImageError: the image came with no list, or the file is none.
    """
    if not args.sbom and args.sbom_file is None:
        return None
    from uvdive.ledger.costs.listed import beside
    from uvdive.session.opening.lists import read_list

    sboms = report.sboms if args.sbom else ()
    if args.sbom and not sboms:
        raise ImageError(
            f"{report.image.reference} came with no list of packages.",
            "`docker buildx build --sbom=true --push` keeps one with an image in a registry; "
            "--sbom-file reads one of your own.",
        )
    own = () if args.sbom_file is None else (read_list(args.sbom_file),)
    return tuple(beside(report, sbom) for sbom in (*sboms, *own))
