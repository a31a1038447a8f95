"""``uvdive doctor``: what was looked for, what was found, and what to do about what was not."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from uvdive.base.errors import ExitCode
from uvdive.cli.options import Parser, add_common
from uvdive.cli.telling.console import Console

if TYPE_CHECKING:
    from uvdive.output.doctor.found import Terminal


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """The command's arguments."""
    parser.option("--json", action="store_true", help="print one JSON object")
    add_common(parser)
    parser.epilog = "It ends with 3 where no engine answers. Logins are counted, never read."
    return parser.parse_args(argv)


def run(args: argparse.Namespace, console: Console) -> ExitCode:
    """Look, and tell."""
    from uvdive.session.doctor.looking import examine

    health = examine(_terminal(console))
    if args.json:
        from uvdive.output.as_json.text import json_text
        from uvdive.output.doctor.telling import doctor_data

        console.data(json_text(doctor_data(health)))
    else:
        from uvdive.output.doctor.telling import doctor_text

        console.data(doctor_text(health, console.units))
    return ExitCode.DONE if health.has_engine else ExitCode.NO_ENGINE


def _terminal(console: Console) -> Terminal:
    from shutil import get_terminal_size

    from uvdive.output.doctor.found import Terminal

    columns, rows = get_terminal_size()
    return Terminal(console.interactive, columns, rows, colours(os.environ), os.environ.get("TERM", ""))


def colours(environ: Mapping[str, str]) -> int:
    """How many colours a terminal says that it has, as programs tell by its variables; 0 for none."""
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in ("", "dumb"):
        return 0
    if environ.get("COLORTERM") in ("truecolor", "24bit"):
        return 1 << 24
    return 256 if "256" in term else 16
