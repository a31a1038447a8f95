"""``uvdive build ARGS…``: docker buildx build, then explore."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, UsageError
from uvdive.cli.options import Parser, add_common, add_output, check_output
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.session.sources import Source


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's own options; everything else is buildx's, in ``buildx``."""
    add_output(parser)
    add_common(parser)
    parser.usage = (
        "uvdive build [OPTIONS] [BUILDX OPTIONS] CONTEXT\n"
        "       uvdive build [OPTIONS] [BUILDX OPTIONS] -f COMPOSE_OR_BAKE_FILE [SERVICE]"
    )
    parser.epilog = (
        "Every other option goes to docker buildx build as it is, for example -f FILE, --target,\n"
        "--build-arg, --no-cache, --platform. The context has to be a folder of this machine.\n"
        "With -f compose.yaml or -f docker-bake.hcl the service or target says the rest."
    )
    ours, theirs = _divide(parser, argv)
    args = parser.parse_args(ours)
    args.buildx = theirs
    return args


def _divide(parser: Parser, argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our options and buildx's; a value goes with its option, whatever it looks like."""
    from uvdive.build.arguments import VALUED

    ours: list[str] = []
    theirs: list[str] = []
    following = iter(argv)
    for argument in following:
        name = argument.partition("=")[0]
        own = name in parser.valued or argument in parser.switches or argument in {"-h", "--help"}
        taken = ours if own else theirs
        taken.append(argument)
        if argument == "--":
            theirs += following
        elif argument in parser.valued or argument in VALUED:
            taken += _next(following)
    return ours, theirs


def _next(following: Iterator[str]) -> list[str]:
    value = next(following, None)
    return [] if value is None else [value]


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Build and explore."""
    check_output(args)
    from uvdive.cli.present import show

    return show(_source(args.buildx), args, console)


def _source(argv: Sequence[str]) -> Source:
    from uvdive.build.arguments import split_arguments
    from uvdive.build.events import BuildRequest
    from uvdive.session.sources import Source, dockerfile_source

    if (named := _of_build_file(argv)) is not None:
        return named
    arguments = split_arguments(argv)
    context = Path(arguments.context)
    tags = tuple(part for tag in arguments.tags for part in ("--tag", tag))
    name = f"docker://{arguments.tags[0]}" if arguments.tags else ""
    if arguments.dockerfile == "-":
        if not context.is_dir():
            raise UsageError(f"The build context {context} is no folder.")
        text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
        return Source(name, None, BuildRequest(context, text=text, args=arguments.rest + tags))
    dockerfile = context / "Dockerfile" if arguments.dockerfile is None else Path(arguments.dockerfile)
    source = dockerfile_source(dockerfile, context, arguments.rest + tags)
    source.name = name
    return source


def _of_build_file(argv: Sequence[str]) -> Source | None:
    """The build that ``-f compose.yaml [SERVICE]`` names; None where -f names no such file.

    Raises:
        UvdiveError: as ``recipe_source`` says.
    """
    from uvdive.build.arguments import file_option
    from uvdive.image.reference import parse_build_file
    from uvdive.session.sources import recipe_source

    file, names, rest, tags = file_option(argv)
    target = None if file is None else parse_build_file(file, is_path=True)
    if target is None:
        return None
    given = [*([target.tag] if target.tag else []), *names]
    if len(set(given)) > 1:
        raise UsageError(
            f"uvdive builds one image; given: {', '.join(given)}.", f"Name one: {target.value}:{given[0]}"
        )
    source = recipe_source(
        replace(target, tag=given[0] if given else None),
        (*rest, *(part for tag in tags for part in ("--tag", tag))),
    )
    source.name = f"docker://{tags[0]}" if tags else ""
    return source
