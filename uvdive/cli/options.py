"""The options that commands share, and the parser that they are given to."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from uvdive.base.errors import UsageError
from uvdive.base.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = {
    "explore": "look into an image: the app in a terminal, else a report (the default)",
    "build": "build with docker buildx, then explore the image",
    "rewrite": "make a Dockerfile multi-stage, and prove that the image still works",
    "compare": "compare two images, archives or saved reports",
    "packages": "list what each Python package costs, with what would go with it",
    "what-if": "predict the image without a package or a group, or with an extra",
    "log": "show how an image grew over saved reports, and what made it grow",
    "report": "print what images are made of, or what several of them share",
    "check": "hold images or Dockerfiles against a project's rules, for CI and commits",
    "demo": "explore, rewrite and prove a recorded example; needs no engine and no network",
    "clean": "remove the images that uvdive built",
    "cache": "show or clear what is kept of layers between runs",
    "doctor": "tell which engines, programs, logins and caches were looked for and found",
    "plugin": "make docker uvdive known to the docker client, or take it away",
    "completion": "print what completes the command line in bash, zsh or fish",
}
"""Every command with its summary; the module of the same name runs it."""

TARGETS = """\
TARGET is an image of the engine, an archive (docker save, OCI; .tar, .tar.gz, .tar.zst),
an OCI layout folder, a Dockerfile or a folder with one (built first), or a saved report
(.uvdive). To say which it is: docker://REF  podman://REF  registry://HOST/NAME[:TAG|@DIGEST]
docker-archive:FILE[:REF]  oci-archive:FILE[:TAG]  oci:DIR[:TAG]  dockerfile:PATH  report:FILE
"""

PICKER = (
    "Without a TARGET, in a terminal, uvdive lists what there is to open: images, archives, Dockerfiles.\n"
)

CODES = """\
exit codes: 0 done, 1 verification or a rule failed, 2 wrong usage, 3 no engine, 4 image, archive or
build failed, 5 the rewrite was refused, 130 interrupted
"""


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Knows the terminal's width without ``shutil``, whose import takes longer than to print the help."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return 80


def path_of(text: str) -> Path:
    """An option's value as a path."""
    from pathlib import Path

    return Path(text)


class Parser(argparse.ArgumentParser):
    """A command's parser: its errors are ours, and it knows which options take a value."""

    def __init__(self, command: str) -> None:
        top = command == "explore"
        commands = "".join(f"  {name:11}{summary}\n" for name, summary in COMMANDS.items())
        super().__init__(
            prog="uvdive" if top else f"uvdive {command}",
            usage="uvdive [explore] [TARGET] [OPTIONS]\n       uvdive COMMAND ..." if top else None,
            description=None if top else f"{COMMANDS[command][0].upper()}{COMMANDS[command][1:]}.",
            epilog=f"commands:\n{commands}\n{TARGETS}\n{PICKER}\n{CODES}" if top else f"{TARGETS}\n{CODES}",
            formatter_class=_Formatter,
            allow_abbrev=False,
        )
        self.switches: set[str] = set()
        self.valued: set[str] = set()
        if top:
            self.add_argument("--version", action="version", version=f"uvdive {__version__}")

    def option(self, *names: str, **settings: Any) -> None:
        """Add an option, and remember whether it takes a value."""
        action = self.add_argument(*names, **settings)
        (self.switches if action.nargs == 0 else self.valued).update(names)

    def error(self, message: str) -> NoReturn:
        """Raise the parser's complaint as ours.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")


def add_common(parser: Parser) -> None:
    """The options of every command."""
    parser.option("--units", choices=("si", "binary"), default="si", help="kB and MB, or KiB and MiB")
    parser.option(
        "--log", metavar="FILE", type=path_of, help="write what happens, with tracebacks, to this file"
    )
    parser.option("--debug", action="store_true", help="show the traceback of an error")


def add_jobs(parser: Parser) -> None:
    """The option that says how many images are read at once."""
    parser.option(
        "--jobs",
        metavar="N",
        type=_jobs,
        help="read so many at once (default: one for each processor, fewer where the memory is short)",
    )


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text} is no number of processes")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number of rows")
    return int(text)


def add_redact(parser: Parser) -> None:
    """The option that shows secrets."""
    parser.option(
        "--no-redact",
        action="store_true",
        help="keep what looks like a secret in settings, commands and history, which is [redacted] otherwise",
    )


def add_html(parser: Parser) -> None:
    """The option that writes the HTML report."""
    parser.option(
        "--html",
        metavar="FILE",
        type=path_of,
        help="write one HTML file that needs no network: map, layers, packages, findings",
    )


def add_output(parser: Parser, *, report: bool = True) -> None:
    """The options that say what goes to standard output; ``report``: an image's, and it can be saved."""
    parser.option("--json", action="store_true", help="print one JSON object")
    parser.option("--markdown", action="store_true", help="print Markdown, for a pull request")
    add_redact(parser)
    parser.option("--report", action="store_true", help="print plain text, also in a terminal")
    if report:
        parser.option(
            "--top",
            metavar="N",
            type=_count,
            help="in --json only the N largest rows of waste and components",
        )
        add_html(parser)
        parser.option(
            "--save",
            metavar="FILE",
            type=path_of,
            help="save all but the files' contents; the file opens as a TARGET anywhere",
        )


def add_reading(parser: Parser, *, duplicates: bool = True) -> None:
    """The options that say how an image is read; ``duplicates``: is there a report that shows them?"""
    if duplicates:
        parser.option("--duplicates", action="store_true", help="find equal content at several live paths")
    else:
        parser.set_defaults(duplicates=False)
    parser.option("--platform", metavar="OS/ARCH", help="which image of several (default: this machine's)")
    parser.option("--pull", action="store_true", help="pull an image that the engine does not have")
    parser.option(
        "--verify-digests", action="store_true", help="hash plain layers of archives too: reads them whole"
    )
    parser.option(
        "--via",
        choices=("auto", "save", "storage", "registry"),
        default="auto",
        help="how an image is read: by the engine's save stream, from its own storage, or from its registry "
        "without an engine (default: auto)",
    )
    add_insecure(parser)
    parser.option(
        "--no-layer-cache",
        action="store_true",
        help="read an engine's or registry's layers anew, and keep nothing",
    )


def add_insecure(parser: Parser) -> None:
    """The option that names registries which may be asked without TLS."""
    parser.option(
        "--insecure-registry",
        metavar="HOST",
        action="append",
        default=[],
        help="let this registry speak http, or show a certificate that nobody vouches for; may be repeated",
    )


def check_output(args: argparse.Namespace) -> None:
    """Only one form can go to standard output.

    Raises:
        UsageError: there are two.
    """
    forms = [name for name in ("json", "markdown", "report") if getattr(args, name, False)]
    if len(forms) > 1:
        raise UsageError(f"--{forms[0]} and --{forms[1]} can't both go to standard output.", "Choose one.")
