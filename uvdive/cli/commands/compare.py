"""``uvdive compare A B``: two images side by side."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode
from uvdive.cli.options import Parser, add_common, add_output, add_reading, check_output
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.base.progress import CancelToken, OnEvent
    from uvdive.session.sources import Source
    from uvdive.verify.checks import Comparison


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument("before", metavar="A", help="the image before (a TARGET)")
    parser.add_argument("after", metavar="B", help="the image after (a TARGET)")
    add_output(parser, report=False)
    add_reading(parser, duplicates=False)
    add_common(parser)
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Load both and show what differs: in the app where there is a terminal, else as text."""
    check_output(args)
    from uvdive.cli.targets import reading
    from uvdive.session.sources import source_of

    how = reading(args)
    sources = tuple(source_of(target, how) for target in (args.before, args.after))
    for source in sources:
        if source.hint:
            console.say(source.hint)
    if console.interactive and not (args.json or args.markdown or args.report):
        from uvdive.session.two_images import TwoImages
        from uvdive.tui.run import run_app

        names = (sources[0].name or args.before, sources[1].name or args.after)
        return ExitCode(
            run_app(
                names,
                pair=TwoImages(sources[0], sources[1]),
                notices=console.notices,
                tell=console.error,
                debug=args.debug,
            )
        )
    from uvdive.cli.present import failing_as_json
    from uvdive.cli.telling.builds import BuildNarrator

    for source in sources:
        source.teach(console.redactor)
    with failing_as_json(args, console):
        comparison = _compared(sources, BuildNarrator(console), None)
    _print(comparison, args, console)
    return ExitCode.DONE


def _compared(sources: Sequence[Source], on_event: OnEvent, cancel: CancelToken | None) -> Comparison:
    from uvdive.session.comparing import compare_images

    before, after = (source.load(on_event=on_event, cancel=cancel) for source in sources)
    return compare_images(
        before.report,
        after.report,
        indexes=(before.index, after.index),
        on_event=on_event,
        cancel=cancel,
    )


def _print(comparison: Comparison, args: argparse.Namespace, console: Console) -> None:
    from uvdive.output.redact import redact_comparison

    if not args.no_redact:
        comparison = redact_comparison(comparison)
    if args.json:
        from uvdive.output.as_json.comparison import comparison_data
        from uvdive.output.as_json.text import json_text

        console.data(json_text(comparison_data(comparison)))
    elif args.markdown:
        from uvdive.output.as_markdown.report import comparison_markdown

        console.data(comparison_markdown(comparison, console.units))
    else:
        from uvdive.output.as_text.comparison import comparison_text

        console.data(comparison_text(comparison, console.units, console.width))
