"""Show a report as the options say: in the app, on standard output, or saved to a file."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from uvdive.base.errors import BuildError, ExitCode, UvdiveError
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.cli.telling.reading import Narrator
    from uvdive.ledger.report import ImageReport
    from uvdive.output.html.tables import Rewrite
    from uvdive.session.opening.images import Loaded
    from uvdive.session.sources import Source


def show(source: Source, args: argparse.Namespace, console: Console) -> ExitCode:
    """Open the app where there is a terminal and nothing else was asked for, else print.

    Raises:
        UvdiveError: the image cannot be built or loaded, or the file not be saved.
    """
    check_files(args)
    if console.interactive and not asked(args):
        if source.hint:
            console.say(source.hint)
        return _open_app(source, args, console)
    print_report(loaded(source, args, console).report, args, console)
    return ExitCode.DONE


def loaded(source: Source, args: argparse.Namespace, console: Console) -> Loaded:
    """Load an image in this process, built first if need be, and tell of the work.

    Raises:
        UvdiveError: the image cannot be built or loaded.
    """
    if source.hint:
        console.say(source.hint)
    if source.request is not None:
        source.teach(console.redactor)
    narrator = _narrator(console, builds=source.request is not None)
    with failing_as_json(args, console):
        return source.load(on_event=narrator, in_process=True)


def asked(args: argparse.Namespace) -> bool:
    """Was a form of the report asked for, so that it is not the app that opens?"""
    return bool(args.json or args.markdown or args.report or args.save or args.html)


def check_files(args: argparse.Namespace) -> None:
    """Find out before the work whether the files that were named may be written.

    Raises:
        UsageError: one may not.
    """
    if args.save is None and args.html is None:
        return
    from uvdive.session.disk.saving import check_html, check_save

    if args.save is not None:
        check_save(args.save)
    if args.html is not None:
        check_html(args.html)


def _narrator(console: Console, *, builds: bool) -> Narrator:
    """Who tells of the work; builds and checks are only imported where there are some."""
    if builds:
        from uvdive.cli.telling.builds import BuildNarrator

        return BuildNarrator(console)
    from uvdive.cli.telling.reading import Narrator

    return Narrator(console)


@contextlib.contextmanager
def failing_as_json(args: argparse.Namespace, console: Console) -> Iterator[None]:
    """Print the error of a failed build as JSON too, where JSON was asked for.

    Raises:
        UvdiveError: what the block raised.
    """
    try:
        yield
    except BuildError as error:
        if args.json:
            from uvdive.output.as_json.error import failed_report
            from uvdive.output.as_json.text import json_text

            shown = console.redactor.value(error) if console.redacts else error
            console.data(json_text(failed_report(shown)))
        raise


def _open_app(source: Source, args: argparse.Namespace, console: Console) -> ExitCode:
    from uvdive.tui.run import run_app

    def tell(error: UvdiveError) -> None:
        if source.request is not None:
            source.teach(console.redactor)
        console.error(error)

    name = source.label or source.name or str(source.dockerfile or source.context)
    code = run_app(
        name,
        loader=source.open,
        make_ready=source.make_ready,
        dockerfile=source.dockerfile,
        context=source.context,
        build_args=source.build_args,
        recipe=source.recipe,
        builds=source.request is not None,
        notices=console.notices,
        tell=tell,
        debug=args.debug,
    )
    return ExitCode(code)


def print_report(report: ImageReport, args: argparse.Namespace, console: Console) -> None:
    """Print the report in the form that was asked for, and save it where that was."""
    if args.html is not None:
        save_html(report, args, console)
    if not args.no_redact:
        from uvdive.output.redact import redact_report

        report = redact_report(report)
    if args.save is not None:
        from uvdive.session.disk.saving import save_report

        save_report(report, args.save)
        console.say(f"Saved to {args.save}")
    if args.json:
        from uvdive.output.as_json.report import report_pieces

        console.data(report_pieces(report, args.top))
    elif args.markdown:
        from uvdive.output.as_markdown.report import report_markdown

        console.data(report_markdown(report, console.units))
    elif args.report or (args.save is None and args.html is None):
        from uvdive.output.as_text.report import report_text

        console.data(report_text(report, console.units, console.width))


def save_html(
    report: ImageReport, args: argparse.Namespace, console: Console, rewrite: Rewrite | None = None
) -> None:
    """Write the HTML report: the whole file or nothing.

    Raises:
        UsageError: it cannot be written.
    """
    from uvdive.session.disk.exporting import html_page
    from uvdive.session.disk.saving import replace_with

    replace_with(args.html, html_page(report, rewrite, redact=not args.no_redact, units=console.units))
    console.say(f"Saved to {args.html}")
