"""What the app needs of its base's own packages, where the final image stands on a smaller base (R2, R33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uvdive.distro.kinds import only_builds
from uvdive.distro.needs import compiles_at_run_time
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import package_names
from uvdive.rewrite.evidence.commands.command_kinds import REPEATED, tools_of
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.os_needs import Called, Need, SystemFacts
from uvdive.rewrite.packages.needs import called_needs, started_needs


@dataclass(frozen=True, slots=True)
class FromBase:
    """The packages of the old base that the new one lacks and something needs.

    ``needs`` has the surest need of each, ``brought`` are they and what they depend on, as far as the
    new base lacks it. ``words`` are names of programs that the environment's code has somewhere, which
    need be no calls. ``hinders`` says why the new base will not do whatever is installed there, as
    the end of a sentence; empty where nothing hinders.
    """

    needs: tuple[Need, ...] = ()
    brought: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    hinders: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The packages to install by name."""
        return tuple(sorted({need.package for need in self.needs}))


def needed_of_base(
    evidence: Evidence, runs: Sequence[Run], base: ImageReport, called: Sequence[Called]
) -> FromBase | None:
    """What is needed of the packages that the new base lacks; None where that is not known."""
    facts, there = evidence.system, package_names(base)
    if facts is None or not facts.packages or not there:
        return None
    lost = facts.packages.keys() - there
    lost = {name for name in lost if facts.first_layer.get(name, 0) < evidence.base_layers}
    needs: dict[str, Need] = {}
    words: set[str] = set()
    for need in (*started_needs(evidence, facts), *called_needs(facts, called), *facts.needs):
        if need.package not in lost:
            continue
        # Words of libraries such as “file” and “stream” are names of programs there, too.
        if not need.sure and (need.how == "runs" or only_builds(need.package)):
            words.add(need.thing)
            continue
        known = needs.setdefault(need.package, need)
        if need.sure and not known.sure:
            needs[need.package] = need
    brought = facts.closure(needs, recommends=False) - there
    return FromBase(
        tuple(needs[name] for name in sorted(needs)),
        brought,
        tuple(sorted(words)),
        _hinders(evidence, facts, runs, lost),
    )


def _hinders(evidence: Evidence, facts: SystemFacts, runs: Sequence[Run], lost: set[str]) -> str:
    for run in runs:
        for part, kind in run.parts:
            tools = tools_of(part.commands) if kind in REPEATED else frozenset()
            tool = next((name for name in sorted(tools) if facts.programs.get(name) in lost), None)
            if tool is not None:
                return f"line {run.step.line}, which the final stage repeats, calls {tool}"
    report = evidence.report
    names = (d.name for each in report.environments for d in each.distributions) if report is not None else ()
    compiler = next((name for name in names if compiles_at_run_time(name.lower())), None)
    return f"{compiler} can call a compiler when the app runs" if compiler is not None else ""
