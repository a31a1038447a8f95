"""What the text of a divided stage stands on: environment, bases, start, and what the build does."""

from __future__ import annotations

from dataclasses import dataclass

from uvdive.ledger.report import ImageReport
from uvdive.rewrite.advice import warn_never_installed
from uvdive.rewrite.builder import (
    AtStart,
    BuildOptions,
    build_options,
    build_sync,
    first_sync,
    full_sync,
    install_project,
)
from uvdive.rewrite.draft.steps import start_of, weigh_start
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages import PackagePlan, plan_packages
from uvdive.rewrite.single import check_start
from uvdive.rewrite.stages import Bases, choose_bases, choose_final_base, on_base
from uvdive.rewrite.start import Start
from uvdive.rewrite.study import Study


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is decided before anything is copied.

    Attributes:
        env: the environment that the image runs on.
        bases: what both stages stand on.
        from_base: packages that the final base has to get.
        brought: all packages that come with these.
        start: how the new image starts.
        at_start: what the original's start did to the environment.
        build: what the build stage sets and installs beyond the original.
        left: nodes of the work directory that stay behind.
        sync: the commands that the build stage gets at its end.
        base: the final base's report; None where it is not at hand.
        missing: its name where somebody misses it (R60).
    """

    env: EnvironmentFacts
    bases: Bases
    from_base: tuple[str, ...]
    brought: frozenset[str]
    start: Start
    at_start: AtStart
    build: BuildOptions
    left: frozenset[int]
    sync: list[str]
    base: ImageReport | None
    missing: str | None

    @property
    def unseen(self) -> bool:
        """Is there more in a running container than the image holds?"""
        return self.env.at_start or self.at_start.unseen


def grounds_of(study: Study, env: EnvironmentFacts, notes: Notes) -> Grounds:
    """Decide what a divided stage stands on; raises Refused where there is no safe way."""
    evidence, files = study.evidence, study.files
    bases = choose_bases(evidence, env, files, notes)
    bases, from_base, brought = choose_final_base(
        evidence, env, bases, study.bases, study.runs, study.called, notes
    )
    start = start_of(study, env, notes)
    if files is None:
        check_start(evidence, env, start.removed)
    warn_never_installed(evidence, start, notes)
    at_start = weigh_start(study, env, start, notes)
    build = build_options(evidence, env, files, notes)
    installed, left = install_project(evidence, env, files, start.starts, notes)
    build = build.plus(installed)
    sync = _added_sync(study, env, start, at_start, build, notes)
    base = study.bases.report(bases.runner)
    missing = _missing(study, bases.runner, base, notes)
    return Grounds(env, bases, from_base, brought, start, at_start, build, left, sync, base, missing)


def packages_of(study: Study, on: Grounds, notes: Notes) -> PackagePlan:
    """What is installed in which stage."""
    evidence = study.evidence
    planned = plan_packages(
        evidence, study.runs, on.base, notes, unseen=on.unseen, called=study.called,
        minor=on.env.minor if evidence.report is None else None, used=study.outside.programs,
    )  # fmt: skip
    return on_base(planned, evidence, on.bases, study.bases, on.start, study.called, study.runs, notes)


def _missing(study: Study, runner: str, base: ImageReport | None, notes: Notes) -> str | None:
    """The final image's base where it is not at hand, with a warning; None where it is, or nobody asks."""
    if base is not None or study.evidence.report is None:
        return None
    notes.warn(
        "R60",
        None,
        f"{runner} is not at hand, so the new size is unknown until it is built or that image is "
        f"pulled (`--pull`, or `docker pull {runner}`).",
    )
    return runner


def _added_sync(
    study: Study, env: EnvironmentFacts, start: Start, at_start: AtStart, build: BuildOptions, notes: Notes
) -> list[str]:
    """The sync that the build stage gets at its end, if any (R13, R14, R15)."""
    evidence = study.evidence
    if env.at_start:
        return first_sync(evidence, env, start.sync, at_start, notes)
    last = build_sync(study.runs)
    return full_sync(evidence, env, last, at_start, notes, start.sync, build.sync, always=build.reinstalls)
