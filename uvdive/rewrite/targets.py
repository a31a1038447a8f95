"""Stages that people build by name: which is which afterwards (R44, R53)."""

from __future__ import annotations

from uvdive.dockerfile.stages import lineage
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.steps import Evidence

# Whoever gives a stage such a name means the one that builds.
_BUILDERS = frozenset({"base", "build", "builder", "build-stage", "build-env", "dependencies", "deps", "uv"})


def stage_names(evidence: Evidence, *, builds: bool) -> tuple[str, str]:
    """The names of the stage that the last one copies from, and of the last one.

    ``builds`` says whether the author's last stage is divided; else it only starts
    what the stage below it built. A name that people build by (``--target``) stays
    with the image that runs.
    """
    last = evidence.stages[-1]
    runner = _free(evidence, "runner", "final", "runtime", "uvdive-runner")
    if not builds and last.parent is not None:
        return evidence.stages[last.parent].name or str(last.parent), last.name or runner
    builder = _free(evidence, "builder", "build", "uv-builder", "uvdive-builder")
    if last.name and (len(evidence.stages) > 1 or last.name not in _BUILDERS):
        return builder, last.name
    return last.name or builder, runner


def _free(evidence: Evidence, *names: str) -> str:
    taken = {stage.name for stage in evidence.stages}
    return next(name for name in names if name not in taken)


def warn_targets(evidence: Evidence, notes: Notes) -> None:
    """Say which names now mean the build stage, and which targets are left as they are."""
    last = evidence.stages[-1]
    if len(evidence.stages) == 1 and last.name in _BUILDERS:
        notes.warn(
            "R44",
            last.source.line,
            f"The stage {last.name} is the build stage now: leave --target {last.name} out to get the final "
            "image.",
        )
    chain = {stage.index for stage in lineage(evidence.stages, last)}
    others = [
        stage
        for stage in evidence.stages
        if stage.index not in chain
        and chain & {part.index for part in lineage(evidence.stages, stage)}
        and not any(other.parent == stage.index for other in evidence.stages)
    ]
    for stage in others:
        notes.warn(
            "R44",
            stage.source.line,
            f"The target {stage.name or stage.index} stays as it is, with uv: only the default target, the "
            "last stage, is rewritten.",
        )
