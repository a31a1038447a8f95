"""The dependency groups that the build installed, and its own calls of uv without them (R14)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from itertools import chain

from uvdive.dockerfile.shell.commands import Command
from uvdive.dockerfile.shell.reading import command_text, read_script, shell_text
from uvdive.ledger.report import Environment
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.calls import subcommand

_SYNCS = re.compile(r"(\buv\b(?:\s|\\\n)++(?:-\S++(?:\s|\\\n)++){0,40}?(?:sync|run))(?![\w./-])")
_ABOUT_DEV = re.compile(
    r"--(?:no-|only-)?dev\b|--no-default-groups\b|--(?:no-|only-)?group[ =]dev\b|--all-groups\b"
)
_ONLY = re.compile(r"--only-(?:dev|group)\b")
_EXTRA = "extra:"


def groups_of(main: Environment) -> dict[str, list[str]]:
    """The distributions that only a dependency group asks for, by group; extras are none."""
    found: dict[str, list[str]] = {}
    for distribution in main.distributions:
        if distribution.group is not None and not distribution.group.startswith(_EXTRA):
            found.setdefault(distribution.group, []).append(distribution.name)
    return dict(sorted(found.items()))


def options_without(evidence: Evidence, groups: Collection[str]) -> tuple[str, ...]:
    """What `uv sync` and `uv run` are told so that they leave the groups out.

    `--no-group` wins over every other option (uv's reference), and unlike `--no-dev` it may stand
    there twice; the plain form is taken where nothing else is said of the group.
    """
    text = _text(evidence)
    plain = set(groups) == {"dev"} and not _ABOUT_DEV.search(text)
    return ("--no-dev",) if plain else tuple(chain.from_iterable(("--no-group", name) for name in groups))


def asked_for(evidence: Evidence, groups: Collection[str]) -> list[str]:
    """Those of the groups that an instruction names with ``--group``."""
    text = _text(evidence)
    return [name for name in groups if re.search(rf"--group[ =][\"']?{re.escape(name)}(?![\w.-])", text)]


def edits_without(
    evidence: Evidence, options: Collection[str], members: Collection[str]
) -> dict[int, str] | None:
    """The instructions that sync, by line, with more options; None where one is not plain to see.

    A `uv run` in the build that starts one of the ``members`` needs them there: None too.
    """
    if _ONLY.search(_text(evidence)):
        return None
    edits: dict[int, str] = {}
    for step in evidence.runs():
        script = read_script(shell_text(step.instruction))
        if script is None:
            if re.search(r"\buv\b", command_text(step.instruction)):
                return None
            continue
        calls = [command for command in script.commands if command.program == "uv"]
        wanted = {name: [c for c in calls if subcommand(c.argv)[0] == name] for name in ("sync", "run")}
        if any(_starts(command, members) for command in wanted["run"]):
            return None
        changed = [_is_changed(command) for command in calls if subcommand(command.argv)[0] in wanted]
        if not any(changed):
            continue
        source, count = _SYNCS.subn(partial(_with, " ".join(options), iter(changed)), step.instruction.source)
        if count != len(changed):
            return None
        edits[step.line] = source
    return edits


def _with(options: str, places: Iterator[bool], call: re.Match[str]) -> str:
    return f"{call[1]} {options}" if next(places, False) else call[1]


def _is_changed(command: Command) -> bool:
    """Does it sync? `uv run` does, unless it is told not to."""
    return "--no-sync" not in command.argv and "--no-project" not in command.argv


def _starts(command: Command, members: Collection[str]) -> bool:
    words = {word.rpartition("/")[2].lower().replace("_", "-") for word in command.argv}
    return bool(words & set(members))


def _text(evidence: Evidence) -> str:
    return "\n".join(command_text(step.instruction) for step in evidence.runs())


def in_words(groups: Mapping[str, list[str]], asked: Collection[str]) -> str:
    """Which groups the build installs, with the first of their members, and why."""
    names = sorted({name for members in groups.values() for name in members})
    members = f"{', '.join(names[:6])}{' …' if len(names) > 6 else ''}"
    if set(groups) == {"dev"} and not asked:
        return (
            f"The build installs it: {members}. Nothing in the text says that the app needs it when it "
            "runs; only its author knows."
        )
    said = f" An instruction asks for {' and '.join(asked)} by name." if asked else ""
    plural = "s" if len(groups) > 1 else ""
    return (
        f"The build installs the group{plural} {', '.join(groups)}: {members}.{said} Only the author knows "
        "what of it the app needs when it runs."
    )
