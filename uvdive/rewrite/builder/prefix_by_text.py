"""Packages of the system's Python in a folder of their own, where only the text is known (R10)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from uvdive.base.words import all_of
from uvdive.rewrite.builder.prefix_edits import FOLDER, CannotSay, Prefix, asked, edits_of, names
from uvdive.rewrite.choices import CHOICES
from uvdive.rewrite.environment import OFFICIAL, EnvironmentFacts
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import copied_text
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import BUILD_FIRST, Notes, Refused
from uvdive.uv.calls import calls_of
from uvdive.uv.mentions import installs_uv
from uvdive.uv.selection import is_set

_OF_PYTHONS = frozenset({"pip"})
_OF_OLD_PYTHONS = frozenset({"pip", "setuptools", "wheel"})
_LEAN_PYTHON = (3, 12)
"""The first whose official image has neither setuptools nor wheel: https://github.com/docker-library/python/issues/952."""


def prefix_by_text(
    evidence: Evidence, env: EnvironmentFacts, runs: Sequence[Run], notes: Notes, taken: Collection[int]
) -> Prefix:
    """The folder where only the text is known, so that the packages cannot be copied by name.

    Raises:
        Refused: R10, it would not surely come to the same.
    """
    try:
        edits = _edits(evidence, env, runs, taken)
    except CannotSay as reason:
        line = next((run.step.line for run in runs if run.has("uv") and not installs_uv(run.text)), None)
        raise Refused(
            "R10",
            "The packages go to the system's Python, and by the text they cannot be moved into a folder of "
            f"their own. {reason} {BUILD_FIRST}",
            line,
        ) from None
    notes.decide(
        CHOICES["system-install"].id,
        "R10",
        min(edits),
        f"Install the packages of the system's Python into {FOLDER}, and copy that",
        f"One COPY takes them over to {OFFICIAL}, whatever they are tomorrow.",
    )
    return Prefix(OFFICIAL, edits)


def _edits(
    evidence: Evidence, env: EnvironmentFacts, runs: Sequence[Run], taken: Collection[int]
) -> dict[int, str]:
    if evidence.shared:
        raise CannotSay("Other targets stand on the stage that installs them.")
    edits = dict(edits_of(evidence, runs, taken))
    _check_words(evidence, env, runs)
    return edits


def _check_words(evidence: Evidence, env: EnvironmentFacts, runs: Sequence[Run]) -> None:
    """See by the text that no bytecode is made and nothing takes the place of what the base has."""
    base = _OF_OLD_PYTHONS if tuple(map(int, env.minor.split("."))) < _LEAN_PYTHON else _OF_PYTHONS
    for run in runs:
        compiles = "--compile" in run.text or is_set(run.step.values, "UV_COMPILE_BYTECODE")
        if run.has("uv") and compiles:
            raise CannotSay("They are compiled, and bytecode names the folder that it was made in.")
    told = asked(evidence, runs)
    named = next((name for name in sorted(base) if names(told, name)), None)
    if named is not None:
        raise CannotSay(f"{named} is asked for, which the base's Python has already.")
    lock = copied_text(evidence, "uv.lock", mounted=True) or ""
    complete = all(call == "sync" for call in _installing(runs)) or "--hash=" in told
    if base > _OF_PYTHONS and (not complete or any(_locks(lock, name) for name in base)):
        raise CannotSay(
            f"Python {env.minor} comes with {all_of(sorted(base))}, of which a package may ask for another "
            "one."
        )


def _installing(runs: Sequence[Run]) -> Iterator[str]:
    """The names of uv's commands that install."""
    for run in runs:
        for call in calls_of(run.text, run.step.workdir):
            if call.name in ("sync", "pip install", "pip sync"):
                yield call.name


def _locks(lock: str, name: str) -> bool:
    return re.search(rf"(?m)^name = \"{name}\"$", lock) is not None
