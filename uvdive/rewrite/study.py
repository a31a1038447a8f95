"""What no choice changes, found out once for all drafts of a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from uvdive.dockerfile.steps import Step
from uvdive.rewrite.advice import ADVICE
from uvdive.rewrite.builder import unfit, warn_resolving
from uvdive.rewrite.copies import Copier, node_modules_of, project_file_names
from uvdive.rewrite.elsewhere import Outside, called_outside, commands_outside, texts_outside
from uvdive.rewrite.environment import EnvironmentFacts, Found, environment_of, find_environment
from uvdive.rewrite.evidence.commands.runs import Run, early_copies, read_runs
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.files.project_readers import ProjectReaders, project_readers
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.evidence.system.os_needs import Called
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.packages import OtherMeans
from uvdive.rewrite.stages import (
    BaseLookup,
    Bases,
    Beyond,
    KnownBases,
    Nothing,
    check_inherited,
    check_single,
    note_stages,
    steps_with_uv,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """The environment and the bases that one draft stands on; many drafts share one."""

    env: EnvironmentFacts
    bases: Bases


@dataclass
class Study:
    """Everything that drafts start from.

    Attributes:
        evidence: the file and its image.
        files: the image's files; None without an image.
        found: the environment, with the others that a choice may drop.
        with_uv: the COPYs of uv, where the last stage may do without them and stay as it is.
        runs: every RUN, by what its commands do.
        early: the lines of COPYs that repeated RUNs build on.
        modules: the folders called node_modules in the work directory.
        notes: the advice, and what is decided without a choice.
        notes_in_place: the same where the last stage stays whole.
        undivided: why the last stage cannot be divided in any draft; None where it can.
        bases: the bases that are at hand.
        outside: what starts the container or runs in it from outside the Dockerfile.
    """

    evidence: Evidence
    files: Files | None
    found: Found | EnvironmentFacts
    with_uv: tuple[Step, ...]
    runs: tuple[Run, ...]
    early: frozenset[int]
    modules: tuple[int, ...]
    notes: Notes
    notes_in_place: Notes
    undivided: Refused | None
    bases: KnownBases
    outside: Outside
    _copiers: dict[Ground, Copier] = field(default_factory=dict)
    _unfit: dict[EnvironmentFacts, tuple[str, str]] = field(default_factory=dict)

    @cached_property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """The words of what starts containers of the image from outside the Dockerfile."""
        return commands_outside(self.outside)

    @cached_property
    def called(self) -> tuple[Called, ...]:
        """The words of all commands from outside that run in a container."""
        return called_outside(self.outside)

    def texts_of(self, moved: Mapping[int, str]) -> list[str]:
        """The texts of all that starts in a container; ``moved`` are new instructions by line."""
        starting = map(self.evidence.starting, ("ENTRYPOINT", "CMD"))
        own = [step for step in (*starting, self.evidence.last("HEALTHCHECK")) if step is not None]
        commands = [moved.get(step.line, step.instruction.value) for step in own]
        return [*commands, *texts_outside(self.outside)]

    def unfit(self, env: EnvironmentFacts) -> tuple[str, str]:
        """Why the system's packages can't be installed into a folder of their own, as ``unfit`` says."""
        if env not in self._unfit:
            self._unfit[env] = unfit(self.evidence, env, self.files, self.runs)
        return self._unfit[env]

    @cached_property
    def readers(self) -> ProjectReaders:
        """What in the container names files that only the build needs, looked for when first asked."""
        return project_readers(self.evidence, self.files, project_file_names(self.evidence, self.files))

    def copier(self, ground: Ground, others: tuple[OtherMeans, ...]) -> Copier | None:
        """What divides the files on this ground, kept with its answers; None without an image.

        ``others`` are the packages that came by other means than apt's commands, which the ground decides.
        """
        if self.files is None:
            return None
        if ground not in self._copiers:
            self._copiers[ground] = Copier(
                self.evidence,
                self.files,
                ground.env,
                ground.bases,
                self.runs,
                self.early if ground.bases.bare is None else frozenset(),
                others,
            )
        return self._copiers[ground]


def study(
    evidence: Evidence,
    files: Files | None,
    lookup: BaseLookup,
    outside: Callable[[], Outside],
    reader: Beyond | None = None,
) -> Study:
    """Find out what no choice changes.

    Args:
        evidence: the file and its image.
        files: the image's files; None without an image.
        lookup: finds the report of a base that is at hand.
        outside: looks for what starts the container from outside the Dockerfile.
        reader: reads the contents of images; None where nobody can.

    Raises:
        Refused: whatever is chosen, there is no safe rewrite.
    """
    check_single(evidence)
    check_inherited(evidence)
    notes = Notes()
    with_uv = steps_with_uv(evidence)
    note_stages(evidence, notes)
    found = (find_environment if with_uv else environment_of)(evidence, files, notes)
    runs, undivided = _runs(evidence)
    warn_resolving(evidence, notes)
    in_place = Notes(
        {}, {k: v for k, v in notes.decisions.items() if k != "last-stage"}, list(notes.warnings)
    )
    for advise in ADVICE:
        advise(evidence, files, notes, divided=True)
        if with_uv:
            advise(evidence, files, in_place, divided=False)
    return Study(
        evidence=evidence,
        files=files,
        found=found,
        with_uv=with_uv,
        runs=runs,
        early=early_copies(evidence.steps, runs),
        modules=node_modules_of(files, evidence.workdir) if files is not None else (),
        notes=notes,
        notes_in_place=in_place,
        undivided=undivided,
        bases=KnownBases(files, lookup, reader or Nothing()),
        outside=outside(),
    )


def _runs(evidence: Evidence) -> tuple[tuple[Run, ...], Refused | None]:
    """Every RUN; where one cannot be read, why not: a last stage that is left whole does not need it."""
    try:
        return tuple(read_runs(evidence)), None
    except Refused as refused:
        return (), refused
