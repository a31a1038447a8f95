"""What a choice changes in the build's own installs: the dev group and bytecode (R14, R48)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from uvdive.base.names import normal_name
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.steps import Step
from uvdive.ledger.report import Environment
from uvdive.rewrite.builder.dev_groups import asked_for, edits_without, groups_of, in_words, options_without
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import EnvironmentFacts, project_settings
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.owned import numbers_of, owned_paths
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.uv.calls import calls_sync, uv_calls
from uvdive.uv.lock import as_table

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
    main = env.reported_in(evidence.report)
    if main is None:
        return BuildOptions()
    dev_group = _dev_group(evidence, main, files, notes)
    return dev_group.plus(_bytecode(evidence, env, files, dev_group.removed, notes))


def _dev_by_text(evidence: Evidence, notes: Notes) -> BuildOptions:
    """The same choice without an image, where the build's own `uv run` brings back what its sync left out."""
    dev = as_table(project_settings(evidence, evidence.workdir).get("dependency-groups")).get("dev")
    texts = [command_text(step.instruction) for step in evidence.runs()]
    leaves = any(calls_sync(text) and "--no-dev" in text for text in texts)
    runs = any(call.name == "run" for text in texts for call in uv_calls(text) or ())
    if not leaves or not runs or not isinstance(dev, list):
        return BuildOptions()
    members = {normal_name(match[0]) for word in dev if (match := re.match(r"[\w.-]+", str(word)))}
    edits = edits_without(evidence, options_without(evidence, ["dev"]), members)
    if not edits:
        return BuildOptions()
    chosen = notes.choose(
        CHOICES["dev-group"],
        min(edits),
        "`uv sync --no-dev` leaves it out, and `uv run` in the build installs it again, so the original has "
        "it.",
        offered={"keep": "install it, as the build does", "remove": "leave it out"},
    )
    return BuildOptions() if chosen == "keep" else BuildOptions(edits)


def _dev_group(evidence: Evidence, main: Environment, files: Files, notes: Notes) -> BuildOptions:
    assert evidence.report is not None
    if CHOICES["dev-group"].id in notes.decisions:
        return BuildOptions()  # the start was asked about already (R14)
    groups = groups_of(main)
    names = {name for members in groups.values() for name in members}
    options = options_without(evidence, groups)
    edits = edits_without(evidence, options, names) if names else None
    if not edits:
        return BuildOptions()
    numbers = numbers_of(evidence.report, main.path, names)
    choice = CHOICES["dev-group"]
    keep = "install it, as the build does" if len(groups) == 1 else "install them, as the build does"
    chosen = notes.choose(
        choice,
        min(edits),
        in_words(groups, asked_for(evidence, groups)),
        about=choice.about if set(groups) == {"dev"} else f"The dependency groups ({', '.join(groups)})",
        offered={"keep": keep, "remove": f"leave out ({' '.join(options)})"},
    )
    if chosen == "keep":
        return BuildOptions()
    notes.allowed.distributions.update(names)
    root = files.at(main.path)
    if root is not None:
        notes.allowed.paths.update(owned_paths(files, root, numbers))
    less = sum(evidence.report.components[number].live_bytes for number in numbers)
    return BuildOptions(edits, sync=options, less_bytes=less, removed=numbers)


def _bytecode(
    evidence: Evidence, env: EnvironmentFacts, files: Files, removed: frozenset[int], notes: Notes
) -> BuildOptions:
    text = "\n".join(step.instruction.source for step in evidence.steps if step.keyword in ("RUN", "ENV"))
    mine, tools = _code_bytes(env.folders, files, removed)
    sources, compiled = (mine[".py"] + tools[".py"], mine[".pyc"] + tools[".pyc"])
    setting = _setting(evidence)
    choice = CHOICES["bytecode"]
    if _COMPILES not in text and "--compile-bytecode" not in text and sources and not compiled:
        offered = {"keep": "No, as today", "compile": choice.values["compile"]}
        reason = (
            "Precompiled, the image is larger (an estimate) and starts faster, most of all where its user "
            "cannot write beside the code."
        )
    elif setting is not None and compiled:
        offered = {"keep": "Yes, as today", "none": choice.values["none"]}
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
        for (suffix, component), size in () if root is None else files.bytes_of_code(root).items():
            if component not in removed:
                sizes[suffix] += size
    return mine, tools


def _setting(evidence: Evidence) -> Step | None:
    """The ENV that turns compiling on, where it is the only mention."""
    found = [step for step in evidence.steps if _COMPILES in step.instruction.source]
    if len(found) == 1 and found[0].keyword == "ENV":
        value = re.search(rf"{_COMPILES}[= ]\"?(1|true)\b", found[0].instruction.source, re.IGNORECASE)
        return found[0] if value else None
    return None
