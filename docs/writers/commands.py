"""The page of the commands, from the parsers of the command line."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
from collections.abc import Iterable

from uvdive.cli.options import COMMANDS, Parser, add_common
from writers.text import sentence, table

HEAD = """\
# Commands

A command comes before its options. Without one, `uvdive TARGET` explores; `uvdive explore rewrite`
reaches an image that is called like a command. What a TARGET may be, what goes to standard output
and what the exit codes mean stands in [Targets, output and exit codes](targets.md).
"""
COMMON = """\
## Options of every command {{ #every-command }}

{}
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD, table(("command", "what it does"), _summaries()), ""]
    parts += [_section(command) for command in COMMANDS]
    common = [action for action in _common()._actions if action.option_strings]
    version = [action for action in parser_of("explore")._actions if action.dest == "version"]
    return "\n".join([*parts, COMMON.format(table(("option", "meaning"), map(_row, [*common, *version])))])


def parser_of(command: str) -> Parser:
    """The parser of a command with all of its arguments."""
    parser = Parser(command)
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module(f"uvdive.cli.commands.{command.replace('-', '_')}").parse(parser, ["--help"])
    return parser


def _common() -> Parser:
    parser = Parser("clean")
    add_common(parser)
    return parser


def _summaries() -> Iterable[tuple[str, str]]:
    for name, summary in COMMANDS.items():
        yield f"[`uvdive {name}`](#{name})", summary


def _section(command: str) -> str:
    parser = parser_of(command)
    shared = {option for action in _common()._actions for option in action.option_strings} | {"--version"}
    own = [action for action in parser._actions if not shared & {*action.option_strings}]
    lines = [f"## `uvdive {command}` {{ #{command} }}", "", f"{sentence(COMMANDS[command])}.", ""]
    lines += ["```", _usage(parser, own), "```", ""]
    if own:
        lines += [table(("argument", "meaning"), map(_row, own)), ""]
    lines += [f"{each}\n" for each in _exclusive(parser)]
    if (note := _note(parser)) is not None:
        lines += [note, ""]
    return "\n".join(lines)


def _usage(parser: Parser, own: list[argparse.Action]) -> str:
    if parser.usage is not None:
        return parser.usage
    values = [str(action.metavar) for action in own if not action.option_strings]
    return " ".join((parser.prog, "[OPTIONS]", *values))


def _note(parser: Parser) -> str | None:
    """What the command's help says at its end, unless that is what all of them say."""
    usual = Parser(parser.prog.rpartition(" ")[2]).epilog if " " in parser.prog else parser.epilog
    return None if parser.epilog == usual else parser.epilog


def _row(action: argparse.Action) -> tuple[str, str]:
    if not action.option_strings:
        return f"`{action.metavar}`", action.help or ""
    names = ", ".join(f"`{name}`" for name in action.option_strings)
    value = action.metavar or (f"{{{','.join(action.choices)}}}" if action.choices else None)
    shown = names if action.nargs == 0 or value is None else f"{names[:-1]} {value}`"
    return shown, action.help or ""


def _exclusive(parser: Parser) -> Iterable[str]:
    for group in parser._mutually_exclusive_groups:
        names = [f"`{action.option_strings[-1]}`" for action in group._group_actions]
        yield f"Only one of {', '.join(names[:-1])} and {names[-1]} can be given."
