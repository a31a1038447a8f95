"""``uvdive cache``: what is kept of layers between runs, and clearing it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from uvdive.base.errors import ExitCode
from uvdive.base.units import size
from uvdive.cli.options import Parser, add_common
from uvdive.cli.telling.console import Console


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--info", action="store_true", help="where it is and what it holds (default)")
    what.add_argument("--clear", action="store_true", help="remove everything in it")
    add_common(parser)
    parser.epilog = "It only saves time: images are read again where it does not know a layer."
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Say what the cache holds, or clear it."""
    from uvdive.session.opening.caching import layer_cache

    cache = layer_cache()
    if args.clear:
        before = cache.info()
        gone = cache.clear()
        freed = size(before.bytes - cache.info().bytes, console.units)
        console.data(f"Removed {gone} of {before.entries} files, {freed}, from {before.folder}\n")
        return ExitCode.DONE if gone == before.entries else ExitCode.FAILED
    info = cache.info()
    held, limit = size(info.bytes, console.units), size(info.limit, console.units)
    console.data(f"{info.folder}\n{info.entries} files, {held} of at most {limit}\n")
    return ExitCode.DONE
