"""Packages of the system's Python by way of a folder of their own, which one COPY takes over (R10).

`uv pip install --prefix` lays the same files out below another folder: byte by byte the same, but
for headers (``include/site``), bytecode (which names its source) and Debian's own Python, which
looks elsewhere. Measured with uv 0.13.9 over official Pythons 3.11 and 3.13.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from uvdive.base.names import normal_name
from uvdive.rewrite.builder.prefix_by_text import prefix_by_text
from uvdive.rewrite.builder.prefix_edits import FOLDER, CannotSay, Prefix, asked, edits_of, names
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import OFFICIAL, EnvironmentFacts, sites
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.image_texts import image_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes

_INFO = re.compile(r"(?P<name>[\w.]+?)-[\w.!+]+\.(?:dist|egg)-info", re.IGNORECASE)
_REQUIRES = re.compile(r"^Requires-Dist:\s*([\w.-]+)", re.MULTILINE)


def install_to_prefix(
    evidence: Evidence,
    env: EnvironmentFacts,
    files: Files | None,
    runs: Sequence[Run],
    notes: Notes,
    *,
    taken: Collection[int] = (),
    unfit: Callable[[EnvironmentFacts], tuple[str, str]],
) -> Prefix | None:
    """Offer to install the system's packages into a folder of their own; None where they stay in place.

    ``taken`` are the lines of instructions that another choice changes already, ``unfit`` is the
    function of that name with its answers kept. Where it would not surely come to the same files, the
    decision says why.
    """
    if files is None:
        return prefix_by_text(evidence, env, runs, notes, taken) if env.system else None
    if not env.system or evidence.shared:
        return None
    place, base = unfit(env)
    edits: dict[int, str] = {}
    try:
        edits = {} if place else dict(edits_of(evidence, runs, taken))
        why = place or base
    except CannotSay as reason:
        why = str(reason)
    if why:
        notes.decide(
            "system-files",
            "R10",
            None,
            "Copy the system's packages by the names that they have today",
            f"{why} A package that is added later needs a new rewrite.",
        )
        return None
    chosen = notes.choose(
        CHOICES["system-install"],
        min(edits),
        f"One COPY of {FOLDER} takes the packages over, whatever they are tomorrow: their scripts, versions "
        "and data files need no line of their own.",
    )
    return Prefix(OFFICIAL, edits) if chosen == "prefix" else None


def unfit(
    evidence: Evidence, env: EnvironmentFacts, files: Files | None, runs: Sequence[Run]
) -> tuple[str, str]:
    """Why a prefix would not come to the same: for what lies there, and what the base has; else empty."""
    if files is None or not env.system:
        return "", ""
    try:
        _check_place(env, files)
    except CannotSay as reason:
        return str(reason), ""
    try:
        _check_base(evidence, env, files, runs)
    except CannotSay as reason:
        return "", str(reason)
    return "", ""


def _check_place(env: EnvironmentFacts, files: Files) -> None:
    """See that the interpreter looks where a prefix lays things out, and that they don't name their path."""
    if env.path != OFFICIAL or env.other_systems or files.at(FOLDER) is not None:
        raise CannotSay("Only the Python of the official images finds what a prefix would hold.")
    top = files.at(OFFICIAL)
    assert top is not None
    for node in files.walk(top):
        if files.owner(node) != "venv" or files.in_base(node):
            continue
        if files.suffix(node) == ".pyc":
            raise CannotSay("Its packages are compiled, and bytecode names the folder that it was made in.")
        if files.path(node).startswith(f"{OFFICIAL}/include/"):
            raise CannotSay("A package brings C headers, which a prefix would put elsewhere.")


def _check_base(evidence: Evidence, env: EnvironmentFacts, files: Files, runs: Sequence[Run]) -> None:
    """See that nothing leans on a distribution of the base, or takes its place: a prefix knows none."""
    base, new = _distributions(env, files)
    for name, folder in new.items():
        text = image_text(evidence, files, f"{folder}/METADATA")
        needs = {normal_name(each) for each in _REQUIRES.findall(text or "")}
        if name in base or text is None or needs & base:
            raise CannotSay(f"{name} needs or replaces what the base's Python has already.")
    told = asked(evidence, runs)
    for name in base - {"pip"}:
        if names(told, name):
            raise CannotSay(f"{name} is asked for, which the base's Python has already.")


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
                raise CannotSay(f"The build replaced the base's own {match['name']}.")
    return base, new
