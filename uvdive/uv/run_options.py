"""The options of ``uv run``, sorted by what they mean for a start without uv (R19, R23).

The names are those of ``uv run --help`` (0.13).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# They take a value, and say nothing about the environment or the program.
_DROPPED_WITH_VALUE = frozenset(
    (
        *("--color", "--cache-dir", "--config-file", "--link-mode", "--refresh-package"),
        *("--allow-insecure-host", "--keyring-provider", "--no-extra", "--no-group"),
    )
)
_DROPPED = frozenset(
    (
        *("-q", "--quiet", "-v", "--verbose", "--offline", "-n", "--no-cache", "--no-cache-dir"),
        *("--no-progress", "--no-config", "--native-tls", "--system-certs", "--refresh", "--no-env-file"),
        *("--no-python-downloads", "--frozen", "--locked", "--no-sync", "--no-dev", "--inexact"),
        *("--managed-python", "--no-managed-python", "--compile-bytecode", "--no-default-groups", "--dev"),
    )
)
HARMLESS_FLAGS = _DROPPED
"""Flags that say nothing about the environment or the program once the build has made it."""

SYNC_WITH_VALUE = frozenset(("--extra", "--group"))
SYNC_FLAGS = frozenset(("--all-extras", "--all-groups"))
# The build must have had them; they cannot be added to its sync without changing what else it installs.
_BUILD_WITH_VALUE = frozenset(("--package", "--only-group"))
_BUILD_FLAGS = frozenset(("--all-packages", "--no-editable", "--only-dev"))
_WITH_VALUE = (
    frozenset(("--directory", "--project", "-p", "--python"))
    | _DROPPED_WITH_VALUE
    | SYNC_WITH_VALUE
    | _BUILD_WITH_VALUE
)
_FLAGS = _DROPPED | SYNC_FLAGS | _BUILD_FLAGS | {"--exact", "--active"}
_INDEX = ("asks an index at start", "Name the index in pyproject.toml or for `uv sync`, and drop the option.")
_WITH = (
    "adds packages at start",
    "Make them dependencies of the project (`uv add`), and drop the option.",
)
_CHANGES = (
    "changes the environment at start",
    "Let the build's `uv sync` do it, and drop the option.",
)
_REFUSED = {
    "--with": _WITH,
    "--with-editable": _WITH,
    "--with-requirements": _WITH,
    "-w": _WITH,
    "--env-file": (
        "reads variables from a file at start",
        "Give them to the container (`docker run --env-file`, `env_file:`), and drop the option.",
    ),
    "--isolated": (
        "makes an environment of its own at start",
        "Drop the option, then the project's environment is used.",
    ),
    "--no-project": (
        "does not use the project's environment",
        "Drop the option, or start the program without `uv run`.",
    ),
    "--index": _INDEX,
    "--default-index": _INDEX,
    "--index-url": _INDEX,
    "-i": _INDEX,
    "--extra-index-url": _INDEX,
    "--find-links": _INDEX,
    "-f": _INDEX,
    "--upgrade": _CHANGES,
    "-U": _CHANGES,
    "--upgrade-package": _CHANGES,
    "-P": _CHANGES,
    "--reinstall": _CHANGES,
    "--reinstall-package": _CHANGES,
    "--gui-script": ("starts a GUI script, which only Windows has", "Use `uv run SCRIPT`."),
}
_UNKNOWN = ("is not known to be harmless at start", "Drop the option if the start does not need it.")


class ForbiddenOption(Exception):  # noqa: N818 - not an error: what `uv run` is told, it may do
    """An option with which a start without uv does not do the same.

    ``why`` is what the option does, as it follows its ``name`` in a sentence; ``do`` says what to change.
    """

    def __init__(self, name: str, why: str, do: str) -> None:
        super().__init__(f"{name} {why}")
        self.name, self.why, self.do = name, why, do


@dataclass(frozen=True, slots=True)
class Options:
    """What was read: ``rest`` is the index of the first word behind the options.

    ``mode`` is ``-m``, ``-s`` or empty. ``directory`` and ``project`` are as given.
    ``wanted`` are options that the build's sync must have had or gets: each a name,
    or a name and a value. ``checked`` are those that it must have had. ``told`` are all
    words of the options.
    """

    rest: int
    mode: str = ""
    directory: str | None = None
    project: str | None = None
    wanted: tuple[tuple[str, ...], ...] = ()
    checked: tuple[tuple[str, ...], ...] = ()
    python: str | None = None
    exact: bool = False
    active: bool = False
    told: tuple[str, ...] = ()


def read_options(words: Sequence[str], start: int) -> Options:
    """Read the options from ``words[start]`` on, as clap does.

    Raises:
        ForbiddenOption: one of them forbids a start without uv.
    """
    index, mode = start, ""
    values: dict[str, str] = {}
    wanted: list[tuple[str, ...]] = []
    checked: list[tuple[str, ...]] = []
    flags: set[str] = set()
    while index < len(words) and words[index].startswith("-") and words[index] != "-":
        word = words[index]
        index += 1
        if word == "--":
            break
        name, equals, value = word.partition("=")
        cluster = re.fullmatch(r"-[qvn]*([msqvn])", word)
        if cluster or name in ("--module", "--script"):
            mode = {"m": "-m", "s": "-s"}.get(cluster[1] if cluster else name[2], mode)
            continue
        if name in _WITH_VALUE:
            if not equals:
                value = words[index] if index < len(words) else ""
                index += 1
            values[name] = value
        elif name not in _FLAGS:
            raise ForbiddenOption(name, *_REFUSED.get(name, _UNKNOWN))
        flags.add(name)
        given = (name, value) if name in _WITH_VALUE else (name,)
        if name in SYNC_WITH_VALUE | SYNC_FLAGS:
            wanted.append(given)
        elif name in _BUILD_WITH_VALUE | _BUILD_FLAGS:
            checked.append(given)
    return Options(
        index,
        mode,
        values.get("--directory"),
        values.get("--project"),
        tuple(wanted),
        tuple(checked),
        values.get("-p", values.get("--python")),
        "--exact" in flags,
        "--active" in flags,
        tuple(words[start:index]),
    )


def read_words(argv: Sequence[str]) -> tuple[str, ...]:
    """The options of a whole `uv … run …`, without those of the program; all words where one is unknown."""
    index = next((i for i, word in enumerate(argv) if word == "run" and i > 0), 0)
    try:
        return (*argv[1:index], *read_options(argv, index + 1).told)
    except ForbiddenOption:
        return tuple(argv[1:])


def in_sync(option: tuple[str, ...], sync: str) -> bool:
    """Has one of the build's uv commands, whose text is ``sync``, an option (with this value)?"""
    name, value = option[0], option[1] if len(option) > 1 else None
    if value is None:
        return bool(re.search(rf"(?:^|\s){name}(?:\s|$)", sync))
    if name in ("--extra", "--group", "--package") and in_sync((f"--all-{name[2:]}s",), sync):
        return True
    if option == ("--group", "dev") and not re.search(r"--no-(?:dev|default-groups|group[ =]dev)\b", sync):
        return True
    return bool(re.search(rf"(?:^|\s){name}(?:\s+|=){re.escape(value)}(?:\s|$)", sync))
