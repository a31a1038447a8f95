"""Shell code whose runners are taken off in place: every other byte stays (R18, R22, R51)."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace

from uvdive.dockerfile.shell.commands import SHELLS, Command, Word, argument_of
from uvdive.dockerfile.shell.reading import read_script
from uvdive.rewrite.start.surroundings import Spot
from uvdive.rewrite.start.uv_run import RUNNERS, Stripped
from uvdive.uv.calls import assigned

Strip = Callable[[tuple[str, ...], Spot | None], Stripped | None]
"""Takes the runner off a command's words; None where there is none, or it has to stay.

The other argument is where the code has come to; None: where it began.
"""

# Programs that start the words behind them.
WRAPPERS = frozenset(
    (
        *("tini", "dumb-init", "catatonit", "gosu", "su-exec", "env", "nice", "time", "exec", "nohup"),
        *("setsid", "timeout", "command", "setpriv", "stdbuf", "ionice", "chpst", "xvfb-run"),
    )
)
# They start what is behind them with a PATH of their own, or somewhere else.
_RESETTING = frozenset({"su", "sudo", "doas", "ssh", "docker", "podman", "kubectl", "env", "chroot"})
_SETTINGS = re.compile(
    r"(?:^|[\s;&|(])(?P<name>PATH|UV_(?:PROJECT_ENVIRONMENT|ENV_FILE|ISOLATED|NO_PROJECT|PROJECT|WORKING_DIR"
    r"|PYTHON))=(?P<value>\S*)"
)
# What they are given is text for people.
TALKING = frozenset({"echo", "printf", ":", "log", "logger"})


class NotUnderstoodError(Exception):
    """The text holds more than can be changed safely."""


def behind_wrapper(words: Sequence[str]) -> int:
    """The index of the runner in a command, 0 where nothing stands in front of one.

    ``wait-for db:5432 -- uv run x``: what follows ``--`` is a command, too.
    """
    program = posixpath.basename(words[0]) if words else ""
    if program in TALKING or (program == "command" and words[1:2] and words[1].lower() == "-v"):
        return 0
    if program == "env" and any(re.fullmatch(r"-\w*[iu]\w*|-|--ignore-environment", w) for w in words[1:3]):
        return 0
    for index, word in enumerate(words[1:], 1):
        behind = words[index - 1] == "--" and program not in _RESETTING
        wrapped = program in WRAPPERS or behind
        if wrapped and posixpath.basename(word) in ("uv", "uvx", "poetry", "pdm", "pipenv", "hatch", "rye"):
            return index
    return 0


_OPERANDS = {"gosu": 1, "su-exec": 1, "timeout": 1, "chpst": 0}
_VALUED = frozenset(
    {"-n", "-s", "-g", "-u", "-k", "-p", "-c", "-C", "--signal", "--kill-after", "--adjustment"}
)
_OF_TINI = frozenset({"-p", "-e"})  # https://github.com/krallin/tini: its -s and -g take no value


def behind_wrappers(words: Sequence[str]) -> int:
    """The index of the program that wrappers (`tini --`, `gosu USER`) start; 0 where there is none."""
    at = 0
    while at < len(words) and (name := posixpath.basename(words[at])) in WRAPPERS:
        at += 1
        while at < len(words) and (words[at].startswith("-") or re.match(r"\w+=", words[at])):
            valued = words[at] in (_OF_TINI if name == "tini" else _VALUED)
            at += 2 if valued else 1
            if words[at - 1] == "--":
                break
        at += _OPERANDS.get(name, 0)
    return at if at < len(words) else 0


def edit(text: str, strip: Strip, other: Callable[[tuple[str, ...]], None], spot: Spot | None = None) -> str:
    """Take the runners off all commands of a text, the nested ones too.

    Args:
        text: shell code.
        strip: asked for every command that may be a runner's, wrappers left out.
        other: told the words of every command that is none.
        spot: where the code runs, as far as the code around it says.

    Raises:
        NotUnderstoodError: the code is not understood, or the change would not fit into its quotes.
    """
    script = read_script(text)
    if script is None:
        raise NotUnderstoodError
    edits: list[tuple[int, int, str]] = []
    alone = len(script.commands) == 1
    here = spot or Spot()
    for command in script.commands:
        if command.nested == "sh -c":
            continue  # the text of its shell is edited as a whole
        here = _behind(command, here)
        first = behind_wrapper(command.argv)
        before = assigned([word.text for word in (*command.assignments, *command.words[:first])])
        there = replace(here, environ={**here.environ, **before})
        stripped = strip(command.argv[first:], there)
        if stripped is None:
            other(command.argv)
            if command.program in SHELLS:
                edits += inner_edits(text, command.words, strip, other, there)
        else:
            edits += _edits(command, first, stripped, alone=alone)
    return apply_edits(text, edits)


def _behind(command: Command, spot: Spot) -> Spot:
    """Where code has come to behind a command: `cd`, `export`, `unset`."""
    if command.program == "cd" and len(command.words) == 2 and command.words[1].literal:
        return replace(spot, folder=posixpath.join(spot.folder or "", command.words[1].text))
    if command.program == "export":
        return replace(spot, environ={**spot.environ, **assigned(command.argv[1:])})
    if command.program == "unset":
        return replace(spot, environ={**spot.environ, **dict.fromkeys(command.argv[1:], "")})
    return spot


def _edits(command: Command, first: int, stripped: Stripped, *, alone: bool) -> list[tuple[int, int, str]]:
    words = command.words
    lead = "".join(f"{word} " for word in stripped.lead)
    change = (words[first].start, words[first + stripped.rest].start, lead)
    if stripped.folder is None:
        return [change]
    folder = shlex.quote(stripped.folder)
    if alone and not command.assignments and first == 0:
        return [(change[0], change[1], f"cd {folder} && exec {lead}")]
    if alone and not command.assignments and command.argv[0] == "exec" and first == 1:
        return [(words[0].start, words[0].start, f"cd {folder} && "), change]
    return [(command.start, command.start, f"(cd {folder} && "), change, (command.end, command.end, ")")]


def inner_edits(
    text: str,
    words: Sequence[Word],
    strip: Strip,
    other: Callable[[tuple[str, ...]], None],
    spot: Spot | None,
) -> list[tuple[int, int, str]]:
    """The edits in the text of a ``sh -c 'TEXT'``, whose words these are; as ``edit`` says.

    Raises:
        NotUnderstoodError: the text cannot be changed within its quotes.
    """
    word = argument_of(words)
    if word is None or not RUNNERS.search(word.text):
        return []
    source = text[word.start : word.end]
    quote = source[:1]
    if quote not in ("'", '"') or source[1:-1] != word.text:
        raise NotUnderstoodError
    if any(_is_login(each.text) for each in words[1:]):
        raise NotUnderstoodError
    new = edit(word.text, strip, other, spot)
    if new.count(quote) != word.text.count(quote):
        raise NotUnderstoodError
    return [] if new == word.text else [(word.start + 1, word.end - 1, new)]


def apply_edits(text: str, edits: list[tuple[int, int, str]]) -> str:
    """A text with pieces replaced: start, end and what comes there.

    Raises:
        NotUnderstoodError: two of them overlap.
    """
    out, done = [], 0
    for start, end, new in sorted(edits, key=lambda each: (each[0], each[1])):
        if start < done:
            raise NotUnderstoodError
        out += [text[done:start], new]
        done = end
    return "".join([*out, text[done:]])


def _is_login(word: str) -> bool:
    """Is it the option of a login shell, which sets PATH anew?"""
    return word == "--login" or re.fullmatch(r"-[a-z]*l[a-z]*", word) is not None


def resets(text: str) -> str:
    """The variable that shell code sets for itself and that decides what `uv run` starts; empty for none."""
    shebang = re.match(r"#!\s*\S+(?:\s+\S+)*?\s+(-\S+|--login)\s*$", text.split("\n", 1)[0])
    if shebang and _is_login(shebang[1]):
        return "PATH"
    for match in _SETTINGS.finditer(text):
        if match["name"] != "PATH" or "$PATH" not in match["value"].replace("{", ""):
            return match["name"]
    return ""


def still_calls(text: str, runners: re.Pattern[str] = RUNNERS) -> bool:
    """May shell code call a runner, outside of comments and of what it says to people?"""
    script = read_script(text)
    commands = script.commands if script else ()
    left = list(text)
    for command in commands:
        if command.program in TALKING and not command.outputs:
            left[command.start : command.end] = " " * (command.end - command.start)
    for command in commands:  # `echo $(uv run x)` runs it
        if command.program not in TALKING:
            left[command.start : command.end] = text[command.start : command.end]
    code = re.sub(r"(?m)(?:^|(?<=\s))#.*$", "", "".join(left))
    return bool(runners.search(code))
