"""``uvdive clean``: list what uvdive built, and what runs that were cut off left; remove it on a yes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode
from uvdive.base.units import size
from uvdive.cli.options import Parser, add_common
from uvdive.cli.telling.console import Console
from uvdive.output.plain import count

if TYPE_CHECKING:
    from uvdive.build.images import BuiltImage


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.option("-y", "--yes", action="store_true", help="remove them without asking")
    add_common(parser)
    parser.epilog = (
        "Only tags under uvdive.local/ are touched, and containers and temporary folders of runs that were\n"
        "cut off; an image in use is kept."
    )
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """List, ask and remove; 1 where the engine keeps one."""
    from uvdive.base.files.remains import forget
    from uvdive.base.files.scratch import left_folders, remove_folders
    from uvdive.build.images import list_images, remove_images
    from uvdive.build.leftovers import leftovers, remove_leftovers

    images, containers, folders = list_images(), leftovers(), left_folders()
    if not images and not containers and not folders:
        forget(frozenset())
        console.say("There are no images that uvdive built.")
        return ExitCode.DONE
    console.data(_listing(images, console))
    for container in containers:
        console.say(f"The container {container.name} is left of a run that was cut off.")
    for folder in folders:
        console.say(f"The folder {folder} is left of a run that was cut off.")
    if not args.yes and not _asked(len(images) + len(containers) + len(folders), console):
        return ExitCode.DONE
    remove_folders(folders)
    if folders:
        console.say(f"Removed {count(len(folders), 'folder')}.")
    remove_leftovers(containers)
    if containers:
        console.say(f"Removed {count(len(containers), 'container')}.")
    removals = remove_images(images)
    for removal in removals:
        if removal.kept:
            console.say(f"Kept {removal.image.tag}: {removal.kept}")
    forget(frozenset(removal.image.tag for removal in removals if removal.kept))
    gone = sum(not removal.kept for removal in removals)
    console.say(f"Removed {gone} of {len(images)}.")
    return ExitCode.DONE if gone == len(images) else ExitCode.FAILED


def _listing(images: Sequence[BuiltImage], console: Console) -> str:
    from uvdive.output.plain import table, visible

    rows = [(visible(image.tag), size(image.size, console.units), visible(image.created)) for image in images]
    return "\n".join(table(rows, frozenset({1}))) + "\n"


def _asked(many: int, console: Console) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        console.say("Nothing is removed without a yes: uvdive clean --yes")
        return False
    console.say(f"Remove {'it' if many == 1 else f'these {many}'}? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
