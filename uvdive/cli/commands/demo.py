"""``uvdive demo``: a recorded image, build and proof, without engine and network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode, UvdiveError
from uvdive.cli.options import Parser, add_common, add_output, check_output
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from pathlib import Path

NAME = "the demo"
_TOLD = (
    "The build and its proof were recorded ({made}); no engine and no network is used. The plan is real: r. "
    "What w writes goes to a temporary folder, and away with the demo."
)


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    add_output(parser)
    add_common(parser)
    parser.epilog = (
        "The image of examples/flask, the builds of its rewrite and their checks were recorded. "
        "Planning is real; what is written goes to a temporary folder."
    )
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Explore the recorded image, or print its report."""
    from importlib import resources

    check_output(args)
    bundled = resources.files("uvdive").joinpath("data", "demo.recording")
    if not bundled.is_file():
        raise UvdiveError(
            "The demo's recording is not in this installation.",
            "In a checkout, make it: uv run python docs/record_demo.py",
        )
    with resources.as_file(bundled) as path:
        from uvdive.cli.present import asked, check_files, print_report

        check_files(args)
        if console.interactive and not asked(args):
            return _play(path, args, console)
        from uvdive.session.recorded.playing import read_recording
        from uvdive.session.recorded.recording import as_saved

        print_report(as_saved(read_recording(path).report), args, console)
        return ExitCode.DONE


def _play(path: Path, args: argparse.Namespace, console: Console) -> ExitCode:
    """Open the app on the recording, with its project in a folder that goes away with it."""
    from uvdive.session.recorded.playing import Player, open_recorded, read_recording
    from uvdive.session.recorded.project import project_folder
    from uvdive.tui.run import run_app
    from uvdive.tui.services import Services

    recording = read_recording(path)
    player = Player(recording)
    with project_folder(recording.files, "flask") as folder:
        code = run_app(
            NAME,
            loader=partial(open_recorded, path),
            dockerfile=folder / "Dockerfile",
            context=folder,
            services=Services(prove=player.prove, time=player.time),
            notices=console.notices,
            recorded=_TOLD.format(made=recording.made),
            debug=args.debug,
        )
    return ExitCode(code)
