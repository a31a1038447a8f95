"""What completes ``docker uvdive``, as the client's completion asks for it (cobra's ``__complete``)."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import sys
from collections.abc import Iterator, Sequence

from uvdive.cli.options import COMMANDS, Parser

_FILES, _NO_FILES = 0, 4
"""What the shell does beside the candidates (cobra's directives): it completes files, or nothing."""


def complete(argv: Sequence[str], *, described: bool) -> int:
    """Print the candidates for the last word, each on a line, and what else to do.

    Args:
        argv: the words behind ``uvdive``, the last one as far as it is typed.
        described: put what each means behind it.
    """
    *before, last = argv or [""]
    found, directive = _candidates(before, last)
    for name, meaning in found:
        if name.startswith(last):
            sys.stdout.write(f"{name}\t{meaning}\n" if described and meaning else f"{name}\n")
    sys.stdout.write(f":{directive}\n")
    return 0


def _candidates(before: Sequence[str], last: str) -> tuple[list[tuple[str, str]], int]:
    command = before[0] if before and before[0] in COMMANDS else "explore"
    actions = _actions(command)
    taking = next((each for each in actions if before and before[-1] in each.option_strings), None)
    if taking is not None and taking.nargs != 0:
        chosen = [(str(each), "") for each in taking.choices or ()]
        return chosen, _NO_FILES if chosen else _FILES
    if last.startswith("-"):
        return list(_options(actions)), _NO_FILES
    named = [(name, summary) for name, summary in COMMANDS.items()] if not before else []
    choices = [str(each) for action in actions if not action.option_strings for each in action.choices or ()]
    return [*named, *((each, "") for each in choices)], _NO_FILES if choices else _FILES


def _actions(command: str) -> list[argparse.Action]:
    parser = Parser(command)
    # A parser that is asked for its help has all of its arguments by then.
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module(f"uvdive.cli.commands.{command}").parse(parser, ["--help"])
    return parser._actions  # noqa: SLF001 - argparse tells nobody else what a parser takes


def _options(actions: Sequence[argparse.Action]) -> Iterator[tuple[str, str]]:
    for action in actions:
        for name in action.option_strings:
            if name.startswith("--"):
                yield name, " ".join((action.help or "").split()).replace("%%", "%")
