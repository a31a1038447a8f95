"""What a choice changes in the build's own installs: the dev group and bytecode (R14, R48)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from uvdive.dockerfile.shell import command_text, read_script, shell_text
from uvdive.dockerfile.steps import Step
from uvdive.ledger.report import Environment
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import EnvironmentFacts, project_settings
from uvdive.rewrite.evidence.image_files import Files
from uvdive.rewrite.evidence.owned import numbers_of, owned_paths
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.uv.calls import calls_sync, subcommand
from uvdive.uv.run_options import read_words
from uvdive.uv.selection import is_set

_CALL = re.compile(r"(\buv\b(?:\s|\\\n)+(?:--?\S+(?:\s|\\\n)+)*?(?:sync|run))(?![\w./-])")
_ASKED = re.compile(r"--(?:only-)?group[ =]dev\b|--all-groups\b|--only-dev\b|\s--dev\b")
_WITHOUT = frozenset({"--no-dev", "--no-default-groups", "--only-group", "--only-dev", "--no-sync"})
_COMPILES = "UV_COMPILE_BYTECODE"
_RECEIPT = "uv-receipt.toml"
_BYTECODE_RATIO = 1.2
"""Bytes of bytecode per byte of source: 1.19 over the 25 MB of this project's own environment."""


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What choices change in the build.

    ``edits`` are new sources of the author's instructions by line, ``env`` variables for
    the build stage, ``sync`` options for a sync that is added; ``reinstalls`` says that one
    must be added in any case. ``removed`` are the components of what is not installed.
    ``less_bytes`` is by how many bytes the environment gets smaller than it is in the
    original, ``less_tools`` the same of uv's tools.
    """

    edits: Mapping[int, str] = field(default_factory=dict)
    env: tuple[tuple[str, str], ...] = ()
    sync: tuple[str, ...] = ()
    less_bytes: int = 0
    less_tools: int = 0
    removed: frozenset[int] = frozenset()
    reinstalls: bool = False

    def plus(self, other: BuildOptions) -> BuildOptions:
        """Both together."""
        return BuildOptions(
            {**self.edits, **other.edits},
            (*self.env, *other.env),
            (*self.sync, *other.sync),
            self.less_bytes + other.less_bytes,
            self.less_tools + other.less_tools,
            self.removed | other.removed,
            self.reinstalls or other.reinstalls,
        )


def build_options(
    evidence: Evidence, env: EnvironmentFacts, files: Files | None, notes: Notes
) -> BuildOptions:
    """Offer what can be offered; by default nothing changes."""
    if evidence.shared:
        return BuildOptions()
    if evidence.report is None or files is None:
        return _dev_by_text(evidence, notes)
    main = next((e for e in evidence.report.environments if e.path.rstrip("/") == env.path), None)
    if main is None:
        return BuildOptions()
    dev_group = _dev_group(evidence, main, files, notes)
    return dev_group.plus(_bytecode(evidence, env, files, dev_group.removed, notes))


def _dev_edits(evidence: Evidence) -> dict[int, str] | None:
    """The RUNs that install the dev group, without it; None where one is not plain to see.

    `uv run` in the build installs it too, whatever a sync before it left out.
    """
    edits: dict[int, str] = {}
    for step in evidence.runs():
        script = read_script(shell_text(step.instruction))
        if script is None:
            if re.search(r"\buv\b", command_text(step.instruction)):
                return None
            continue
        argvs = [command.argv for command in script.commands if command.program == "uv"]
        calls = [argv for argv in argvs if subcommand(argv)[0] in ("sync", "run")]
        bring = [argv for argv in calls if not _leaves_out(argv)]
        if not bring or is_set(step.values, "UV_NO_DEV") or is_set(step.values, "UV_NO_DEFAULT_GROUPS"):
            continue
        if any(subcommand(argv)[0] == "run" and not _is_own_program(argv) for argv in bring):
            return None
        new, changed = _CALL.subn(r"\1 --no-dev", step.instruction.source)
        if not changed == len(calls) == len(bring):
            return None
        edits[step.line] = new
    return edits


def _is_own_program(argv: tuple[str, ...]) -> bool:
    """Does a `uv run` start a script of the author's, rather than a program that the group may bring?"""
    program = argv[len(read_words(argv)) + 2 :] if "run" in argv else ()
    return (
        bool(program)
        and (program[0].endswith(".py") or program[0] in ("python", "python3"))
        and (program[1:2] != ("-m",))
    )


def _leaves_out(argv: tuple[str, ...]) -> bool:
    words = argv[1:]
    if subcommand(argv)[0] == "run":  # what follows its options is the program's
        words = read_words(argv)
    return any(word.partition("=")[0] in _WITHOUT for word in words)


