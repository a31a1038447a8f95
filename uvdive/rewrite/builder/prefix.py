"""Packages of the system's Python by way of a folder of their own, which one COPY takes over (R10).

`uv pip install --prefix` lays the same files out below another folder: byte by byte the same, but
for headers (``include/site``), bytecode (which names its source) and Debian's own Python, which
looks elsewhere. Measured with uv 0.13.9 over official Pythons 3.11 and 3.13.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from uvdive.base.names import normal_name
from uvdive.dockerfile.commands import Command, Part
from uvdive.dockerfile.edits import Edit, source_with
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import EnvironmentFacts, sites
from uvdive.rewrite.evidence.context_files import context_text
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.image_texts import image_text
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.uv.calls import subcommand
from uvdive.uv.mentions import installs_uv

FOLDER = "/install"
_SYSTEM = "/usr/local"
_LIST = "/tmp/requirements.txt"  # noqa: S108 - a path of the build stage
_INFO = re.compile(r"(?P<name>[\w.]+?)-[\w.!+]+\.(?:dist|egg)-info", re.IGNORECASE)
_REQUIRES = re.compile(r"^Requires-Dist:\s*([\w.-]+)", re.MULTILINE)

# Each option of `uv sync` with the command that takes it in its place, and whether it has a value.
OF_EXPORT = {
    **dict.fromkeys(("--frozen", "--locked", "--no-dev", "--dev", "--all-extras", "--all-groups"), False),
    **dict.fromkeys(("--no-default-groups", "--only-dev", "--all-packages", "--no-editable"), False),
    **dict.fromkeys(("--extra", "--group", "--no-extra", "--no-group", "--only-group", "--package"), True),
}
_RENAMED = {"--no-install-project": "--no-emit-project", "--no-install-workspace": "--no-emit-workspace"}
OF_INSTALL = {
    **dict.fromkeys(("--no-cache", "-n", "--no-progress", "-q", "--quiet", "-v", "--verbose"), False),
    **dict.fromkeys(("--link-mode", "--cache-dir"), True),
}
_FORBIDDEN = ("--prefix", "--target", "-t", "--python", "-p", "--user", "--dry-run", "--root")


@dataclass(frozen=True, slots=True)
class Prefix:
    """The RUNs that install into the folder, by line: what one COPY to ``target`` takes over."""

    target: str
    edits: dict[int, str] = field(default_factory=dict)


class _CannotSay(Exception):  # noqa: N818 - no error: a reason
    """Why the packages' files are copied as the image has them."""


def install_to_prefix(
    evidence: Evidence,
    env: EnvironmentFacts,
    files: Files | None,
    runs: Sequence[Run],
    notes: Notes,
    *,
    taken: Collection[int] = (),
) -> Prefix | None:
    """Offer to install the system's packages into a folder of their own; None where they stay in place.

    ``taken`` are the lines of instructions that another choice changes already. Where it would
    not surely come to the same files, the decision says why.
    """
    if not env.system or files is None or evidence.shared:
        return None
    try:
        _check_place(env, files)
        edits = dict(_edits(evidence, runs, taken))
        _check_base(evidence, env, files, runs)
    except _CannotSay as reason:
        notes.decide(
            "system-files",
            "R10",
            None,
            "Copy the system's packages by the names that they have today",
            f"{reason} A package that is added later needs a new rewrite.",
        )
        return None
    chosen = notes.choose(
        CHOICES["system-install"],
        min(edits),
        f"One COPY of {FOLDER} takes the packages over, whatever they are tomorrow: their scripts, versions "
        "and data files need no line of their own.",
    )
    return Prefix(_SYSTEM, edits) if chosen == "prefix" else None


def _check_place(env: EnvironmentFacts, files: Files) -> None:
    """See that the interpreter looks where a prefix lays things out, and that they don't name their path."""
    if env.path != _SYSTEM or env.other_systems or files.at(FOLDER) is not None:
        raise _CannotSay("Only the Python of the official images finds what a prefix would hold.")
    top = files.at(_SYSTEM)
    assert top is not None
    for node in files.walk(top):
        if files.owner(node) != "venv" or files.in_base(node):
            continue
        if files.suffix(node) == ".pyc":
            raise _CannotSay("Its packages are compiled, and bytecode names the folder that it was made in.")
        if files.path(node).startswith(f"{_SYSTEM}/include/"):
            raise _CannotSay("A package brings C headers, which a prefix would put elsewhere.")


