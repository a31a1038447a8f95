"""``uv run`` and other runners taken off a command, by uv's own table (R18, R19, R58)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from uvdive.rewrite.facts import EnvironmentFacts
from uvdive.rewrite.notes import Refused

# `uv run --help` of 0.13: options that take a value.
_DROPPED_WITH_VALUE = frozenset(
    ("--color", "--cache-dir", "--config-file", "--link-mode", "--refresh-package", "--allow-insecure-host")
)
_SYNC_WITH_VALUE = frozenset(("--extra", "--group", "--only-group", "--package", "--no-extra", "--no-group"))
_DROPPED = frozenset(
    (
        *(
            "-q",
            "--quiet",
            "-v",
            "--verbose",
            "--offline",
            "-n",
            "--no-cache",
            "--no-progress",
            "--no-config",
        ),
        *("--native-tls", "--system-certs", "--refresh", "--no-env-file", "--no-python-downloads"),
        *("--frozen", "--locked", "--no-sync", "--no-dev", "--inexact", "--managed-python"),
        *("--no-managed-python", "--compile-bytecode", "--no-sources"),
    )
)
_SYNC_FLAGS = frozenset(("--all-extras", "--all-groups", "--all-packages", "--no-default-groups"))
_REFUSED = {
    "--with": "adds packages at start",
    "--with-editable": "adds packages at start",
    "--with-requirements": "adds packages at start",
    "-w": "adds packages at start",
    "--env-file": "reads variables from a file at start",
    "--isolated": "makes an environment at start",
    "--no-project": "does not use the project's environment",
    "--active": "uses the environment that VIRTUAL_ENV names",
    "--index": "asks an index at start",
    "--default-index": "asks an index at start",
    "--index-url": "asks an index at start",
    "--extra-index-url": "asks an index at start",
    "--find-links": "asks an index at start",
    "-f": "asks an index at start",
    "--upgrade": "changes the environment at start",
    "-U": "changes the environment at start",
    "--exact": "removes packages at start",
    "--only-dev": "changes the environment at start",
    "--no-editable": "changes the environment at start",
    "--reinstall": "changes the environment at start",
    "--gui-script": "starts a GUI script",
}
_OTHER_RUNNERS = {"poetry": ("run",), "pdm": ("run",), "pipenv": ("run",), "hatch": ("run",), "rye": ("run",)}


@dataclass(frozen=True, slots=True)
class Stripped:
    """A command without its runner: ``lead`` goes in front of the words from index ``rest`` on."""

    runner: str
    lead: tuple[str, ...]
    rest: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the table asks: the sync's own text, the environment, and how a path looks in the image.

    ``look`` answers ``file``, ``directory``, ``package`` (with a ``__main__.py``),
    ``none``, or ``unknown`` without an image. ``script_text`` is a file's text from the
    build context, or None.
    """

    env: EnvironmentFacts
    sync: str
    look: Callable[[str], str]
    script_text: Callable[[str], str | None]
    workdir: str
    has_program: Callable[[str], bool | None]


def strip(words: Sequence[str], around: Surroundings, line: int) -> Stripped | None:
    """Take the runner off a command; None where there is none.

    Raises:
        Refused: R18, R19, R23 or R24, where the rest would not do the same.
    """
    program = words[0].rsplit("/", 1)[-1] if words else ""
    if program == "uvx" or (program == "uv" and _subcommand(words)[0] in ("tool", "x")):
        raise Refused(
            "R24", "The image starts with uvx, which fetches its tool at start. Use `uv tool install`.", line
        )
    if program == "uv":
        name, index = _subcommand(words)
        if name != "run":
            raise Refused("R24", f"The image starts with `uv {name}`, so it needs uv when it runs.", line)
        return _strip_uv_run(words, index + 1, around, line)
    if program in _OTHER_RUNNERS and tuple(words[1:2]) == _OTHER_RUNNERS[program]:
        return _strip_other(words, program, around, line)
    return None


def _subcommand(words: Sequence[str]) -> tuple[str, int]:
    index = 1
    while index < len(words) and words[index].startswith("-"):
        name = words[index].partition("=")[0]
        if name in ("--directory", "--project"):
            return name, index
        index += 2 if name in _DROPPED_WITH_VALUE and "=" not in words[index] else 1
    return (words[index] if index < len(words) else ""), index


