"""Compilers and headers in the last stage of a finished file: out of the command that installs (R33)."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.base.units import size
from uvdive.distro.kinds import only_builds
from uvdive.dockerfile.text.edits import source_with
from uvdive.ledger.whose import is_os_package
from uvdive.rewrite.evidence.commands.command_kinds import SIDE
from uvdive.rewrite.evidence.commands.runs import Run, read_runs
from uvdive.rewrite.improve.work import Work
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.packages import Install, PackagePlan, installs, plan_packages, removals

DECISION = "build-packages"
FINDINGS = ("dev-packages-in-image", "build-tools-in-image")
_MAY_COMPILE = frozenset({"other", "uv"})


def mend_packages(work: Work) -> None:
    """Leave out what only builds, and install by name what came with it and is needed; else name it."""
    found = [install for install in installs(work.runs) if _named(install)]
    if not found or removals(work.runs):
        return
    facts = work.evidence.system
    compiles = next((run for run in work.runs if _MAY_COMPILE & set(run.classes)), None)
    if compiles is not None:
        _warn(work, found, f"line {compiles.step.line} may need them")
    elif facts is None or not facts.packages:
        _warn(work, found, "only the image tells which of their libraries the app needs")
    elif work.evidence.shared:
        _warn(work, found, "other targets stand on that stage too")
    else:
        _mend(work, found)


def _named(install: Install) -> list[str]:
    return [listed.name for listed in install.words if listed.name and only_builds(listed.name)]


def _mend(work: Work, found: Sequence[Install]) -> None:
    before = Notes(work.notes.choices)
    try:
        plan = plan_packages(work.evidence, read_runs(work.evidence), None, before, others=False)
    except Refused as refused:
        _warn(work, found, str(refused).rstrip("."))
        return
    changed = plan.edits.keys() | plan.without.keys()
    runs = [run for run in work.runs if run.step.line in changed]
    if not all(_can_edit(work, run, plan) for run in runs):
        _warn(work, found, "the command cannot be changed where it stands")
        return
    work.notes.decisions.update(before.decisions)
    work.notes.warnings.extend(before.warnings)
    if not runs:
        return
    for run in runs:
        change = work.change(run, DECISION)
        change.words += plan.edits.get(run.step.line, [])
        change.gone |= _gone(run, plan)
    allowed = work.notes.allowed
    allowed.packages |= before.allowed.packages
    allowed.paths |= before.allowed.paths
    for part in work.report.components if work.report is not None else ():
        if is_os_package(part) and part.name in plan.dropped:
            work.save(part.owner, part.live_bytes)
    work.mended.update((name, None) for name in FINDINGS)


def _gone(run: Run, plan: PackagePlan) -> set[int]:
    gone = set(plan.without.get(run.step.line, ()))
    left = {name for index, name in enumerate(run.classes) if index not in gone}
    return set(range(len(run.classes))) if left <= SIDE else gone


def _can_edit(work: Work, run: Run, plan: PackagePlan) -> bool:
    escape = work.evidence.dockerfile.escape
    edits = plan.edits.get(run.step.line, ())
    return source_with(run.step.instruction, edits, escape) is not None and work.can_cut(
        run, sorted(_gone(run, plan))
    )


def _warn(work: Work, found: Sequence[Install], why: str) -> None:
    names = sorted({name for install in found for name in _named(install)})
    told = [f for f in work.report.findings if f.id in FINDINGS] if work.report is not None else []
    total = sum(finding.bytes for finding in told)
    work.mended.update((name, None) for name in FINDINGS)
    worth = f" ({size(total)} with what they bring)" if total else ""
    work.notes.warn(
        "R33",
        found[0].run.step.line,
        f"{', '.join(names)} only build{worth}, and the last stage installs them. They are left there, as "
        f"{why}. Compile in the first stage, and install only libraries in the last one (libpq5 for "
        "libpq-dev).",
        total,
    )
