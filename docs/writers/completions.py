"""What completes the command line in a shell, and its manual page, from the parsers of the commands."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import shtab

from uvdive.cli.commands.completion import SHELLS
from uvdive.cli.options import CODES, COMMANDS, TARGETS, path_of
from writers.commands import parser_of
from writers.text import sentence

FOLDER = Path("uvdive") / "data" / "completions"
MANUAL = Path("share") / "man" / "man1" / "uvdive.1"


def files() -> dict[Path, str]:
    """Every file that is written, with its text; from the project's root."""
    found = {FOLDER / name: shtab.complete(whole(), shell=shell) + "\n" for shell, name in SHELLS.items()}
    return {path: _tidy(text) for path, text in found.items()} | {MANUAL: manual()}


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def whole() -> argparse.ArgumentParser:
    """One parser of everything: shtab knows none where a command may be left out."""
    explore = parser_of("explore")
    top = argparse.ArgumentParser("uvdive", description="See where an image's bytes come from.")
    _take(explore, top, positionals=False)
    commands = top.add_subparsers(metavar="COMMAND", dest="command")
    for name, summary in COMMANDS.items():
        _take(parser_of(name), commands.add_parser(name, help=summary, description=summary))
    return top


def _take(
    source: argparse.ArgumentParser, target: argparse.ArgumentParser, *, positionals: bool = True
) -> None:
    """Give a parser another's arguments; what names a file is completed by files."""
    for action in source._actions:
        if isinstance(action, argparse._HelpAction) or (not action.option_strings and not positionals):
            continue
        added = target._add_action(action)
        if not action.choices and (action.type is path_of or not action.option_strings):
            added.complete = shtab.FILE  # type: ignore[attr-defined]


def manual() -> str:
    """The manual page, in the man(7) format."""
    lines = [
        '.TH UVDIVE 1 "" "uvdive" "User Commands"',
        ".SH NAME",
        "uvdive \\- dive into the images of uv projects",
    ]
    lines += [".SH SYNOPSIS", ".B uvdive", "[explore] [TARGET] [OPTIONS]", ".br", ".B uvdive", "COMMAND ..."]
    lines += [".SH COMMANDS"]
    for name in COMMANDS:
        lines += [f'.SS "uvdive {name}"', _text(f"{sentence(COMMANDS[name])}.")]
        for action in parser_of(name)._actions:
            lines += list(_option(action))
    lines += [".SH TARGETS", ".nf", _text(TARGETS), ".fi", ".SH EXIT STATUS", ".nf", _text(CODES), ".fi"]
    return "\n".join(lines) + "\n"


def _option(action: argparse.Action) -> Iterator[str]:
    if isinstance(action, argparse._HelpAction):
        return
    names = ", ".join(action.option_strings) or str(action.metavar)
    value = action.metavar or (f"{{{','.join(map(str, action.choices))}}}" if action.choices else None)
    shown = f"{names} {value}" if action.option_strings and action.nargs != 0 and value else names
    yield ".TP"
    yield f".B {_text(shown)}"
    yield _text(action.help or "")


def _text(text: str) -> str:
    """Text of ours, with what troff reads as a command of its own made plain."""
    plain = text.strip().replace("\\", "\\e").replace("-", "\\-")
    plain = "".join(char if char.isascii() else f"\\[u{ord(char):04X}]" for char in plain)
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in plain.splitlines())
