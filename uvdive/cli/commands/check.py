"""``uvdive check``: hold the project's rules against images, or against Dockerfiles by their text."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, UsageError
from uvdive.cli.options import Parser, add_common, add_jobs, add_reading, add_redact, path_of
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from pathlib import Path

    from uvdive.base.files.budgets import Budgets
    from uvdive.cli.telling.builds import BuildNarrator
    from uvdive.ledger.report import ImageReport
    from uvdive.output.check.results import Check, Checked
    from uvdive.session.sources import Source

_FORMATS = ("text", "json", "markdown", "sarif", "github", "gitlab", "junit")
_LEVELS = ("info", "low", "medium", "high", "never")


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument(
        "targets", metavar="TARGET", nargs="*", help="the images to check (default: the Dockerfile here)"
    )
    parser.option(
        "--static", action="store_true", help="check Dockerfiles by their text alone: no image, no engine"
    )
    parser.option(
        "--baseline", metavar="TARGET", help="the image or saved report that it may not outgrow (max-growth)"
    )
    parser.option(
        "--config",
        metavar="FILE",
        type=path_of,
        help="the file of the rules (default: uvdive.toml or pyproject.toml here or above, else .dive-ci)",
    )
    parser.option(
        "--fail-level", choices=_LEVELS, help="fail from findings of this severity on, whatever the file says"
    )
    parser.option(
        "--dockerfile", metavar="FILE", type=path_of, help="the Dockerfile that made the image: gives lines"
    )
    parser.option("--format", choices=_FORMATS, help="what goes to standard output (default: text)")
    parser.option("--json", action="store_true", help="the same as --format json")
    parser.option(
        "--output",
        metavar="FORMAT=FILE",
        action="append",
        default=[],
        type=_output,
        help="write a file in a format; may be given several times",
    )
    parser.option("--badge", metavar="FILE", type=path_of, help="write the size as a badge for shields.io")
    parser.option(
        "--save",
        metavar="FILE",
        type=path_of,
        help="save the image's report, as the --baseline of later checks",
    )
    parser.option("--why", action="store_true", help="show what made each number")
    parser.option(
        "--init",
        action="store_true",
        help="write a uvdive.toml with what the image is today and a tenth more, and check nothing",
    )
    add_redact(parser)
    add_reading(parser, duplicates=False)
    add_jobs(parser)
    add_common(parser)
    args = parser.parse_args(argv)
    _check(args)
    return args


def _output(text: str) -> tuple[str, Path]:
    name, sign, path = text.partition("=")
    if not sign or not path or name not in _FORMATS:
        raise argparse.ArgumentTypeError(f"{text} is no FORMAT=FILE ({', '.join(_FORMATS)})")
    return name, path_of(path)


def _check(args: argparse.Namespace) -> None:
    """Options that contradict each other.

    Raises:
        UsageError: they do.
    """
    if args.json and args.format not in (None, "json"):
        raise UsageError(
            f"--json and --format {args.format} can't both go to standard output.", "Choose one."
        )
    args.format = "json" if args.json else args.format or "text"
    if args.init and args.save is not None:
        raise UsageError(
            "--save keeps what was checked, and --init checks nothing.", "Leave one of the two out."
        )
    if args.static:
        for given, option in (
            (args.baseline, "baseline"),
            (args.dockerfile, "dockerfile"),
            (args.save, "save"),
            (args.init, "init"),
        ):
            if given:
                raise UsageError(
                    f"--{option} needs an image, and --static has none.", "Leave one of the two out."
                )
    if len(args.targets) > 1 and not args.static:
        for given, option in (
            (args.baseline, "baseline"),
            (args.dockerfile, "dockerfile"),
            (args.save, "save"),
            (args.init, "init"),
        ):
            if given:
                raise UsageError(f"--{option} is for one image.", "Name one TARGET.")


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Check, print, write; the exit code says what came of it."""
    from pathlib import Path

    from uvdive.session.checking import budgets_of, check_files, whole_check

    _check_files(args)
    if args.init:
        return _init(args, console)
    budgets = _budgets(args, budgets_of(Path(), args.config))
    checked: Sequence[Checked]
    if args.static:
        files = [_dockerfile(name) for name in args.targets or ["."]]
        checked = check_files(files, budgets, redact=not args.no_redact)
    elif len(args.targets) > 1:
        checked = _many(args, budgets, console)
    else:
        from uvdive.cli.telling.builds import BuildNarrator

        narrator = BuildNarrator(console)
        baseline = None if args.baseline is None else _baseline(args, console, narrator)
        source = _source(args.targets[0] if args.targets else _here(), args, console)
        checked = [_checked(source, budgets, baseline, args, console, narrator)]
    check = whole_check(checked, budgets)
    _write(check, args, console)
    return check.exit_code


def _many(args: argparse.Namespace, budgets: Budgets, console: Console) -> Sequence[Checked]:
    """Several images, each in a process of its own."""
    from uvdive.session.several.checks import check_all

    return check_all(
        [_source(target, args, console) for target in args.targets],
        budgets,
        pull=args.pull,
        redact=not args.no_redact,
        jobs=args.jobs,
        on_done=lambda done, of: console.progress(f"{done} of {of} checked"),
    )


def _dockerfile(name: str) -> Path:
    """A file as it was named, or the Dockerfile of a folder; one that is not there is told as unreadable."""
    from pathlib import Path

    path = Path(name)
    return path / "Dockerfile" if path.is_dir() else path


