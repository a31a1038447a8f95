"""The calls of uv in shell text: which subcommand, with which words, and in which folder (R7, R23)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.dockerfile.commands import Command, program_words
from uvdive.dockerfile.shell import read_script

_GLOBAL_VALUES = frozenset(
    {"--directory", "--project", "--color", "--cache-dir", "--config-file", "--allow-insecure-host"}
)
_GROUPS = frozenset({"pip", "tool", "python"})
# Where the text cannot be parsed: `uv`, options with their values, `sync`; never `uv pip sync`.
_SYNC = re.compile(r"(?<![\w./-])(?:/\S*/)?uv\s+(?:-\S+\s+(?:(?!sync\b)[^-\s&;|]\S*\s+)?)*?sync(?![\w./=-])")


@dataclass(frozen=True, slots=True)
class Call:
    """``uv NAME WORDS`` with NAME ``sync``, ``pip install`` …; ``folder`` is where uv looks for the project.

    ``folder`` is None where only the shell knows it. ``environ`` are the assignments in
    front of the call.
    """

    name: str
    words: tuple[str, ...]
    folder: str | None
    environ: tuple[tuple[str, str], ...] = ()


def calls_sync(text: str) -> bool:
    """Does a shell text call ``uv sync`` (``uv pip sync`` is another command)?"""
    return bool(_SYNC.search(text))


def uv_calls(text: str, workdir: str = "/") -> tuple[Call, ...] | None:
    """Every call of uv in a shell text, the nested ones too; None where the text is not understood."""
    script = read_script(text)
    if script is None:
        return None
    found = []
    folder: str | None = workdir
    for command in script.commands:
        words = [word.text for word in program_words(command)]
        if words[:1] == ["cd"] and len(words) > 1:
            literal = all(word.literal for word in command.words) and folder is not None
            folder = posixpath.normpath(posixpath.join(folder or "/", words[1])) if literal else None
        elif words and words[0].rsplit("/", 1)[-1] == "uv":
            found.append(_call(words, command, folder))
    return tuple(found)


def subcommand(words: Sequence[str]) -> tuple[str, int]:
    """The name of uv's subcommand (``sync``, ``pip install``), and the index of the first word behind it."""
    index = _behind_options(words, 1)
    name = words[index] if index < len(words) else ""
    index += 1
    if name in _GROUPS and index < len(words) and not words[index].startswith("-"):
        return f"{name} {words[index]}", index + 1
    return name, index


def _behind_options(words: Sequence[str], index: int) -> int:
    while index < len(words) and words[index].startswith("-"):
        index += 2 if words[index] in _GLOBAL_VALUES else 1
    return index


def _call(words: list[str], command: Command, folder: str | None) -> Call:
    name, index = subcommand(words)
    end = words.index("--") if "--" in words else len(words)
    given = words[1 : min(end, _behind_options(words, index))] if name == "run" else words[1:end]
    for option in ("--directory", "--project"):
        place = value_of(given, option)
        if place is not None:
            folder = None if "$" in place or folder is None else posixpath.join(folder, place)
    pairs = tuple(word.text.partition("=")[::2] for word in command.assignments)
    return Call(name, tuple(words[index:]), folder and posixpath.normpath(folder), pairs)


def value_of(words: Sequence[str], *names: str) -> str | None:
    """The value of an option, written ``--name value`` or ``--name=value``; None without it."""
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else words[index + 1] if index + 1 < len(words) else ""
    return None
