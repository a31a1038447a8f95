"""``uvdive [explore] TARGET``: the app, or a report where there is no terminal."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, UsageError
from uvdive.cli.options import Parser, add_common, add_output, add_reading, check_output
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.tui.services import Opened


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument("target", metavar="TARGET", nargs="?", help="what to look into")
    parser.option(
        "--explain",
        metavar="ID",
        help="tell all about a finding (uv-in-image), a rule of the rewrite (R34) or a choice (python); "
        "“list” names all",
    )
    add_output(parser)
    add_reading(parser)
    add_common(parser)
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Explore one image, or explain what is said about one."""
    check_output(args)
    if args.explain is not None:
        return _explain(args, console)
    if args.target is None:
        if console.interactive and not (args.json or args.markdown or args.report or args.save or args.html):
            return _pick(args, console)
        raise UsageError(
            "No image was named.", "Name one: uvdive IMAGE. Or look at a real report: uvdive demo."
        )
    from uvdive.cli.present import asked, show
    from uvdive.cli.targets import here
    from uvdive.session.sources import source_of

    source = source_of(args.target, here(args))
    source.reuse = console.interactive and not asked(args)
    return show(source, args, console)


def _pick(args: argparse.Namespace, console: Console) -> ExitCode:
    """The app, which asks what to open."""
    from uvdive.cli.targets import here, opened_of
    from uvdive.session.sources import source_of
    from uvdive.session.two_images import TwoImages
    from uvdive.tui.run import run_app

    def opened(target: str) -> Opened:
        return opened_of(source_of(target, here(args)))

    def paired(before: str, after: str) -> TwoImages:
        return TwoImages(source_of(before, here(args)), source_of(after, here(args)))

    code = run_app(
        None, opener=opened, pairer=paired, notices=console.notices, tell=console.error, debug=args.debug
    )
    return ExitCode(code)


def _explain(args: argparse.Namespace, console: Console) -> ExitCode:
    from uvdive.session.explaining import explain

    if args.target is not None:
        raise UsageError("--explain needs no image.", f"Say: uvdive --explain {args.explain}")
    console.data(explain(args.explain))
    return ExitCode.DONE
