"""What cannot work in a container: links, scripts and editable installs that lead to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from uvdive.base.paths import raw
from uvdive.image.table import NONE, FileTable
from uvdive.ledger.findings.facts import Facts, finding
from uvdive.ledger.report import VIRTUAL, ConsoleScript, Environment, Finding


def dangling_interpreter(facts: Facts) -> Iterator[Finding]:
    """A venv whose ``bin/python`` ends in nothing (R1)."""
    for environment in facts.environments:
        if environment.kind in VIRTUAL and environment.interpreter_path is None:
            yield finding(
                "interpreter-dangling",
                f"{environment.interpreter} leads to {environment.hops[-1]}, which is not in the image",
                "Copy the interpreter to the same path, or make the environment with a Python that both "
                "stages have.",
                line=_line(facts, environment),
                paths=list(environment.hops),
                weight="high",
            )


def dead_scripts(facts: Facts) -> Iterator[Finding]:
    """Console scripts whose ``#!`` names a Python that is not there."""
    for environment in facts.environments:
        folder = f"{environment.path.rstrip('/')}/bin"
        dead = [
            script
            for script in environment.scripts
            if _is_dead(facts, script) and _is_apps(facts, environment, f"{folder}/{script.name}")
        ]
        if not dead:
            continue
        missing = sorted({script.interpreter for script in dead})
        yield finding(
            "console-scripts-dead",
            f"{len(dead)} program{'' if len(dead) == 1 else 's'} in {folder} cannot start: "
            f"{missing[0]} leads to no Python",
            "Keep the environment at the path it was made at, with its interpreter in the image.",
            line=_line(facts, environment),
            paths=[f"{folder}/{script.name}" for script in dead],
            weight="high",
        )


def _is_dead(facts: Facts, script: ConsoleScript) -> bool:
    """Only Python's scripts count: others may be there for programs that a user adds."""
    name = script.interpreter.rpartition("/")[2]
    if not script.interpreter.startswith("/") or not name.startswith(("python", "pypy")):
        return False
    return not facts.is_live(script.interpreter)


def _is_apps(facts: Facts, environment: Environment, path: str) -> bool:
    """Is it a venv's, or did the app's packages bring it? Not a script that an interpreter came with."""
    if environment.kind in VIRTUAL:
        return True
    node = facts.table.find(raw(path))
    entry = None if node is None else facts.table.visible(node)
    return entry is not None and facts.owner_of(entry) == "venv"


def _line(facts: Facts, environment: Environment) -> int | None:
    """The line of the layer that made the interpreter's link what it is; not of a later chown."""
    table = facts.table
    node = table.find(raw(environment.interpreter))
    entries = [] if node is None else table.entries_of(node)[::-1]
    same = list(takewhile(lambda entry: _target(table, entry) == _target(table, entries[0]), entries))
    return facts.line(table.entry_layer[same[-1]]) if same else None


def _target(table: FileTable, entry: int) -> bytes | None:
    link = table.entry_link[entry]
    return None if link == NONE else table.links[link]


def missing_source(facts: Facts) -> Iterator[Finding]:
    """Editable installs whose source folder is not in the image (R12)."""
    for item in facts.places:
        environment = item.environment
        folders = sorted({d.editable.rstrip("/") for d in environment.distributions if d.editable})
        missing = [path for folder in folders for path in _missing(facts, environment, folder)]
        if missing:
            yield finding(
                "editable-source-missing",
                f"{environment.path} looks for its source in {missing[0]}, which is not in the image",
                "Copy the source to the same path, or install with --no-editable.",
                line=_line(facts, environment),
                paths=missing,
                weight="high",
            )


def _missing(facts: Facts, environment: Environment, folder: str) -> list[str]:
    """Where an editable project's modules are looked for and are not: its own roots, else its folder."""
    roots = [root for root in environment.roots if f"{root}/".startswith(f"{folder}/")] or [folder]
    return [root for root in roots if not facts.is_live(root)]
