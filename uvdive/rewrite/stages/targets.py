"""Stages that people build by name: which is which afterwards (R44, R53)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from uvdive.base.paths import is_below
from uvdive.distro.places import is_shared
from uvdive.dockerfile.stages import Stage, lineage
from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.text.syntax import Instruction
from uvdive.rewrite.builder import needs_sync
from uvdive.rewrite.environment import EnvironmentFacts
from uvdive.rewrite.evidence.commands.runs import Run
from uvdive.rewrite.evidence.files.context_files import sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.start import plan_start
from uvdive.uv.mentions import brings_uv

# What a target may hold beside its start, where it is to have the files of another one.
_DESCRIBES = frozenset(
    ("CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "LABEL", "STOPSIGNAL", "ENV", "MAINTAINER", "USER")
)
_DECIDES = re.compile(r"\b(?:PATH|VIRTUAL_ENV|HOME|UV_\w+)\b")
# Whoever gives a stage such a name means the one that builds.
_BUILDERS = frozenset({"base", "build", "builder", "build-stage", "build-env", "dependencies", "deps", "uv"})


def stage_names(evidence: Evidence, *, builds: bool) -> tuple[str, str]:
    """The names of the stage that the last one copies from, and of the last one.

    ``builds`` says whether the author's last stage is divided; else it only starts
    what the stage below it built. A name that people build by (``--target``) stays
    with the image that runs.
    """
    last = evidence.stages[-1]
    runner = evidence.free_name("runner", "final", "runtime", "uvdive-runner")
    if not builds and last.parent is not None:
        return evidence.stages[last.parent].name or str(last.parent), last.name or runner
    builder = evidence.free_name("builder", "build", "uv-builder", "uvdive-builder")
    if last.name and (len(evidence.stages) > 1 or last.name not in _BUILDERS):
        return builder, last.name
    return last.name or builder, runner


def shared_name(evidence: Evidence) -> str:
    """The name of the final base that several targets get."""
    return evidence.free_name("runtime", "runner", "final", "uvdive-runtime")


@dataclass(frozen=True, slots=True)
class Target:
    """Another target that stands on the final image's contents: its stage's index and new sources by line."""

    stage: int
    moved: Mapping[int, str]
    removed: frozenset[str]


def lean_targets(
    evidence: Evidence,
    env: EnvironmentFacts,
    files: Files | None,
    runs: Sequence[Run],
    notes: Notes,
    *,
    alone: bool,
) -> tuple[Target, ...]:
    """The other targets that stand on what the last one stands on too; the rest is warned of (R44).

    They start it, with files of the context at most. ``alone`` says that the last stage itself does no
    more, so that what both stand on can be a final base.
    """
    warn_name(evidence, notes)
    last = evidence.stages[-1]
    found = []
    for stage in _others(evidence):
        alike = alone and stage.parent == last.parent
        target = _target(evidence, stage, env, files, runs, notes) if alike else None
        if target is not None:
            found.append(target)
            continue
        notes.warn(
            "R44",
            stage.source.line,
            f"The target {stage.name or stage.index} has steps of its own, so it is left as it is, with uv.",
        )
    if found:
        names = [evidence.stages[target.stage].name or str(target.stage) for target in found]
        ends = [last, *(evidence.stages[target.stage] for target in found)]
        bring = any(adding(evidence, stage) for stage in ends)
        what = "add files of the build context at most" if bring else "add no file"
        notes.decide(
            "targets",
            "R44",
            last.source.line,
            f"The target{'s' if len(names) > 1 else ''} {', '.join(names)}: without uv as well",
            f"They start from the same stage as {last.name or 'the last one'} and {what}, so all of "
            "them get one final base. Only the last one is built and checked; --target builds another.",
        )
    return tuple(found)


def only_adds(evidence: Evidence, env: EnvironmentFacts, stage: Stage) -> bool:
    """Does a stage add no more than files of the build context beside its start?

    They lie in the work directory, apart from the environment, and nothing changes where its programs
    run: so the instructions say the same behind the shared stage and behind the final base.
    """
    return stage.parent is not None and all(
        _adds_files(evidence, env, stage, instruction)
        if instruction.keyword == "COPY"
        else instruction.keyword in _DESCRIBES
        and not (instruction.keyword == "ENV" and _DECIDES.search(instruction.value))
        for instruction in evidence.stages[stage.index].instructions
    )


def adding(evidence: Evidence, stage: Stage) -> tuple[Step, ...]:
    """The instructions of a stage that bring files, with what holds where they stand."""
    return tuple(step for step in _own_steps(evidence, stage) if step.keyword == "COPY")


def _adds_files(evidence: Evidence, env: EnvironmentFacts, stage: Stage, instruction: Instruction) -> bool:
    (step,) = (each for each in _own_steps(evidence, stage) if each.instruction is instruction)
    target = sources(step)[1].rstrip("/") or "/"
    inside = not is_shared(evidence.workdir) and is_below(target, evidence.workdir)
    apart = not any(is_below(target, folder) for folder in env.folders)
    # A stage's files, or another image's, may be uv's; a context is the author's own.
    return inside and apart and instruction.flag("from") is None and not brings_uv(instruction)


def _own_steps(evidence: Evidence, stage: Stage) -> list[Step]:
    """A stage's instructions as they stand behind those of the shared stages."""
    shared = [step for step in evidence.steps if step.stage != evidence.stages[-1].index]
    user, found = shared[-1].user if shared else "", []
    for instruction, values in zip(stage.instructions, stage.environments, strict=True):
        user = instruction.value.strip() if instruction.keyword == "USER" else user
        found.append(Step(instruction, stage.index, values, evidence.workdir, user, None))
    return found


def _target(
    evidence: Evidence,
    stage: Stage,
    env: EnvironmentFacts,
    files: Files | None,
    runs: Sequence[Run],
    notes: Notes,
) -> Target | None:
    if not only_adds(evidence, env, stage):
        return None
    shared = [step for step in evidence.steps if step.stage != evidence.stages[-1].index]
    own = _own_steps(evidence, stage)
    theirs = replace(evidence, steps=(*shared, *own))
    if theirs.starter is None:
        return None
    mine = Notes(notes.choices)
    try:
        start = plan_start(theirs, env, files, mine)
        needs = needs_sync(theirs, env, files, runs, start.calls)
    except Refused:
        return None
    scripts = start.scripts
    if needs or start.sync or scripts.edits or scripts.changes or scripts.copied_uv or scripts.shim:
        return None
    for warning in mine.warnings:
        notes.warn(warning.rule, warning.line, warning.text)
    inside = {step.line for step in own}
    if any(line not in inside for line in start.moved):
        return None  # a start of the shared stage, which the last one may keep
    return Target(stage.index, start.moved, start.removed)


def _others(evidence: Evidence) -> list[Stage]:
    """The stages that stand on one of the last one's and that nothing else stands on."""
    chain = {stage.index for stage in lineage(evidence.stages, evidence.stages[-1])}
    return [
        stage
        for stage in evidence.stages
        if stage.index not in chain
        and chain & {part.index for part in lineage(evidence.stages, stage)}
        and not any(other.parent == stage.index for other in evidence.stages)
    ]


def warn_name(evidence: Evidence, notes: Notes) -> None:
    """Say where a name now means the build stage."""
    last = evidence.stages[-1]
    if len(evidence.stages) == 1 and last.name in _BUILDERS:
        notes.warn(
            "R44",
            last.source.line,
            f"Don't build with `--target {last.name}` any more; it is now the build stage.",
        )
