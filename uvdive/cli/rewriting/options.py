"""The options of ``uvdive rewrite``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import UsageError
from uvdive.cli.options import Parser, add_common, add_html, add_insecure, add_redact, path_of

if TYPE_CHECKING:
    from pathlib import Path


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments; what comes after ``--`` is buildx's, in ``buildx``."""
    parser.usage = "uvdive rewrite [OPTIONS] DOCKERFILE|registry://… [-- BUILDX OPTIONS]"
    parser.add_argument(
        "dockerfile",
        metavar="DOCKERFILE",
        type=_file_or_image,
        help="the file, or its folder; or what says how it is built: compose.yaml[:SERVICE], "
        "docker-bake.hcl[:TARGET]; or registry://HOST/NAME, whose provenance has it",
    )
    parser.option("--context", metavar="DIR", type=path_of, help="the build context (default: its folder)")
    evidence = parser.add_mutually_exclusive_group()
    evidence.add_argument("--image", metavar="TARGET", help="the image that it made; without, it is built")
    evidence.add_argument("--static", action="store_true", help="a draft from the text alone")
    parser.option(
        "--report",
        action="store_true",
        help="print the plan as text, also where a terminal could show the app",
    )
    parser.option("--diff", action="store_true", help="print the difference alone")
    output = parser.add_mutually_exclusive_group()
    output.add_argument(
        "--write", action="store_true", help="replace DOCKERFILE; the old text stays as .orig (.orig.1 ...)"
    )
    output.add_argument("-o", "--output", metavar="FILE", type=path_of, help="write the text to a new file")
    parser.option(
        "--verify",
        action=argparse.BooleanOptionalAction,
        help="build the new image and check it against the old one (default: before writing)",
    )
    parser.option(
        "--start",
        action="store_true",
        help="run both images too, without a network, and compare what they do; implies --verify",
    )
    _add_start(parser)
    parser.option(
        "--time-cold",
        action="store_true",
        help="time both builds with no step cached too (cache mounts stay as they are); implies --verify",
    )
    parser.option(
        "--time-rebuild",
        action="store_true",
        help="time both builds after a change of a source file, of the project's version and of one "
        "dependency, in a copy of the context, and count what is new in the images; implies --verify",
    )
    parser.option(
        "--force",
        action="store_true",
        help="let --write and -o write although the verification failed; the exit code stays 1",
    )
    parser.option(
        "--repair",
        action="store_true",
        help="where a check fails and a decision may fix it, change it, build and verify once more",
    )
    parser.option(
        "--lean",
        action="store_true",
        help="take the leanest step of the plan's ladder that is proven, and say why a leaner one is not; "
        "implies --verify",
    )
    parser.option(
        "--choose",
        metavar="ID=VALUE",
        action="append",
        default=[],
        help="take another alternative of a decision; may be given several times",
    )
    parser.option(
        "--report-problem",
        metavar="FILE",
        type=path_of,
        help="write plan, checks and versions, redacted and without sources, to report a problem",
    )
    parser.option("--json", action="store_true", help="print one JSON object")
    add_html(parser)
    add_redact(parser)
    parser.option(
        "--pull", action="store_true", help="pull the image, or the final image's base, where it is not there"
    )
    parser.option("--platform", metavar="OS/ARCH", help="which of a registry's images, where it has several")
    add_insecure(parser)
    add_common(parser)
    argv = list(argv)
    end = argv.index("--") if "--" in argv else len(argv)
    args = parser.parse_args(argv[:end])
    args.buildx = argv[end + 1 :]
    _check(args)
    if is_image(args):
        from uvdive.cli.rewriting.from_image import check_options

        check_options(args)
    return args


def is_image(args: argparse.Namespace) -> bool:
    """Was an image named, and no Dockerfile?"""
    return isinstance(args.dockerfile, str)


def _file_or_image(text: str) -> Path | str:
    """A registry's image as it is written, anything else as a path."""
    return text if text.startswith("registry://") else path_of(text)


def _add_start(parser: Parser) -> None:
    """What the programs get that ``--start`` runs."""
    parser.option(
        "--start-env",
        metavar="K=V",
        action="append",
        default=[],
        help="a variable that both programs need to start; implies --start, and its value is never shown",
    )
    parser.option(
        "--start-env-file",
        metavar="FILE",
        action="append",
        default=[],
        type=path_of,
        help="a file of such variables, one K=V on a line; implies --start",
    )
    parser.option(
        "--start-network", action="store_true", help="let both programs use the network; implies --start"
    )
    parser.option(
        "--limit",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="what a program of the images may take while it is checked: memory=4g, processes=1024, "
        "processors=4, seconds=60",
    )


def _check(args: argparse.Namespace) -> None:
    """Options that contradict each other.

    Raises:
        UsageError: they do.
    """
    args.start = bool(args.start or args.start_env or args.start_env_file or args.start_network)
    writes = bool(args.write or args.output is not None)
    if args.force and not writes:
        raise UsageError("--force lets --write or -o write.", "Add one of the two, or leave --force out.")
    if args.verify is False:
        for given, what in (
            (args.repair, "--repair fixes what the verification finds."),
            (args.time_cold or args.time_rebuild, "Builds are timed after the verification."),
            (args.start, "--start is part of the verification."),
            (args.lean, "--lean takes what the verification proves."),
        ):
            if given:
                raise UsageError(what, "Leave --no-verify out.")
    if args.lean and args.static:
        raise UsageError("--lean proves images, and --static has none.", "Leave one of the two out.")
    if args.html is not None and args.static:
        raise UsageError("--html shows the image, and --static has none.", "Leave one of the two out.")
    if args.output is not None and args.output.exists():
        raise UsageError(f"{args.output} is there already.", "Name a new file, or use --write.")
