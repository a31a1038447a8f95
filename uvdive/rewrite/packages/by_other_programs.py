"""OS packages that a RUN installed by other means than a command of apt or apk (R33, R36).

``playwright install --with-deps`` and scripts of the author's do so. The image tells
which packages they are, so the final stage installs them by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from uvdive.distro.places import is_source
from uvdive.image.table import Kind
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.system.os_needs import SystemFacts
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.packages.install_commands import Install

_PLAYWRIGHT = re.compile(r"\bplaywright\b")


@dataclass(frozen=True, slots=True)
class OtherMeans:
    """The packages that one RUN installed in ways of its own: the fewest names that bring all of them."""

    run: Run
    names: tuple[str, ...]
    rule: str

    @property
    def by(self) -> str:
        """What installed them, for people."""
        return "playwright" if self.rule == "R36" else "a program of the build"


def is_playwright(run: Run) -> bool:
    """Does the RUN call playwright, which installs packages and nothing else of the system?"""
    return bool(_PLAYWRIGHT.search(run.text))


def by_other_means(
    facts: SystemFacts, runs: Sequence[Run], found: Sequence[Install], there: frozenset[str]
) -> tuple[OtherMeans, ...]:
    """What RUNs installed beside their commands of apt and apk; ``there`` are packages of the bases."""
    result = []
    for run in runs:
        if run.step.layer is None or not {"other", "uv"} & set(run.classes):
            continue
        before = [install for install in found if install.run.step.line <= run.step.line]
        named = [word.name or word.word.text for install in before for word in install.words]
        recommends = any(install.recommends for install in before)
        known = facts.closure(named, recommends=recommends, surely=True) | there
        mine = {name for name, layer in facts.first_layer.items() if layer == run.step.layer}
        added = (mine & facts.packages.keys()) - known
        if facts.asked_for is not None:
            # What nobody asked for came with a package that is removed again.
            added &= facts.closure(added & facts.asked_for)
        if added:
            names = fewest(facts, added)
            result.append(OtherMeans(run, names, "R36" if is_playwright(run) else "R33"))
    return tuple(result)


def fewest(facts: SystemFacts, added: Iterable[str]) -> tuple[str, ...]:
    """Of some packages, those that no other of them brings; of such as bring each other, the first."""
    brings = {name: facts.closure([name], surely=True) for name in sorted(added)}
    roots = [
        name
        for name in brings
        if not any(name in brings[other] and other not in brings[name] for other in brings)
    ]
    chosen: list[str] = []
    have: set[str] = set()
    for name in roots:
        if name not in have:
            chosen.append(name)
            have |= brings[name]
    return tuple(chosen)


def check_sources(others: Iterable[OtherMeans], files: Files) -> None:
    """Refuse packages from places that the RUN itself made known to apt: the final stage has only its own.

    Raises:
        Refused: R33.
    """
    for other in others:
        for node in files.walk(0):
            if files.layer(node) != other.run.step.layer or files.kind(node) != Kind.FILE:
                continue
            path = files.path(node)
            if is_source(path):
                raise Refused(
                    "R33",
                    f"This RUN installs packages by a program of its own, and adds {path}, a place that they "
                    "may come from. Add it in a RUN of its own, and install them with `apt-get install`.",
                    other.run.step.line,
                )


def note_others(others: Iterable[OtherMeans], notes: Notes) -> None:
    """Say what the final stage installs by name."""
    for other in others:
        notes.decide(
            "other-packages",
            other.rule,
            other.run.step.line,
            f"Install {len(other.names)} OS packages by name",
            f"In this RUN {other.by} installed them: {', '.join(other.names)}. The image tells which; what "
            "else it wrote is copied.",
        )
