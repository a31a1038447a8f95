"""``uvdive compare A B``: two images side by side."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from uvdive.base.errors import ExitCode
from uvdive.cli.console import Console
from uvdive.cli.options import Parser, add_common, add_output, add_reading, check_output


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument("before", metavar="A", help="the image before (a TARGET)")
    parser.add_argument("after", metavar="B", help="the image after (a TARGET)")
    add_output(parser, report=False)
    add_reading(parser, duplicates=False)
    add_common(parser)
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Load both and print what differs."""
    check_output(args)
    from uvdive.cli.narrate import Narrator
    from uvdive.cli.targets import reading, source_of
    from uvdive.output.redact import redact_comparison
    from uvdive.session.comparing import compare_images

    how = reading(args)
    sources = [source_of(target, how) for target in (args.before, args.after)]
    loaded = []
    for source in sources:
        if source.hint:
            console.say(source.hint)
        loaded.append(source.load(on_event=Narrator(console)))
    before, after = loaded
    comparison = compare_images(before.report, after.report, indexes=(before.index, after.index))
    if not args.no_redact:
        comparison = redact_comparison(comparison)
    if args.json:
        from uvdive.output.comparison_json import comparison_data
        from uvdive.output.jsontext import json_text

        console.data(json_text(comparison_data(comparison)))
    elif args.markdown:
        from uvdive.output.markdown import comparison_markdown

        console.data(comparison_markdown(comparison, console.units))
    else:
        from uvdive.output.text_comparison import comparison_text

        console.data(comparison_text(comparison, console.units, console.width))
    return ExitCode.DONE
