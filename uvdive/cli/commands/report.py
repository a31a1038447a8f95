"""``uvdive report TARGET…``: what images are made of, as text; with ``--shared`` what several share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, UsageError
from uvdive.cli.options import Parser, add_common, add_jobs, add_output, add_reading, check_output
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.session.several.sharing import Shared
    from uvdive.session.sources import Source


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument("targets", metavar="TARGET", nargs="+", help="what to look into")
    parser.option("--shared", action="store_true", help="tell what the images share, in place of each report")
    parser.option(
        "--no-contents",
        action="store_true",
        help="with --shared: compare layers and packages alone, and read no file's contents",
    )
    add_output(parser)
    add_reading(parser)
    add_jobs(parser)
    add_common(parser)
    args = parser.parse_args(argv)
    check_output(args)
    _check(args)
    return args


def _check(args: argparse.Namespace) -> None:
    """Options that say nothing of several images.

    Raises:
        UsageError: one was given.
    """
    if args.shared and len(args.targets) < 2:
        raise UsageError("--shared is about several images.", "Name two TARGETs or more.")
    if args.no_contents and not args.shared:
        raise UsageError("--no-contents belongs to --shared.", "Leave it out, or add --shared.")
    if len(args.targets) < 2:
        return
    for given, option in ((args.save, "save"), (args.html, "html"), (args.top is not None, "top")):
        if given:
            raise UsageError(f"--{option} is for one image.", "Name one TARGET.")
    if args.json and not args.shared:
        raise UsageError(
            "--json of several images is one object: what they share.", "Add --shared, or name one TARGET."
        )


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Print one report, several, or what they share."""
    from uvdive.cli.targets import here
    from uvdive.session.sources import source_of

    sources = [source_of(target, here(args)) for target in args.targets]
    if len(sources) == 1:
        from uvdive.cli.present import check_files, loaded, print_report

        check_files(args)
        print_report(loaded(sources[0], args, console).report, args, console)
        return ExitCode.DONE
    for source in sources:
        if source.hint:
            console.say(source.hint)
        source.teach(console.redactor)
    if args.shared:
        return _shared(sources, args, console)
    return _each(sources, args, console)


def _each(sources: Sequence[Source], args: argparse.Namespace, console: Console) -> ExitCode:
    """Every image's report, one behind the other; what can't be read is told behind them."""
    from uvdive.session.several.texts import read_texts

    texts, unread = read_texts(
        sources,
        markdown=args.markdown,
        redact=not args.no_redact,
        units=console.units,
        width=console.width,
        jobs=args.jobs,
        on_done=lambda done, of: console.progress(f"{done} of {of} read"),
    )
    console.data("\n".join(texts))
    for name, error in unread:
        console.error(type(error)(f"{name}: {error.what}", error.do, error.log))
    return max((error.code for _, error in unread), default=ExitCode.DONE)


def _shared(sources: Sequence[Source], args: argparse.Namespace, console: Console) -> ExitCode:
    from uvdive.session.several.sharing import read_shared

    shared = read_shared(
        sources,
        contents=not args.no_contents,
        redact=not args.no_redact,
        jobs=args.jobs,
        on_done=lambda done, of: console.progress(f"{done} of {of} read"),
    )
    _print(shared, args, console)
    for each in shared.unread:
        error = each.error
        console.error(type(error)(f"{each.name}: {error.what}", error.do, error.log))
    return shared.exit_code


def _print(shared: Shared, args: argparse.Namespace, console: Console) -> None:
    told = [(each.name, str(each.error)) for each in shared.unread]
    if args.json:
        from uvdive.output.as_json.sharing import sharing_data
        from uvdive.output.as_json.text import json_text

        unread = [(each.name, each.error) for each in shared.unread]
        console.data(json_text(sharing_data(shared.fleet, unread, shared.notes, int(shared.exit_code))))
    elif args.markdown:
        from uvdive.output.as_markdown.sharing import sharing_markdown

        console.data(sharing_markdown(shared.fleet, told, shared.notes, console.units))
    else:
        from uvdive.output.as_text.sharing import sharing_text

        console.data(sharing_text(shared.fleet, told, shared.notes, console.units, console.width))
