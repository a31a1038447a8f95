"""The instructions that made the image, each with its state and the layer that it wrote."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from uvdive.base.secrets.words import redact
from uvdive.compose.recipe import Recipe
from uvdive.dockerfile.history import match_history
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.stages import Stage, lineage, read_stages
from uvdive.dockerfile.steps import Step, walk, workdir_after
from uvdive.dockerfile.text.syntax import Dockerfile, render
from uvdive.dockerfile.variables import filled_in
from uvdive.image.store import LayerStore
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.evidence.stops import Stops
from uvdive.rewrite.evidence.system.os_needs import SystemFacts
from uvdive.rewrite.evidence.system.uses import Asked
from uvdive.rewrite.evidence.written import Written
from uvdive.rewrite.notes import Refused
from uvdive.uv.calls import Call, calls_sync, uv_calls
from uvdive.uv.images import Reference, environ_of, workdir_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that a plan is made from; ``base`` is FROM's image, followed through stages.

    ``name`` is the Dockerfile's path, ``recipe`` the compose service or Bake target that is
    built, ``taken`` are names that no new stage may have, ``stops`` is what
    a start of both images measured of a slower stop; ``unmeasured`` says that none will be measured.
    ``asked`` has what the app's code names, once somebody asked for it; ``written`` is what a start of
    the original wrote (None: it was not observed).
    """

    dockerfile: Dockerfile
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    base: str
    base_layers: int
    report: ImageReport | None
    context: Path | None
    store: LayerStore | None = None
    system: SystemFacts | None = None
    name: str = "Dockerfile"
    recipe: Recipe | None = None
    taken: frozenset[str] = frozenset()
    stops: Stops | None = None
    unmeasured: bool = False
    asked: Asked | None = None
    written: Written | None = None

    @property
    def origin(self) -> Stage:
        """The stage that stands on the image: the last one, or the one below it."""
        return lineage(self.stages, self.stages[-1])[0]

    @property
    def shared(self) -> bool:
        """Do other targets stand on a stage that the last one stands on (R44)?"""
        chain = {stage.index for stage in lineage(self.stages, self.stages[-1])}
        return any(stage.parent in chain for stage in self.stages if stage.index not in chain)

    @property
    def workdir(self) -> str:
        """The work directory at the end; ``/`` where none is set."""
        if self.report is not None:
            return posixpath.normpath(self.report.config.working_dir or "/")
        return workdir_after(self.steps[-1]) if self.steps else workdir_of(Reference.read(self.base))

    def free_name(self, *names: str) -> str:
        """The first of some names that no stage has; the last of them with a number where each is taken."""
        taken = {stage.name for stage in self.stages} | self.taken
        return next((name for name in names if name not in taken), f"{names[-1]}-2")

    def last(self, keyword: str) -> Step | None:
        """The last step with a keyword: the one that holds."""
        found = next((step for step in reversed(self.steps) if step.keyword == keyword), None)
        if keyword == "CMD" and found is not None:
            entry = self.last("ENTRYPOINT")
            if entry is not None and entry.stage > found.stage:
                return None  # an ENTRYPOINT resets the CMD of the stage below
        return found

    def starting(self, keyword: str) -> Step | None:
        """As ``last``, of an ENTRYPOINT or CMD; None where it only takes away what a base starts."""
        step = self.last(keyword)
        return None if step is None or _starts_nothing(step) else step

    @property
    def starter(self) -> Step | None:
        """What says the first word of the start: ENTRYPOINT, or CMD without one; None where neither does."""
        return self.starting("ENTRYPOINT") or self.starting("CMD")

    def runs(self) -> list[Step]:
        """The RUN steps."""
        return [step for step in self.steps if step.keyword == "RUN"]

    def calls(self) -> Iterator[tuple[Step, Call]]:
        """Every call of uv in the RUNs, with its step; none of a RUN that is not understood."""
        for step in self.runs():
            for call in uv_calls(command_text(step.instruction), step.workdir) or ():
                yield step, call


def _starts_nothing(step: Step) -> bool:
    """``CMD []``, ``ENTRYPOINT []``; Docker starts an image with ``ENTRYPOINT [""]`` as one without."""
    words = step.instruction.exec_form
    if words is None:
        return not step.instruction.arguments.strip()
    return not words or (step.keyword == "ENTRYPOINT" and words == ("",))


def build_text(evidence: Evidence) -> str:
    """The shell text of all RUNs that made the environment: the other stages' where the last has no sync."""
    own = "\n".join(filled_in(command_text(step.instruction), step.values) for step in evidence.runs())
    if calls_sync(own):
        return own
    pairs = (
        pair for stage in evidence.stages for pair in zip(stage.instructions, stage.environments, strict=True)
    )
    return "\n".join(filled_in(command_text(i), values) for i, values in pairs if i.keyword == "RUN")


def gather(
    dockerfile: Dockerfile,
    report: ImageReport | None,
    context: Path | None,
    values: Mapping[str, str] | None = None,
) -> Evidence:
    """Lay the Dockerfile beside the image; ``values`` are what the build gives its ARGs.

    Raises:
        DockerfileError: the text is no Dockerfile.
        Refused: R34, the image was not built from it.
    """
    environ = dict(report.config.environ) if report else {}
    path = environ.get("PATH", "")
    stages = read_stages(
        dockerfile, values, base_env=lambda name: {**environ_of(Reference.read(name)), "PATH": path}
    )
    chain = lineage(stages, stages[-1])
    layers: dict[int, int] = {}
    base_layers = 0
    if report is not None:
        layers, base_layers = _layers(report, render(dockerfile))
    indexes = {stage.index for stage in chain}
    steps = tuple(
        replace(step, layer=layers.get(step.line))
        for step in walk(stages, dockerfile.escape, lambda name: workdir_of(Reference.read(name)))
        if step.stage in indexes
    )
    base = chain[0].base
    if not base:
        raise Refused(
            "R2",
            "FROM holds a variable without a default, so the base is not known. Give its ARG one, or give it "
            "here too (--build-arg).",
            chain[0].source.line,
        )
    return Evidence(dockerfile, stages, steps, base, base_layers, report, context)


def _layers(report: ImageReport, text: str) -> tuple[dict[int, int], int]:
    match = match_history([entry.created_by for entry in report.history], text)
    full = [index for index, entry in enumerate(report.history) if not entry.empty_layer]
    if not match.matches or len(full) != len(report.layers):
        unmatched = next(
            (i for i, span in enumerate(match.spans) if i >= match.base_entries and not span), None
        )
        made = (
            f" (it also has “{redact(report.history[unmatched].created_by)[:60]}”)"
            if unmatched is not None
            else ""
        )
        raise Refused(
            "R34",
            f"The image was not built from this Dockerfile: its history does not fit{made}. "
            "Build the image again from this file, or name the image that was built from it.",
        )
    layers: dict[int, int] = {}
    for layer, entry in enumerate(full):
        span = match.spans[entry]
        if span is not None:
            layers[span[0]] = layer
    return layers, sum(1 for entry in full if entry < match.base_entries)
