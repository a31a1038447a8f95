"""What installing commands bring that their words do not spell: the image tells (R33).

A variable, a list in a file, a pattern, a loop: the packages that came with that RUN's layer are
in the image's own database, with those that somebody asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.system.os_needs import SystemFacts
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages.by_other_programs import fewest
from uvdive.rewrite.packages.install_commands import Install, Listed


def with_told(
    facts: SystemFacts, runs: Sequence[Run], found: Sequence[Install], there: frozenset[str]
) -> tuple[list[Install], frozenset[str]]:
    """The commands with the names of all that they bring, and what else came with them.

    Args:
        facts: of the image.
        runs: every RUN.
        found: the commands by their words.
        there: the packages of the bases, which need no name.

    Returns the commands, and the packages that no word of theirs explains although
    nothing else in their RUN can have installed them: an upgrade, `apt-get build-dep`.
    """
    result: list[Install] = []
    unexplained: set[str] = set()
    for run in runs:
        own = [install for install in found if install.run is run]
        layer = run.step.layer
        mine = {
            name for name, first in facts.first_layer.items() if first == layer and name in facts.packages
        }
        named = _names([*result, *own])
        recommends = any(install.recommends for install in (*result, *own))
        left = mine - facts.closure(named, recommends=recommends) - there
        if any(_is_open(listed) for install in own for listed in install.words):
            own = _filled(own, _asked(facts, run, left, named))
        elif own and not {"other", "uv"} & set(run.classes) and not _purged(facts, own):
            unexplained |= left
        result += own
    return result, frozenset(unexplained)


def _asked(facts: SystemFacts, run: Run, left: set[str], named: Sequence[str]) -> Sequence[str]:
    """What a list must have named: of what came with the layer, and of what was there before."""
    if facts.asked_for is None:
        return fewest(facts, left)
    layer = -1 if run.step.layer is None else run.step.layer
    anew = facts.asked_anew.get(layer, frozenset()) & facts.packages.keys() - set(named)
    return sorted(left & facts.asked_for | anew)


def _is_open(listed: Listed) -> bool:
    return listed.told and not listed.name


def _purged(facts: SystemFacts, installs: Iterable[Install]) -> bool:
    """Is one of the named packages gone again, so that what it brought may be all that is left of it?"""
    provided = {name for package in facts.packages.values() for name in (package.name, *package.provides)}
    return any(listed.name and listed.name not in provided for each in installs for listed in each.words)


def _names(installs: Iterable[Install]) -> list[str]:
    return [listed.name or listed.word.text for install in installs for listed in install.words]


def _filled(installs: Sequence[Install], names: Sequence[str]) -> list[Install]:
    """The commands with the names in place of the first word that nobody can read, and no other such."""
    result, waiting = [], tuple(names)
    for install in installs:
        words: list[Listed] = []
        for listed in install.words:
            if not _is_open(listed):
                words.append(listed)
                continue
            words += [replace(listed, name=name) for name in waiting] or [listed]
            waiting = ()
        result.append(replace(install, words=tuple(dict.fromkeys(words))))
    return result


def note_told(installs: Iterable[Install], notes: Notes) -> None:
    """Say which packages are installed that the author's words do not spell."""
    told = [install for install in installs if any(listed.told and listed.name for listed in install.words)]
    if not told:
        return
    listed = (each for install in told for each in install.words if each.told and each.name)
    names = list(dict.fromkeys(each.name for each in listed))
    unread = any(install.unread for install in told)
    how = "The final image does not have what tells them, so they are named." if unread else "The list stays."
    notes.decide(
        "listed-packages",
        "R33",
        told[0].run.step.line,
        f"Install what a list names: {len(names)} OS packages",
        f"They are {', '.join(names)}, by the text and by the image. {how} What only builds is a choice of "
        "its own.",
    )


def note_purged(notes: Notes, install: Install) -> None:
    """Say that packages which the build removes again are never installed in the final image."""
    notes.decide(
        "purged-packages",
        "R43",
        install.run.step.line,
        "Leave out what the build removes again",
        "These packages are installed and removed by the original; the final image never gets them.",
    )