def _strip_other(words: Sequence[str], program: str, around: Surroundings, line: int) -> Stripped | None:
    if around.has_program(program) is not False:
        return None
    rest = words[2:]
    if not rest or rest[0].startswith("-"):
        raise Refused("R58", f"The image starts with {program}, which it does not have.", line)
    _known(rest[0], around, line, "R58")
    return Stripped(program, (), 2)


def _strip_uv_run(words: Sequence[str], start: int, around: Surroundings, line: int) -> Stripped:
    index = start
    mode = ""
    while index < len(words) and words[index].startswith("-") and words[index] != "-":
        word = words[index]
        name, equals, value = word.partition("=")
        index += 1
        if word == "--":
            break
        if name in ("-m", "--module", "-s", "--script"):
            mode = name
            continue
        if name in _DROPPED_WITH_VALUE or name in _SYNC_WITH_VALUE or name in ("-p", "--python"):
            if not equals:
                value = words[index] if index < len(words) else ""
                index += 1
            _check_value(name, value, around, line)
        elif name in _SYNC_FLAGS:
            _check_sync(name, around, line)
        elif name not in _DROPPED:
            why = _REFUSED.get(name, "is not known to be harmless here")
            rule = "R23" if name in ("--directory", "--project") else "R19"
            raise Refused(
                rule, f"`uv run {name}` {why}, so uv cannot be taken out of the start command.", line
            )
    if index >= len(words):
        raise Refused("R19", "`uv run` is given no command.", line)
    return Stripped("uv run", _lead(words[index], mode, around, line), index)


def _check_value(name: str, value: str, around: Surroundings, line: int) -> None:
    if name in ("-p", "--python"):
        wanted = re.fullmatch(r"(?:python|cpython@?)?(\d+\.\d+)(?:\.\d+)?", value)
        if wanted is None or wanted[1] != around.env.minor:
            raise Refused(
                "R19", f"`uv run --python {value}` asks for another Python than the environment's.", line
            )
    elif name in _SYNC_WITH_VALUE and not re.search(
        rf"{name}(?:\s+|=){re.escape(value)}(?:\s|$)", around.sync
    ):
        raise Refused(
            "R19",
            f"`uv run {name} {value}` changes the environment at start: give it to `uv sync` in the build.",
            line,
        )


def _check_sync(name: str, around: Surroundings, line: int) -> None:
    if not re.search(rf"{name}(?:\s|$)", around.sync):
        raise Refused("R19", f"`uv run {name}` changes the environment at start: give it to `uv sync`.", line)


def _lead(target: str, mode: str, around: Surroundings, line: int) -> tuple[str, ...]:
    if mode in ("-m", "--module"):
        return ("python", "-m")
    if target == "-" or "://" in target:
        raise Refused("R19", "`uv run` reads its program from standard input or the network.", line)
    if mode in ("-s", "--script") or target.endswith(".py"):
        text = around.script_text(target)
        if text is not None and re.search(r"^# /// script\s*$", text, re.MULTILINE):
            raise Refused(
                "R19", f"{target} declares its own dependencies (PEP 723), which uv installs at start.", line
            )
        return ("python",)
    if re.fullmatch(r"pythonw?[\d.]*", posixpath.basename(target)):
        return ()
    looks = around.look(target)
    if looks == "package" and target not in (around.env.scripts or ()):
        return ("python",)
    if looks == "file" and target.endswith(".pyz"):
        return ("python",)
    _known(target, around, line, "R18")
    return ()


def _known(target: str, around: Surroundings, line: int, rule: str) -> None:
    """The command must be found without the runner: in the environment, on PATH, or as a path."""
    if target.startswith("$"):
        raise Refused(rule, f"The start command is {target}, which only the container knows.", line)
    if re.fullmatch(r"python[\d.]*", target) or target in (around.env.scripts or ()):
        return
    there = around.look(target) != "none" if "/" in target else around.has_program(target)
    if there is False:
        raise Refused(rule, f"The start command needs {target}, which the image does not have.", line)
