"""``uvdive log FOLDER|FILES…``: how an image grew over saved reports."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, UsageError
from uvdive.cli.options import Parser, add_common, add_jobs, add_output, check_output, path_of
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.session.several.history import History


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument(
        "paths", metavar="FOLDER|FILE", nargs="+", type=path_of, help="saved reports, or folders with some"
    )
    parser.option(
        "--order",
        choices=("created", "name", "given"),
        default="created",
        help="which report comes first: by the image's date, the file's name, or as they are named "
        "(default: created)",
    )
    parser.option("--image", metavar="NAME", help="only the reports of this image, whatever its tag")
    parser.option(
        "--together", action="store_true", help="take all reports for one image, whatever they are called"
    )
    parser.option(
        "--why", action="store_true", help="show for each step every owner and package that changed"
    )
    parser.option(
        "--plot", metavar="FILE.svg", type=path_of, help="write a picture of the growth, stacked by owner"
    )
    add_output(parser, report=False)
    add_jobs(parser)
    add_common(parser)
    args = parser.parse_args(argv)
    if args.image is not None and args.together:
        raise UsageError("--image takes one image, and --together all.", "Leave one of the two out.")
    return args


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Read the reports and show their history: in the app where there is a terminal, else as text."""
    check_output(args)
    from uvdive.session.several.history import read_history

    if args.plot is not None:
        from uvdive.session.disk.saving import check_plot

        check_plot(args.plot)
    history = read_history(
        args.paths,
        order=args.order,
        image=args.image,
        together=args.together,
        redact=not args.no_redact,
        jobs=args.jobs,
    )
    for each in history.unread:
        console.error(type(each.error)(f"{each.file}: {each.error.what}", each.error.do))
    if not history.series:
        return history.exit_code
    if console.interactive and not (args.json or args.markdown or args.report or args.plot):
        return _open_app(history, args, console)
    if len(history.series) > 1:
        told = f"{len(history.series)} images are in these reports, each with a history of its own"
        console.say(f"{told}: --image NAME shows one, --together takes all for one.")
    if args.plot is not None:
        _plot(history, args, console)
    _print(history, args, console)
    return history.exit_code


def _open_app(history: History, args: argparse.Namespace, console: Console) -> ExitCode:
    """The history as a screen; what could not be read counts in the end all the same."""
    from uvdive.cli.targets import opened_of
    from uvdive.session.sources import source_of
    from uvdive.session.two_images import TwoImages
    from uvdive.tui.run import run_app

    code = run_app(
        None,
        history=history.series,
        opener=lambda target: opened_of(source_of(target)),
        pairer=lambda before, after: TwoImages(source_of(before), source_of(after)),
        notices=[f"{each.file}: {each.error.what}" for each in history.unread],
        tell=console.error,
        debug=args.debug,
    )
    return ExitCode(code) or history.exit_code


def _plot(history: History, args: argparse.Namespace, console: Console) -> None:
    from uvdive.output.plot import history_plot
    from uvdive.session.disk.saving import replace_with

    replace_with(args.plot, history_plot(history.series, console.units).encode())
    console.say(f"Saved to {args.plot}")


def _print(history: History, args: argparse.Namespace, console: Console) -> None:
    if args.json:
        from uvdive.output.as_json.history import history_data
        from uvdive.output.as_json.text import json_text

        unread = [(each.file, each.error) for each in history.unread]
        console.data(json_text(history_data(history.series, unread, history.order)))
    elif args.markdown:
        from uvdive.output.as_markdown.history import history_markdown

        plot = None if args.plot is None else args.plot.name
        console.data(history_markdown(history.series, console.units, plot=plot, why=args.why))
    else:
        from uvdive.output.as_text.history import history_text

        console.data(history_text(history.series, console.units, console.width, why=args.why))