def _dev_by_text(evidence: Evidence, notes: Notes) -> BuildOptions:
    """The same choice without an image, where the build's own `uv run` brings back what its sync left out."""
    text = "\n".join(command_text(step.instruction) for step in evidence.runs())
    edits = _dev_edits(evidence) if not _ASKED.search(text) else None
    groups = project_settings(evidence, evidence.workdir).get("dependency-groups")
    has_dev = isinstance(groups, dict) and bool(groups.get("dev"))
    leaves = any(calls_sync(line) and "--no-dev" in line for line in text.splitlines())
    if not edits or not leaves or not has_dev:
        return BuildOptions()
    choice = CHOICES["dev-group"]
    lines = ", ".join(map(str, sorted(edits)))
    chosen = notes.choose(
        choice,
        min(edits),
        f"`uv sync --no-dev` leaves it out, and `uv run` in the build (line {lines}) installs it again, so "
        "the original has it.",
        offered={"keep": "install it, as the build does", "remove": "leave it out (--no-dev)"},
    )
    return BuildOptions() if chosen == "keep" else BuildOptions(edits)


def _dev_group(evidence: Evidence, main: Environment, files: Files, notes: Notes) -> BuildOptions:
    assert evidence.report is not None
    names = {dist.name for dist in main.distributions if dist.group == "dev"}
    text = "\n".join(command_text(step.instruction) for step in evidence.runs())
    if not names or _ASKED.search(text) or evidence.report.config.environ.get("UV_NO_DEV"):
        return BuildOptions()
    edits = _dev_edits(evidence)
    if not edits:
        return BuildOptions()
    numbers = numbers_of(evidence.report, main.path, names)
    choice = CHOICES["dev-group"]
    chosen = notes.choose(
        choice,
        min(edits),
        f"The build installs it: {', '.join(sorted(names)[:6])}{' …' if len(names) > 6 else ''}. Nothing in "
        "the text says that the app needs it when it runs; only its author knows.",
        offered={**choice.values, "keep": "install it, as the build does"},
    )
    if chosen == "keep":
        return BuildOptions()
    notes.allowed.distributions.update(names)
    root = files.at(main.path)
    if root is not None:
        notes.allowed.paths.update(owned_paths(files, root, numbers))
    less = sum(evidence.report.components[number].live_bytes for number in numbers)
    return BuildOptions(edits, sync=("--no-dev",), less_bytes=less, removed=numbers)


def _bytecode(
    evidence: Evidence, env: EnvironmentFacts, files: Files, removed: frozenset[int], notes: Notes
) -> BuildOptions:
    text = "\n".join(step.instruction.source for step in evidence.steps if step.keyword in ("RUN", "ENV"))
    mine, tools = _code_bytes(env.folders, files, removed)
    sources, compiled = (mine[".py"] + tools[".py"], mine[".pyc"] + tools[".pyc"])
    setting = _setting(evidence)
    choice = CHOICES["bytecode"]
    if _COMPILES not in text and "--compile-bytecode" not in text and sources and not compiled:
        offered = {"keep": "none, as the author has it", "compile": choice.values["compile"]}
        reason = (
            "Without it Python compiles at every start, and a user that may not write there cannot keep the "
            "result. With it the image is larger; the size is an estimate."
        )
    elif setting is not None and compiled:
        offered = {"keep": "compiled, as the author has it", "none": choice.values["none"]}
        reason = "Without it the image is smaller and the first start slower."
    else:
        return BuildOptions()
    line = None if setting is None else setting.line
    chosen = notes.choose(choice, line, reason, offered=offered)
    if chosen == "keep":
        return BuildOptions()
    # uv notes down how it installed a tool.
    receipts = (f"{folder}/{_RECEIPT}" for folder in env.folders)
    notes.allowed.paths.update(path for path in receipts if files.at(path) is not None)
    if setting is None or chosen == "compile":
        more, more_tools = int(mine[".py"] * _BYTECODE_RATIO), int(tools[".py"] * _BYTECODE_RATIO)
        return BuildOptions(env=((_COMPILES, "1"),), less_bytes=-more, less_tools=-more_tools)
    source = re.sub(rf"({_COMPILES}[= ]\"?)[\w]+", r"\g<1>0", setting.instruction.source)
    return BuildOptions({setting.line: source}, less_bytes=mine[".pyc"], less_tools=tools[".pyc"])


def _code_bytes(
    folders: Sequence[str], files: Files, removed: Collection[int]
) -> tuple[dict[str, int], dict[str, int]]:
    """The bytes of sources and bytecode in the environments, and in those of uv's tools."""
    mine, tools = {".py": 0, ".pyc": 0}, {".py": 0, ".pyc": 0}
    for folder in folders:
        root = files.at(folder)
        sizes = mine if files.at(f"{folder}/{_RECEIPT}") is None else tools
        for node in files.walk(root) if root is not None else ():
            suffix = files.suffix(node)
            if suffix in sizes and files.component(node) not in removed:
                sizes[suffix] += files.size(node)
    return mine, tools


def _setting(evidence: Evidence) -> Step | None:
    """The ENV that turns compiling on, where it is the only mention."""
    found = [step for step in evidence.steps if _COMPILES in step.instruction.source]
    if len(found) == 1 and found[0].keyword == "ENV":
        value = re.search(rf"{_COMPILES}[= ]\"?(1|true)\b", found[0].instruction.source, re.IGNORECASE)
        return found[0] if value else None
    return None
