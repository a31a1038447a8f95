"""``uvdive what-if TARGET``: the image without a package or group, or with an extra, predicted."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, UsageError
from uvdive.cli.options import Parser, add_common, add_output, add_reading, check_output
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.session.opening.images import Loaded


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument("target", metavar="TARGET", help="what to look into")
    for name, what in (
        ("--without", "a package that the project does not ask for any more"),
        ("--without-group", "a dependency group that is not installed any more"),
        ("--extra", "an extra of the project that is installed too"),
    ):
        parser.option(name, metavar="NAME", action="append", default=[], help=f"{what}; may be repeated")
    add_output(parser, report=False)
    add_reading(parser, duplicates=False)
    add_common(parser)
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Print what the image would come to."""
    check_output(args)
    if not (args.without or args.without_group or args.extra):
        raise UsageError(
            "Nothing was said to change.", "Say what: --without NAME, --without-group NAME, --extra NAME"
        )
    from uvdive.cli.present import loaded
    from uvdive.cli.targets import here
    from uvdive.session.sources import source_of

    source = source_of(args.target, here(args))
    image = loaded(source, args, console)
    from uvdive.ledger.costs.additions import with_extras
    from uvdive.ledger.costs.whatif import what_if, wish_of

    wish = wish_of(args.without, args.without_group, args.extra)
    found = what_if(image.report, wish)
    if wish.extras:
        found = with_extras(image.report, found, wish, tuple(_locks(image, source.dockerfile)))
    from uvdive.session.planning.unneeded import with_unneeded

    found = with_unneeded(image, found)
    if args.json:
        from uvdive.output.as_json.text import json_text
        from uvdive.output.what_if import what_if_data

        console.data(json_text(what_if_data(image.report, found)))
    else:
        from uvdive.output.what_if import what_if_markdown, what_if_text

        shown = what_if_markdown if args.markdown else what_if_text
        console.data(shown(image.report, found, console.units))
    return ExitCode.DONE


def _locks(image: Loaded, dockerfile: Path | None) -> Iterator[str]:
    """The texts of every ``uv.lock`` at hand: beside the Dockerfile, then in the image."""
    from uvdive.session.opening.locks import lock_texts

    told = image.report.dockerfile
    beside = dockerfile or (told.file if told is not None and told.matches else None)
    yield from lock_texts(image, beside)
