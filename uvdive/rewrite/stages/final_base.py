"""What the final image stands on: its base as now, the full Python image or the slim one, another (R2, R63).

The full Python image has what https://hub.docker.com/_/buildpack-deps has: compilers, headers, version
control and several hundred libraries, about a gigabyte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from uvdive.base.words import first_of
from uvdive.distro.needs import needed_of
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import copied_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.os_needs import Called
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages import FromBase, needed_of_base
from uvdive.rewrite.stages.bare_base import distroless_of, leanest_base, on_bare
from uvdive.rewrite.stages.base_difference import KnownBases
from uvdive.rewrite.stages.bases import Bases
from uvdive.uv.images import slim_of
from uvdive.uv.lock import read_lock

_RELEASE = re.compile(r"-(?=(?:forky|trixie|bookworm|bullseye)$)")
_NAMED = 6
_ID = "final-base"


def choose_final_base(
    evidence: Evidence,
    env: EnvironmentFacts,
    bases: Bases,
    known: KnownBases,
    runs: Sequence[Run],
    called: Sequence[Called],
    notes: Notes,
) -> tuple[Bases, tuple[str, ...], frozenset[str]]:
    """Decide what the final image stands on: its base as now, another Python image, distroless, any other.

    Args:
        evidence: the file and its image.
        env: the environment.
        bases: the bases as the build has them.
        known: the images that are at hand.
        runs: the RUNs, of which the final stage repeats some.
        called: words of commands from outside that run in the container.
        notes: takes the decision.

    Returns:
        The bases, the packages that the slim image has to get, and all that these bring.

    Raises:
        Refused: the base that was asked for will not do.
    """
    slim = slim_of(bases.runner) if bases.python_from is None else None
    written = _written(evidence, bases, slim) if slim is not None else None
    wanted = notes.choices.get(_ID, "")
    more = _others(evidence, known, wanted, bases.runner)
    if slim is None or written is None:
        return _without_slim(evidence, env, bases, known, more, notes), (), frozenset()
    base = known.report(slim)
    found = needed_of_base(evidence, runs, base, called) if base is not None else None
    names = found.names if found is not None else _by_lock(evidence)
    reason, default = _weigh(evidence, slim, found, names)
    same = "base" if wanted == "base" else "same"
    chosen = notes.choose(
        CHOICES[_ID],
        evidence.origin.source.line,
        reason,
        about=f"The final image's base: {bases.runner} is a full image",
        offered={
            "slim": f"{slim}{f', with {first_of(names, _NAMED)} installed' if names else ''}",
            same: f"{bases.runner}, with its compilers, headers and tools",
            **more,
        },
        default=same if default == "same" else default,
    )
    if chosen in more:
        return _on_another(evidence, env, bases, known, _image_of(evidence, chosen), notes), (), frozenset()
    if chosen == same:
        return bases, (), frozenset()
    _name_slim(notes, slim, bases.runner)
    _announce_tkinter(known, found, notes, evidence.origin.source.line)
    brought = found.brought if found is not None else frozenset(names)
    return replace(bases, runner=slim, written=written or None), names, brought


def _others(evidence: Evidence, known: KnownBases, wanted: str, runner: str) -> dict[str, str]:
    """The values beside those of the build's own base ``runner``: a smaller one, and what the user names."""
    value = leanest_base(evidence.report.os if evidence.report is not None else None)
    lean = _image_of(evidence, value)
    found = {}
    if lean != runner and lean and (wanted == value or known.offers(lean)):
        shell = ", which has no shell" if value == "distroless" else ""
        found[value] = f"{lean}{shell}, with the files that the app needs beyond it"
    if is_image(wanted) and wanted not in found:
        found[wanted] = "the image that you name, with the files that the app needs beyond it"
    return found


def is_image(value: str) -> bool:
    """Does a value name an image, and none of the words?"""
    return any(sign in value for sign in ":/@")


def _image_of(evidence: Evidence, value: str) -> str:
    """The image that a value means; empty where there is none for this build."""
    if value != "distroless":
        return value
    return distroless_of(evidence.report.os if evidence.report is not None else None) or ""


def _without_slim(
    evidence: Evidence,
    env: EnvironmentFacts,
    bases: Bases,
    known: KnownBases,
    more: Mapping[str, str],
    notes: Notes,
) -> Bases:
    """The bases where the build's own is slim already; nothing is asked where no other is known."""
    wanted = notes.choices.get(_ID, "")
    own = wanted if wanted in ("base", "same") else "slim"
    if not more and wanted != own:
        return bases
    chosen = notes.choose(
        CHOICES[_ID],
        evidence.origin.source.line,
        "What the app needs beyond another base is copied; nothing is installed there."
        if is_image(wanted)
        else "A smaller base has no shell and no package manager; what the app needs beyond it is copied.",
        offered={own: f"{bases.runner}, the build's without uv", **more},
        default=own,
    )
    if chosen not in more:
        return bases
    return _on_another(evidence, env, bases, known, _image_of(evidence, chosen), notes)


def _on_another(
    evidence: Evidence, env: EnvironmentFacts, bases: Bases, known: KnownBases, reference: str, notes: Notes
) -> Bases:
    found = on_bare(evidence, env, bases, known, reference, notes)
    decision = notes.decisions.get("runner-base")
    if decision is not None:
        summary = f"The final image starts from {reference}"
        notes.decisions["runner-base"] = replace(decision, summary=summary, reason="By your choice.")
    return found


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
