"""Files that have several stages already: right ones stay, wrong ones are named (R44, R45, R53)."""

from __future__ import annotations

import re

from uvdive.base.paths import raw
from uvdive.dockerfile.shell.reading import command_text
from uvdive.dockerfile.stages import Stage, lineage
from uvdive.image.resolve import resolve
from uvdive.ledger.report import VIRTUAL, ConsoleScript, Environment, ImageReport
from uvdive.rewrite.environment import project_environment, uv_bytes
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.stages.stray_uv import steps_with_uv
from uvdive.uv.images import Reference
from uvdive.uv.mentions import brings_uv, mentions_uv

_NOTES = 64
"""Bytes of what uv leaves in the folders that it makes (.gitignore, CACHEDIR.TAG): no waste."""
_HINT = "Copy only the environment and what the app needs into the last stage."


def uv_in(stages: tuple[Stage, ...], stage: Stage) -> tuple[int, str] | None:
    """Where uv comes into a stage: line and reason; None where nothing in the text brings it."""
    for part in lineage(stages, stage):
        if part.parent is None and Reference.read(part.base).is_uv:
            return part.source.line, f"its base {part.base} holds uv"
        for instruction in part.instructions:
            if brings_uv(instruction):
                return instruction.line, "this instruction puts uv into it"
    return None


def check_multistage(evidence: Evidence, notes: Notes) -> bool:
    """Is there something to rewrite in a file of several stages? False where it is right as it is.

    Raises:
        Refused: R45, what is wrong with it and has to be mended by hand.
    """
    last = evidence.stages[-1]
    found = uv_in(evidence.stages, last)
    stays = found is not None and keeps_uv(last)
    if found is not None and stays:
        notes.warn(
            "R24", found[0], "uv is in the last stage on purpose, for what calls it when the container runs."
        )
    elif found is not None and evidence.report is None and steps_with_uv(evidence):
        return False
    elif found is not None and evidence.report is None and project_environment(evidence) is None:
        raise Refused("R45", f"The last stage still has uv: {found[1]}. {_HINT}", found[0])
    elif found is not None:
        return True
    _check_start(evidence, uv_stays=stays)
    if evidence.report is not None:
        _check_image(evidence, evidence.report, uv_stays=stays)
    return False


def note_stages(evidence: Evidence, notes: Notes) -> None:
    """Say why a file of several stages is rewritten all the same (R53, R45)."""
    last = evidence.stages[-1]
    found = uv_in(evidence.stages, last)
    if len(evidence.stages) == 1 or found is None:
        return
    on_uv = last.parent is not None and found[0] < last.source.line
    rule, what = ("R53", "builds on one that contains uv") if on_uv else ("R45", "still contains uv")
    notes.decide(
        "last-stage",
        rule,
        found[0],
        f"Your final stage {what}; it gets split",
        f"Line {found[0]} brings uv: {found[1]}. The other stages stay as they are.",
    )


def _is_written(evidence: Evidence, name: str) -> bool:
    """Does a RUN of the last stage write the program that is called uv itself (R51)?"""
    pattern = re.compile(rf">\s*[^\s>]*/{re.escape(name.rpartition('/')[2])}(?=\s|$)")
    runs = (i for i in evidence.stages[-1].instructions if i.keyword == "RUN")
    return any(pattern.search(command_text(run)) for run in runs)


def _check_start(evidence: Evidence, *, uv_stays: bool) -> None:
    """A last stage without uv must not start by it (R45)."""
    for keyword in ("ENTRYPOINT", "CMD"):
        step = evidence.last(keyword)
        words = command_text(step.instruction).split() if step is not None else []
        calls = step is not None and not uv_stays and words[:1] and re.search(r"(?:^|/)uvx?$", words[0])
        if step is not None and calls and not _is_written(evidence, words[0]):
            raise Refused(
                "R45",
                f"The {keyword} calls uv, which the last stage does not have. Start the environment's "
                "program itself.",
                step.line,
            )


def keeps_uv(stage: Stage) -> bool:
    """Is uv there on purpose, tied so that it cannot change anything at start (R24)?"""
    tied = all(stage.env.get(name) for name in ("UV_NO_SYNC", "UV_OFFLINE"))
    return tied and not Reference.read(stage.base).is_uv


def _check_image(evidence: Evidence, report: ImageReport, *, uv_stays: bool) -> None:
    from_build = [s for s in evidence.steps if s.keyword == "COPY" and s.instruction.flag("from") is not None]
    for env in report.environments:
        if env.kind not in VIRTUAL:
            continue
        line = next((s.line for s in from_build if env.path in s.instruction.arguments), None)
        if env.interpreter_path is None:
            raise Refused(
                "R45",
                f"{env.interpreter} leads to {env.hops[-1] if env.hops else 'nothing'}, which the final "
                "image does not have: no console script of the environment runs. Build it with the final "
                "image's own Python, or copy the interpreter too.",
                line,
            )
        dead = [script.name for script in env.scripts if _is_dead(report, env, script)]
        if dead:
            raise Refused(
                "R45",
                f"The environment was moved to {env.path}, but its scripts ({', '.join(dead[:3])}) still "
                "name the old place. Copy it to the path that it was made at.",
                line,
            )
    if not uv_stays and uv_bytes(report) > _NOTES:
        line = next((s.line for s in from_build if mentions_uv(s.instruction.arguments)), None)
        raise Refused("R45", f"The final image still holds uv or its cache. {_HINT}", line)


def _is_dead(report: ImageReport, env: Environment, script: ConsoleScript) -> bool:
    """Does a script name another place's Python, which is not there?"""
    if script.interpreter.startswith((f"{env.path}/", "/bin/", "/usr/")):
        return False
    return resolve(report.files, raw(script.interpreter)).node is None


def check_single(evidence: Evidence) -> None:
    """Refuse what no stage may hold (R26)."""
    for step in evidence.steps:
        if step.keyword == "ONBUILD":
            raise Refused(
                "R26",
                "ONBUILD would run in other people's builds, so it cannot be divided. Take it out, or keep "
                "this file as it is.",
                step.line,
            )
