"""Whether the final image stands on the full Python image or on the slim one (R2).

The full image has what https://hub.docker.com/_/buildpack-deps has: compilers, headers, version
control and several hundred libraries, about a gigabyte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from uvdive.base.words import first_of
from uvdive.distro.needs import needed_of
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import copied_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.os_needs import Called
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages import FromBase, needed_of_base
from uvdive.rewrite.stages.base_difference import KnownBases
from uvdive.rewrite.stages.bases import Bases
from uvdive.uv.images import slim_of
from uvdive.uv.lock import read_lock

_RELEASE = re.compile(r"-(?=(?:forky|trixie|bookworm|bullseye)$)")
_NAMED = 6


def choose_final_base(
    evidence: Evidence,
    bases: Bases,
    known: KnownBases,
    runs: Sequence[Run],
    called: Sequence[Called],
    notes: Notes,
) -> tuple[Bases, tuple[str, ...], frozenset[str]]:
    """Decide between a full Python image and its slim one.

    Args:
        evidence: the file and its image.
        bases: the bases as the build has them.
        known: the images that are at hand.
        runs: the RUNs, of which the final stage repeats some.
        called: words of commands from outside that run in the container.
        notes: takes the decision.

    Returns:
        The bases, the packages that the slim image has to get, and all that these bring.
    """
    slim = slim_of(bases.runner)
    written = _written(evidence, bases, slim) if slim is not None else None
    if slim is None or written is None or bases.python_from is not None:
        return bases, (), frozenset()
    base = known.report(slim)
    found = needed_of_base(evidence, runs, base, called) if base is not None else None
    names = found.names if found is not None else _by_lock(evidence)
    reason, default = _weigh(evidence, slim, found, names)
    chosen = notes.choose(
        CHOICES["final-base"],
        evidence.origin.source.line,
        reason,
        about=f"The final image's base: {bases.runner} is a full image",
        offered={
            "slim": f"{slim}{f', with {first_of(names, _NAMED)} installed' if names else ''}",
            "same": f"{bases.runner}, with its compilers, headers and tools",
        },
        default=default,
    )
    if chosen == "same":
        return bases, (), frozenset()
    _name_slim(notes, slim, bases.runner)
    _announce_tkinter(known, found, notes, evidence.origin.source.line)
    brought = found.brought if found is not None else frozenset(names)
    return replace(bases, runner=slim, written=written or None), names, brought


def _weigh(evidence: Evidence, slim: str, found: FromBase | None, names: Sequence[str]) -> tuple[str, str]:
    """Why which base, and the default."""
    if evidence.report is None:
        needed = f"the app needs {first_of(names, _NAMED)}" if names else "nothing needs more"
        return f"By the lock {needed}. What else it calls or loads, only the built image tells.", "same"
    if found is None:
        return f"What {slim} lacks cannot be told: it, or the image's contents, are not at hand.", "same"
    if found.hinders:
        return f"{slim} may lack something: {found.hinders}.", "same"
    words = first_of(found.words, _NAMED)
    also = f" Libraries of the environment hold the words {words}, which need be no calls." if words else ""
    if not found.needs:
        return f"No library, program or text of the app needs what only the full image has.{also}", "slim"
    needs = [f"{need.package} for {need.thing} ({need.by})" for need in found.needs]
    return f"Of what only the full image has, the app needs {first_of(needs, _NAMED, '; ')}.{also}", "slim"


def _announce_tkinter(known: KnownBases, found: FromBase | None, notes: Notes, line: int) -> None:
    """Python's tkinter lies in the slim image without its libraries (docker-library/python)."""
    files = known.files
    if files is None or (found is not None and any(need.thing == "tkinter" for need in found.needs)):
        return
    node = files.at("/usr/local/lib")
    pythons = files.children(node) if node is not None else ()
    folders = [files.at(f"{files.path(each)}/lib-dynload") for each in pythons]
    modules = [each for folder in folders if folder is not None for each in files.children(folder)]
    paths = [path for path in map(files.path, modules) if "/_tkinter." in path]
    if paths:
        notes.allowed.paths.update(paths)
        notes.warn("R2", line, "tkinter does not work in the slim image; nothing of the app imports it.")


def _name_slim(notes: Notes, slim: str, full: str) -> None:
    decision = notes.decisions.get("runner-base")
    if decision is not None:
        notes.decisions["runner-base"] = replace(
            decision,
            summary=f"The final image starts from {slim}",
            reason=f"It has the same Python at the same path as {full}, without what only builds.",
        )


def _written(evidence: Evidence, bases: Bases, slim: str) -> str | None:
    """The slim image as FROM has it; empty where it holds no variable, None where that is not known."""
    text = bases.written or (evidence.origin.source.arguments.split()[0] if bases.builder is None else "")
    if "$" not in text:
        return ""
    if bases.runner.rpartition(":")[2] in ("latest", ""):
        return None
    new, full = _with_slim(text), _with_slim(bases.runner)
    # Where a variable holds the release too, nobody knows where "slim" belongs.
    return (
        new if full == slim and bool(_RELEASE.search(text)) == bool(_RELEASE.search(bases.runner)) else None
    )


def _with_slim(text: str) -> str:
    return _RELEASE.sub("-slim-", text) if _RELEASE.search(text) else f"{text}-slim"


def _by_lock(evidence: Evidence) -> tuple[str, ...]:
    """What the lock's distributions load or call of the full image, by the tables (R33)."""
    lock = (
        read_lock(copied_text(evidence, "uv.lock", mounted=True) or "") if evidence.report is None else None
    )
    names = set(lock.packages) if lock is not None else set()
    return tuple(sorted({needed for name in names for needed in needed_of(name)}))
