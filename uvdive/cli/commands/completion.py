"""``uvdive completion SHELL``: print what completes the command line in a shell."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from uvdive.base.errors import ExitCode
from uvdive.cli.options import Parser, add_common
from uvdive.cli.telling.console import Console

SHELLS = {"bash": "uvdive.bash", "zsh": "_uvdive", "fish": "uvdive.fish"}
"""The file of each shell, called as the shell looks for it."""

_HOW = """\
bash: uvdive completion bash > ~/.local/share/bash-completion/completions/uvdive
zsh:  uvdive completion zsh > a folder of $fpath, as _uvdive
fish: uvdive completion fish > ~/.config/fish/completions/uvdive.fish
"""


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.add_argument("shell", metavar="SHELL", choices=tuple(SHELLS), help="bash, zsh or fish")
    add_common(parser)
    parser.epilog = _HOW
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Print the file of the shell."""
    from importlib.resources import files

    path = files("uvdive").joinpath("data", "completions", SHELLS[args.shell])
    console.data(path.read_text(encoding="utf-8"))
    return ExitCode.DONE
