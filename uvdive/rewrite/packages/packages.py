"""The OS packages of the original, as the planning of the final stage sees them (R33, R60)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import package_names
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.os_needs import Called, SystemFacts
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages.by_other_programs import by_other_means
from uvdive.rewrite.packages.install_commands import Install, Listed, Removal
from uvdive.rewrite.packages.told import with_told


class Packages:
    """What RUNs install and remove, what lies in the bases, and what was decided to leave out.

    ``old`` are the packages of the original's base, ``there`` those of the final stage's;
    ``others`` came by other means than commands of apt and apk, ``unspelt`` by such commands
    although none of their words means them. ``unseen`` says that the new image gets
    distributions that nobody has looked into, ``called`` are words of commands from outside.
    ``hinges`` says that a decision would be another one if somebody had.
    ``drop`` holds why the final stage lacks a package, by the line of the RUN, the start of the
    package's word in it, and the name.
    """

    def __init__(  # noqa: PLR0913 - the evidence, piece by piece, by name
        self,
        evidence: Evidence,
        facts: SystemFacts,
        runs: Sequence[Run],
        base: ImageReport | None,
        notes: Notes,
        found: list[Install],
        gone: list[Removal],
        *,
        unseen: bool = False,
        called: tuple[Called, ...] = (),
    ) -> None:
        self.evidence, self.facts, self.runs, self.notes = evidence, facts, runs, notes
        self.removals, self.called = gone, called
        self.unseen = unseen and facts.seen is None
        self.hinges = False
        old = {name for name, layer in facts.first_layer.items() if layer < evidence.base_layers}
        self.old = frozenset(old & facts.packages.keys())
        # Where the runner's base is not at hand, it is taken to hold what the old base holds (R60).
        self.there = (package_names(base) if base is not None else None) or self.old
        self.recommends = any(install.recommends for install in found)
        self.installs, self.unspelt = with_told(facts, runs, found, self.old | self.there)
        self.others = by_other_means(facts, runs, self.installs, self.old | self.there)
        self.drop: dict[tuple[int, int, str], str] = {}

    def leave_out(self, install: Install, listed: Listed, why: str) -> None:
        """Note that the final stage lacks a package that a command names."""
        self.drop[install.run.step.line, listed.word.start, listed.name] = why

    def drops(self, install: Install, listed: Listed) -> bool:
        """Does the final stage lack a package that a command names?"""
        return (install.run.step.line, listed.word.start, listed.name) in self.drop

    def real(self, name: str) -> frozenset[str]:
        """The installed packages that a name means; itself, or those that provide it."""
        if name in self.facts.packages:
            return frozenset({name})
        return frozenset(p.name for p in self.facts.packages.values() if name in p.provides)

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """The packages and what they need, as the original's commands would bring it."""
        return self.facts.closure(names, recommends=self.recommends)

    def goes(self, names: Iterable[str]) -> frozenset[str]:
        """What the final stage lacks without these names: nothing that another kept package brings."""
        without = set(names)
        kept = [
            listed.name or listed.word.text
            for install in self.installs
            for listed in install.words
            if listed.name not in without and not self.drops(install, listed)
        ]
        real = (package for name in kept for package in self.real(name))
        needed = (need.package for need in self.facts.needs if need.how != "runs")
        stays = self.closure([*real, *self.by_others(), *needed])
        mine = self.closure(package for name in without for package in self.real(name))
        return mine - stays - self.there - self.old

    def size(self, names: Iterable[str]) -> int:
        """The bytes of some installed packages."""
        return sum(self.facts.bytes.get(name, 0) for name in names)

    def by_others(self) -> list[str]:
        """The packages that came by other means."""
        return [name for other in self.others for name in other.names]

    def names(self, *, dropped: bool) -> list[str]:
        """The installed packages that the commands name, of those left out or of those kept."""
        return [
            real
            for install in self.installs
            for listed in install.words
            if self.drops(install, listed) == dropped
            for real in self.real(listed.name or listed.word.text)
        ]
