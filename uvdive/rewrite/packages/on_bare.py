"""OS packages of the original where the final base has no package manager: what becomes of each (R63)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from uvdive.distro.kinds import only_builds
from uvdive.ledger.report import ImageReport
from uvdive.ledger.system.installed import package_names
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.packages.plan import PackagePlan


def without_manager(
    plan: PackagePlan,
    evidence: Evidence,
    base: ImageReport,
    brought: Sequence[str],
    reference: str,
    notes: Notes,
) -> PackagePlan:
    """The plan for a final stage that installs nothing: what a package is needed for is copied, or it goes.

    Args:
        plan: what a base with a package manager would install.
        evidence: the file and its image.
        base: the final image's base.
        brought: the packages that something is copied of.
        reference: the base's name.
        notes: takes the decisions.

    Raises:
        Refused: R63, nobody knows what a package is for.
    """
    facts, line = evidence.system, evidence.origin.source.line
    if facts is None or not facts.packages:
        if plan.installed is None and plan.edits:
            raise Refused(
                "R63",
                f"What the OS packages are for cannot be told, so {reference} will not do. Keep the build's "
                "own base (`--choose final-base=slim`).",
                line,
            )
        return PackagePlan(installed=frozenset())
    there = package_names(base)
    new = {name for name, layer in facts.first_layer.items() if layer >= evidence.base_layers}
    installed = (plan.installed or frozenset()) - there
    asked = sorted((facts.asked_for or installed) & installed & new)
    used = {name: facts.closure([name]) & set(brought) for name in asked}
    _check(used, reference, line)
    gone = frozenset(new - there)
    notes.allowed.packages.update(gone)
    notes.allowed.paths.update(path for path, of in facts.listed.items() if of <= gone)
    if asked:
        told = "; ".join(f"{name}: of {', '.join(sorted(of))}" for name, of in used.items())
        notes.decide(
            "bare-packages",
            "R63",
            None,
            f"Copy what is needed of {', '.join(asked)}, and install nothing",
            f"Files alone go into the final base. What is copied of each: {told}.",
        )
    return replace(
        plan, edits={}, without={}, dropped=gone, installed=frozenset(), bytes=0, others=(), hinges=False
    )


def _check(used: Mapping[str, Collection[str]], reference: str, line: int) -> None:
    for name, of in used.items():
        if of:
            continue
        why = "compiles" if only_builds(name) else "may be data, or a program called by other means"
        raise Refused(
            "R63",
            f"Nothing is installed in {reference}, and nobody knows what needs the OS package {name}: "
            f"it {why}. If nothing does, choose package-{name}=drop.",
            line,
        )
