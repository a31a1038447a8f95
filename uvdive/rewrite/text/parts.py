"""All that the new text is made of: what the rooms before this one have decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from uvdive.rewrite.builder import DependencyLayer
from uvdive.rewrite.copies import CopySet
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.packages import PackagePlan
from uvdive.rewrite.stages import Bases
from uvdive.rewrite.stages.targets import Target
from uvdive.rewrite.start import ScriptPlan
from uvdive.rewrite.user import AppUser

BUILDS = frozenset({"RUN", "COPY", "ADD"})


@dataclass(frozen=True, slots=True)
class Common:
    """What both stages do: the stage ``name`` on ``image`` has the author's ``lines``; no name: none.

    ``uv`` is the image that the build copies uv from, where its own base had it. ``left`` are lines
    that only the last stage needs, ``rests`` what the build stage does of a shared line on top.
    ``made`` are those of the lines that make folders with their owner. ``stage`` is the author's own
    stage that both stand on, which stays as it is; None where the new text gets one.
    """

    name: str = ""
    image: str = ""
    uv: str | None = None
    lines: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()
    made: frozenset[int] = frozenset()
    rests: Mapping[int, str] = field(default_factory=dict)
    stage: int | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What both stages get.

    ``env`` are variables that the runner gets (R20, R26), ``moved`` maps the line of a
    start instruction to its new source, ``environs`` that of an ENV to what the last stage has of it,
    ``extra_build`` and ``extra_start`` end the stages, ``trim`` takes away what stays behind.
    ``edits`` are new sources of instructions of the build stage, by line, and ``layer`` what
    installs the dependencies in front of them; ``packages`` those that the runner installs
    beside the author's. ``common`` is what both stages stand on, ``folded`` are lines whose
    work the instruction behind does too. ``user`` is who the program runs as, where that is not root.
    """

    evidence: Evidence
    bases: Bases
    copies: CopySet
    runs: Sequence[Run]
    os_packages: PackagePlan
    early: frozenset[int]
    scripts: ScriptPlan
    moved: Mapping[int, str]
    environs: Mapping[int, str]
    edits: Mapping[int, str] = field(default_factory=dict)
    layer: DependencyLayer = field(default_factory=DependencyLayer)
    build_env: Sequence[tuple[str, str]] = ()
    env: Sequence[tuple[str, str]] = ()
    packages: tuple[str, ...] = ()
    extra_build: Sequence[str] = ()
    extra_start: Sequence[str] = ()
    stop_signal: str | None = None
    targets: tuple[Target, ...] = ()
    common: Common = field(default_factory=Common)
    folded: frozenset[int] = frozenset()
    trim: Sequence[str] = ()
    user: AppUser | None = None

    @property
    def builds(self) -> bool:
        """Does the last stage itself build something, or get something to build?

        One of several targets does not: what it adds stands in the author's own words behind the base.
        """
        if self.targets:
            return False
        last = self.evidence.stages[-1].index
        own = (step for step in self.evidence.steps if step.stage == last)
        return any(step.keyword in BUILDS for step in own) or bool(
            self.extra_build or self.copies.cleared or self.trim
        )