def _edits(evidence: Evidence, runs: Sequence[Run], taken: Collection[int]) -> Iterator[tuple[int, str]]:
    found = False
    for run in runs:
        changes: list[Edit] = []
        for part, name in run.parts:
            text = run.text[part.start : part.end]
            if name not in ("uv", "other") or installs_uv(text):
                continue
            changes += _changes(run, part)
        if run.script is None:
            raise _CannotSay("A RUN is not understood, and may use the packages.")
        if not changes:
            continue
        source = source_with(run.step.instruction, changes, evidence.dockerfile.escape)
        if source is None or run.step.line in taken or run.step.user not in ("", "root", "0"):
            raise _CannotSay("The RUN that installs them cannot be changed in place.")
        found = True
        yield run.step.line, source
    if not found:
        raise _CannotSay("No RUN plainly installs them with uv.")


def _changes(run: Run, part: Part) -> list[Edit]:
    """What changes in one part of a RUN that calls uv, or something that may need its packages."""
    if len(part.commands) != 1 or part.commands[0].nested or part.commands[0].assignments:
        raise _CannotSay("A RUN does more than plainly install them.")
    command = part.commands[0]
    words = list(command.argv)
    if command.program != "uv" or not all(word.literal for word in command.words):
        raise _CannotSay(f"The build itself uses them (`{_short(run.text[part.start : part.end])}`).")
    name, index = subcommand(words)
    if name in ("", "cache clean", "cache prune", "version", "help", "lock", "pip list", "pip check"):
        return []
    if name == "pip install" and not any(_is(word, _FORBIDDEN) for word in words):
        behind = words.index("--system") if "--system" in words else index - 1
        end = command.words[behind].end
        return [Edit(end, end, f" --prefix {FOLDER}")]
    if name == "sync" and run.step.values.get("UV_PROJECT_ENVIRONMENT") == _SYSTEM and index == 2:
        return [Edit(command.start, command.end, _exported(command))]
    raise _CannotSay(
        f"`{_short(run.text[part.start : part.end])}` has no counterpart that installs elsewhere."
    )


def _exported(command: Command) -> str:
    """`uv sync` as an export of the lock and an install of just that."""
    export, install = [], []
    words = iter(command.argv[2:])
    for word in words:
        name, equals, _ = word.partition("=")
        if name in _RENAMED:
            export.append(_RENAMED[name])
        elif name in OF_EXPORT:
            export += [word, *([next(words, "")] if OF_EXPORT[name] and not equals else [])]
        elif name in OF_INSTALL:
            install += [word, *([next(words, "")] if OF_INSTALL[name] and not equals else [])]
        else:
            raise _CannotSay(f"`uv sync {word}` has no counterpart that installs elsewhere.")
    first = shlex.join(["uv", "export", "--quiet", *export, "--output-file", _LIST])
    second = ["uv", "pip", "install", "--system", "--prefix", FOLDER, *install, "--no-deps", "-r", _LIST]
    return f"{first} && \\\n    {shlex.join(second)}"


def _check_base(evidence: Evidence, env: EnvironmentFacts, files: Files, runs: Sequence[Run]) -> None:
    """See that nothing leans on a distribution of the base, or takes its place: a prefix knows none."""
    base, new = _distributions(env, files)
    for name, folder in new.items():
        text = image_text(evidence, files, f"{folder}/METADATA")
        needs = {normal_name(each) for each in _REQUIRES.findall(text or "")}
        if name in base or text is None or needs & base:
            raise _CannotSay(f"{name} needs or replaces what the base's Python has already.")
    asked = " ".join(run.text for run in runs if run.has("uv"))
    lists = re.findall(r"(?:-r|--requirements?)[ =]*([\w./-]+)", asked)
    told = "\n".join([asked, *(context_text(evidence, name) or "" for name in lists)])
    for name in base - {"pip"}:
        if re.search(rf"(?m)(?:^|\s|['\"]){re.escape(name)}\b(?!-)", told, re.IGNORECASE):
            raise _CannotSay(f"{name} is asked for, which the base's Python has already.")


def _distributions(env: EnvironmentFacts, files: Files) -> tuple[set[str], dict[str, str]]:
    """The names of the base's distributions, and the folders of what was added, by name."""
    base: set[str] = set()
    new: dict[str, str] = {}
    for site in sites(env.path, files):
        folder = files.path(site)
        for child in files.table.children(site):
            match = _INFO.fullmatch(files.table.names[child].decode("utf-8", "replace"))
            path = f"{folder}/{match[0]}" if match else ""
            if match is None:
                continue
            if not files.in_base(child):
                new.update({normal_name(match["name"]): path} if files.at(path) is not None else {})
                continue
            base.add(normal_name(match["name"]))
            if files.at(path) is None:
                raise _CannotSay(f"The build replaced the base's own {match['name']}.")
    return base, new


def _is(word: str, names: Sequence[str]) -> bool:
    return word.partition("=")[0] in names


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
