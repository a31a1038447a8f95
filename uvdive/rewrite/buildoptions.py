"""What a choice changes in the build's own installs: the dev group and bytecode (R14, R48)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from uvdive.dockerfile.shell import read_script, shell_text
from uvdive.image.table import Kind
from uvdive.ledger.report import Environment
from uvdive.rewrite.facts import EnvironmentFacts
from uvdive.rewrite.files import Files
from uvdive.rewrite.notes import Notes, options
from uvdive.rewrite.plan import Decision
from uvdive.rewrite.steps import Evidence, Step, command_text
from uvdive.rewrite.uvcalls import subcommand

_SYNC = re.compile(r"(\buv\b(?:\s|\\\n)+(?:--?\S+(?:\s|\\\n)+)*?sync)(?![\w./-])")
_NO_DEV = re.compile(
    r"--no-dev\b|--no-default-groups\b|--(?:only-)?group[ =]dev\b|--all-groups\b|--only-dev\b"
)
_COMPILES = "UV_COMPILE_BYTECODE"
_BYTECODE_RATIO = 1.2
"""Bytes of bytecode per byte of source: 1.19 over the 25 MB of this project's own environment."""


@dataclass(slots=True)
class BuildOptions:
    """Edits of the author's instructions by line, variables for the build stage, options for a
    sync that is added, and by how many bytes the environment gets smaller than the copy. ``reinstalls`` says
    that a sync must be added in any case.
    """

    edits: dict[int, str] = field(default_factory=dict)
    env: list[tuple[str, str]] = field(default_factory=list)
    sync: tuple[str, ...] = ()
    less_bytes: int = 0
    reinstalls: bool = False


def build_options(
    evidence: Evidence, env: EnvironmentFacts, files: Files | None, notes: Notes
) -> BuildOptions:
    """Offer what can be offered; by default nothing changes."""
    result = BuildOptions()
    if evidence.report is None or files is None or evidence.shared:
        return result
    main = next((e for e in evidence.report.environments if e.path.rstrip("/") == env.path), None)
    if main is not None:
        _dev_group(evidence, main, files, notes, result)
        _bytecode(evidence, env, files, notes, result)
    return result


def _sync_edits(evidence: Evidence, option: str) -> dict[int, str] | None:
    """All `uv sync` of the build with one more option; None where one is not plain to see."""
    edits: dict[int, str] = {}
    for step in evidence.runs():
        script = read_script(shell_text(step.instruction))
        if script is None:
            if re.search(r"\buv\b", command_text(step.instruction)):
                return None
            continue
        uv = [command for command in script.commands if command.program == "uv"]
        if any(_syncs_by_run(command.argv) for command in uv):
            return None
        count = sum(subcommand(command.argv)[0] == "sync" for command in uv)
        if not count:
            continue
        new, changed = _SYNC.subn(rf"\1 {option}", step.instruction.source)
        if changed != count:
            return None
        edits[step.line] = new
    return edits


def _syncs_by_run(argv: tuple[str, ...]) -> bool:
    """`uv run` in the build brings everything back, unless it is told not to sync."""
    return "run" in argv and "--no-sync" not in argv and "--no-dev" not in argv


def _dev_group(
    evidence: Evidence, main: Environment, files: Files, notes: Notes, result: BuildOptions
) -> None:
    assert evidence.report is not None
    names = {dist.name for dist in main.distributions if dist.group == "dev"}
    text = "\n".join(command_text(step.instruction) for step in evidence.runs())
    if not names or _NO_DEV.search(text) or evidence.report.config.environ.get("UV_NO_DEV"):
        return
    edits = _sync_edits(evidence, "--no-dev")
    if not edits:
        return
    numbers = {
        number
        for number, part in enumerate(evidence.report.components)
        if part.kind == "distribution" and part.name in names and part.path == main.path
    }
    decision = Decision(
        "dev-group",
        "R14",
        min(edits),
        "The dev group",
        f"The build installs it: {', '.join(sorted(names)[:6])}{' …' if len(names) > 6 else ''}. Nothing in "
        "the text says that the app needs it when it runs; only its author knows.",
        alternatives=options(keep="install it, as the build does", remove="leave it out (--no-dev)"),
    )
    if notes.choose(decision, "keep") == "keep":
        return
    result.edits.update(edits)
    result.sync = ("--no-dev",)
    result.less_bytes += sum(evidence.report.components[number].live_bytes for number in numbers)
    notes.distributions.update(names)
    root = files.at(main.path)
    if root is not None:
        notes.paths.update(owned_paths(files, root, numbers))


def owned_paths(files: Files, root: int, components: set[int]) -> list[str]:
    """The topmost paths below which everything belongs to the components."""
    found: list[str] = []

    def whole(node: int) -> bool:
        if files.kind(node) == Kind.FILE:
            return files.component(node) in components
        if files.kind(node) != Kind.DIRECTORY:
            return False
        children = files.children(node)
        states = [(child, whole(child)) for child in children]
        if states and all(state for _, state in states):
            return True
        found.extend(files.path(child) for child, state in states if state)
        return False

    whole(root)
    return found


def _bytecode(
    evidence: Evidence, env: EnvironmentFacts, files: Files, notes: Notes, result: BuildOptions
) -> None:
    text = "\n".join(step.instruction.source for step in evidence.steps if step.keyword in ("RUN", "ENV"))
    roots = [node for node in map(files.at, env.folders) if node is not None]
    sizes = {".py": 0, ".pyc": 0}
    for root in roots:
        for node in files.walk(root):
            suffix = files.suffix(node)
            if suffix in sizes:
                sizes[suffix] += files.size(node)
    setting = _setting(evidence)
    if _COMPILES not in text and "--compile-bytecode" not in text and sizes[".py"] and not sizes[".pyc"]:
        offered = options(keep="none, as the author has it", compile=f"compile all of it ({_COMPILES}=1)")
        reason = (
            "Without it Python compiles at every start, and a user that may not write there cannot keep the "
            "result. With it the image is larger; the size is an estimate."
        )
    elif setting is not None and sizes[".pyc"]:
        offered = options(keep="compiled, as the author has it", none=f"none ({_COMPILES}=0)")
        reason = "Without it the image is smaller and the first start slower."
    else:
        return
    line = None if setting is None else setting.line
    chosen = notes.choose(
        Decision("bytecode", "R48", line, "Compiled Python (.pyc)", reason, alternatives=offered), "keep"
    )
    if chosen == "compile":
        result.env.append((_COMPILES, "1"))
        result.less_bytes -= int(sizes[".py"] * _BYTECODE_RATIO)
    elif chosen == "none" and setting is not None:
        result.edits[setting.line] = re.sub(
            rf"({_COMPILES}[= ]\"?)[\w]+", r"\g<1>0", setting.instruction.source
        )
        result.less_bytes += sizes[".pyc"]


def _setting(evidence: Evidence) -> Step | None:
    """The ENV that turns compiling on, where it is the only mention."""
    found = [step for step in evidence.steps if _COMPILES in step.instruction.source]
    if len(found) == 1 and found[0].keyword == "ENV":
        value = re.search(rf"{_COMPILES}[= ]\"?(1|true)\b", found[0].instruction.source, re.IGNORECASE)
        return found[0] if value else None
    return None