def _here() -> str:
    """The Dockerfile of the current folder.

    Raises:
        UsageError: there is none.
    """
    from pathlib import Path

    if not Path("Dockerfile").is_file():
        raise UsageError(
            "No image was named, and there is no Dockerfile here.", "Name one: uvdive check IMAGE."
        )
    return "."


def _budgets(args: argparse.Namespace, budgets: Budgets) -> Budgets:
    from dataclasses import replace

    return budgets if args.fail_level is None else replace(budgets, fail_level=args.fail_level)


def _source(target: str, args: argparse.Namespace, console: Console) -> Source:
    from dataclasses import replace
    from pathlib import Path

    from uvdive.cli.targets import reading
    from uvdive.session.sources import checked_dockerfile, source_of

    source = source_of(target, replace(reading(args), look_in=Path()))
    if source.hint:
        console.say(source.hint)
    if args.dockerfile is not None:
        source.dockerfile = checked_dockerfile(args.dockerfile)
    source.teach(console.redactor)
    return source


def _baseline(args: argparse.Namespace, console: Console, narrator: BuildNarrator) -> ImageReport:
    from uvdive.cli.targets import reading
    from uvdive.session.checking import as_baseline
    from uvdive.session.sources import source_of

    source = source_of(args.baseline, reading(args))
    if source.hint:
        console.say(source.hint)
    with as_baseline(source.called):
        return source.load(on_event=narrator, in_process=True).report


def _checked(
    source: Source,
    budgets: Budgets,
    baseline: ImageReport | None,
    args: argparse.Namespace,
    console: Console,
    narrator: BuildNarrator,
) -> Checked:
    from uvdive.session.checking import check_image

    loaded = source.load(on_event=narrator, in_process=True)
    console.redactor.learn_image(loaded.report)
    if args.save is not None:
        _keep(loaded.report, args, console)
    return check_image(
        loaded,
        budgets,
        name=source.called,
        dockerfile=source.dockerfile,
        context=source.context,
        baseline=baseline,
        build_args=source.build_args,
        recipe=source.recipe,
        pull=args.pull,
        redact=not args.no_redact,
        on_event=narrator,
    )


def _keep(report: ImageReport, args: argparse.Namespace, console: Console) -> None:
    """Save the report; what it is held against may be the same file, as that was read before."""
    from uvdive.output.redact import redact_report
    from uvdive.session.disk.saving import save_report

    save_report(report if args.no_redact else redact_report(report), args.save)
    console.say(f"Saved to {args.save}")


def _check_files(args: argparse.Namespace) -> None:
    """Find out before the work whether the files that were named may be written.

    Raises:
        UsageError: the folder of one is not there, or it is a device, a pipe or a folder.
    """
    paths = [path for _, path in args.output] + ([args.badge] if args.badge is not None else [])
    for path in paths:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} can't be written: it is no regular file.", "Name another file.")
        if not path.parent.is_dir():
            raise UsageError(f"{path} can't be written: there is no folder {path.parent}.", "Make it first.")
    if args.save is not None:
        from uvdive.session.disk.saving import check_save

        check_save(args.save)


def _write(check: Check, args: argparse.Namespace, console: Console) -> None:
    """Print the check, and write the files that were asked for."""
    from uvdive.output.check.forms.formats import written

    for name, path in args.output:
        _save(path, written(name, check, console.units, why=args.why))
        console.say(f"Wrote {path}")
    if args.badge is not None:
        from uvdive.output.check.forms.badge import check_badge

        _save(args.badge, check_badge(check, console.units))
        console.say(f"Wrote {args.badge}")
    if args.format == "text":
        from uvdive.output.check.forms.text import check_text
        from uvdive.output.look import Look

        width = console.width if console.shows_output else 0
        console.data(check_text(check, Look(console.units, width, console.paint), why=args.why))
    else:
        console.data(written(args.format, check, console.units))


def _save(path: Path, text: str) -> None:
    from uvdive.base.files.foreign import real
    from uvdive.base.files.wholefile import replace_file

    try:
        # A link stays one: what it leads to is replaced.
        replace_file(real(path), text.encode())
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.", "Name another file.") from error


def _init(args: argparse.Namespace, console: Console) -> ExitCode:
    """Write the rules that the image keeps today; a file that is there is never replaced.

    Raises:
        UsageError: there is one.
    """
    from pathlib import Path

    from uvdive.base.files.budgets import OWN_FILE
    from uvdive.base.files.wholefile import create_file
    from uvdive.cli.telling.builds import BuildNarrator
    from uvdive.output.check.today import todays_rules

    path = args.config if args.config is not None else Path(OWN_FILE)
    if path.exists():
        raise UsageError(f"{path} is there already.", "Move it away, or name another file with --config.")
    if path.suffix != ".toml" or path.name == "pyproject.toml":
        raise UsageError(f"{path} would be no file of rules.", f"Call it {OWN_FILE}.")
    source = _source((args.targets or [_here()])[0], args, console)
    report = source.load(on_event=BuildNarrator(console), in_process=True).report
    try:
        create_file(path, todays_rules(report).encode())
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.", "Name another file.") from error
    console.say(f"Wrote {path}: lower what you can, and take out what you don't mind.")
    return ExitCode.DONE
