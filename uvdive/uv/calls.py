"""The calls of uv in shell text: which subcommand, with which words, and in which folder (R7, R23)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uvdive.dockerfile.shell.commands import Command, program_words
from uvdive.dockerfile.shell.reading import read_script

TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
"""What uv takes for true in a variable."""

_GLOBAL_VALUES = frozenset(
    {"--directory", "--project", "--color", "--cache-dir", "--config-file", "--allow-insecure-host"}
)
_GROUPS = frozenset({"pip", "tool", "python"})
_INSTALLS = frozenset({"sync", "add", "run", "pip", "tool"})
_LOOKS = re.compile(
    r"(?:^|[\s;&|(])(?:[^\s;&|()]*/)?uv\s+((?:-\S++\s++){0,40})(sync|add|run|pip|tool)\b([^;&|\n]*)",
    re.MULTILINE,
)
# Where the text cannot be parsed: `uv`, options with their values, `sync`; never `uv pip sync`.
_SYNC = re.compile(
    r"(?<![\w./-])(?:/\S{0,200}/)?uv\s+(?:-\S++\s++(?:(?!sync\b)[^-\s&;|]\S*+\s++)?){0,40}?sync(?![\w./=-])"
)


@dataclass(frozen=True, slots=True)
class Call:
    """``uv NAME WORDS`` with NAME ``sync``, ``pip install`` …; ``folder`` is where uv looks for the project.

    ``folder`` is None where only the shell knows it. ``environ`` are the assignments in
    front of the call, those of ``env`` and what was exported before. ``given`` are all words
    behind ``uv``, with the options in front of NAME.
    """

    name: str
    words: tuple[str, ...]
    folder: str | None
    environ: tuple[tuple[str, str], ...] = ()
    given: tuple[str, ...] = ()

    @property
    def installs(self) -> bool:
        """Is it a subcommand that fetches packages, and so has a use for the cache?"""
        return self.name.partition(" ")[0] in _INSTALLS

    def environ_in(self, values: Mapping[str, str]) -> dict[str, str]:
        """The variables that it sees, where an instruction has some: its own win."""
        return {**values, **dict(self.environ)}


def calls_sync(text: str) -> bool:
    """Does a shell text call ``uv sync`` (``uv pip sync`` is another command)?"""
    return bool(_SYNC.search(text))


def _calls_by_looks(text: str) -> tuple[Call, ...]:
    """The calls of uv that install, in a text that is not understood: no folder, no variables."""
    found = []
    for match in _LOOKS.finditer(text):
        words = ["uv", *match[1].split(), match[2], *match[3].split()]
        name, index = subcommand(words)
        found.append(Call(name, tuple(words[index:]), None, (), tuple(words[1:])))
    return tuple(found)


def calls_of(text: str, workdir: str = "/") -> tuple[Call, ...]:
    """As ``uv_calls``; in a text that is not understood those that look like calls that install."""
    calls = uv_calls(text, workdir)
    return _calls_by_looks(text) if calls is None else calls


def uv_calls(text: str, workdir: str = "/") -> tuple[Call, ...] | None:
    """Every call of uv in a shell text, the nested ones too; None where the text is not understood."""
    script = read_script(text)
    if script is None:
        return None
    found = []
    exported: dict[str, str] = {}
    folder: str | None = workdir
    for command in script.commands:
        words = [word.text for word in program_words(command)]
        if words[:1] == ["cd"] and len(words) > 1:
            literal = all(word.literal for word in command.words) and folder is not None
            folder = posixpath.normpath(posixpath.join(folder or "/", words[1])) if literal else None
        elif words[:1] == ["export"]:
            exported |= assigned(words[1:])
        elif words and words[0].rsplit("/", 1)[-1] == "uv":
            found.append(_call(words, command, folder, exported))
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


def assigned(words: Sequence[str]) -> dict[str, str]:
    """The variables that words such as ``NAME=VALUE`` set; other words set none."""
    return dict(word.partition("=")[::2] for word in words if re.match(r"[A-Za-z_]\w*=", word))


def _call(words: list[str], command: Command, folder: str | None, exported: Mapping[str, str]) -> Call:
    name, index = subcommand(words)
    end = words.index("--") if "--" in words else len(words)
    given = words[1 : min(end, _behind_options(words, index))] if name == "run" else words[1:end]
    for option in ("--directory", "--project"):
        place = value_of(given, option)
        if place is not None:
            folder = None if "$" in place or folder is None else posixpath.join(folder, place)
    before = [word.text for word in command.words[: len(command.words) - len(words)]]
    environ = {**exported, **assigned([word.text for word in command.assignments]), **assigned(before)}
    place = folder and posixpath.normpath(folder)
    return Call(name, tuple(words[index:]), place, tuple(environ.items()), tuple(words[1:]))


def value_of(words: Sequence[str], *names: str) -> str | None:
    """The value of an option, written ``--name value`` or ``--name=value``; None without it."""
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else words[index + 1] if index + 1 < len(words) else ""
    return None
