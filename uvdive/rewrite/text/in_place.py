"""A last stage that only needs uv to start by it: uv is left out of it, and all else stays (R45)."""

from __future__ import annotations

import posixpath

from uvdive.dockerfile.shell import command_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.environment import EnvironmentFacts, uv_bytes
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.plan import Prediction
from uvdive.rewrite.start import Start
from uvdive.rewrite.text.writer import Writer, placed, trailing
from uvdive.uv.images import Reference
from uvdive.uv.mentions import brings_uv, mentions_uv


def steps_with_uv(evidence: Evidence) -> tuple[Step, ...]:
    """The COPYs that bring uv, where nothing but the start can want it; empty where something may."""
    last = evidence.stages[-1]
    report = evidence.report
    if len(evidence.stages) == 1 or last.parent is not None or report is None:
        return ()
    if Reference.read(last.base).is_uv:
        return ()
    bring = tuple(step for step in evidence.steps if brings_uv(step.instruction))
    if not bring or not all(_only_uv(step) for step in bring):
        return ()
    others = (step for step in evidence.steps if step.keyword == "RUN" and step not in bring)
    if any(mentions_uv(command_text(step.instruction)) for step in others):
        return ()
    layers = [step.layer for step in bring if step.layer is not None]
    found = sum(report.layers[layer].owners.get("uv", 0) for layer in layers)
    return bring if found == uv_bytes(report) else ()


def _only_uv(step: Step) -> bool:
    """Does the instruction copy uv and nothing else?"""
    words = step.instruction.exec_form or tuple(step.instruction.arguments.split())
    names = {posixpath.basename(word) for word in words[:-1]}
    return step.keyword == "COPY" and bool(names) and names <= {"uv", "uvx"}


def write_in_place(evidence: Evidence, start: Start, env: EnvironmentFacts, notes: Notes) -> Writer:
    """The file without the COPYs of uv, with the new start commands and what they need in ENV (R20)."""
    gone = {step.line for step in steps_with_uv(evidence)}
    starts = {step.line for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK") if (step := evidence.last(name))}
    variables = _variables(evidence, start, env, notes)
    writer = Writer()
    for each in placed(evidence.dockerfile):
        node = each.node
        if node.line in gone:
            continue
        if node.line in starts and variables:
            pairs = " \\\n    ".join(f"{name}={value}" for name, value in variables)
            writer.own(f"ENV {pairs}\n", "environment-variables")
            variables = []
        writer.nodes(each.above)
        decisions = ["start-uv-run"] if node.line in start.moved else []
        writer.add(start.moved.get(node.line, node.source), *decisions)
    writer.nodes(trailing(evidence.dockerfile))
    if start.stop_signal:
        writer.own(start.stop_signal, "stop-signal")
    return writer


def _variables(
    evidence: Evidence, start: Start, env: EnvironmentFacts, notes: Notes
) -> list[tuple[str, str]]:
    assert evidence.report is not None
    environ = evidence.report.config.environ
    if not start.removed or env.system:
        return []
    added = []
    if env.bin not in environ.get("PATH", "").split(":"):
        added.append(("PATH", f"{env.bin}:$PATH"))
    if environ.get("VIRTUAL_ENV") != env.path:
        added.append(("VIRTUAL_ENV", env.path))
    if added:
        notes.decide(
            "environment-variables",
            "R20",
            None,
            f"Set {' and '.join(name for name, _ in added)}",
            "The program and what it starts find the environment through them; uv run is gone.",
        )
        notes.allowed.config.update(f"Env:{name}" for name, _ in added)
    return added


def predict_in_place(evidence: Evidence) -> Prediction | None:
    """The image without uv."""
    report = evidence.report
    if report is None:
        return None
    owners = {owner.owner: owner.bytes for owner in report.owners}
    left = {name: 0 if name in ("uv", "uv-cache") else count for name, count in owners.items()}
    return Prediction(
        before_bytes=report.totals.file_bytes,
        after_bytes=sum(left.values()),
        owners={name: (count, left[name]) for name, count in owners.items() if count},
    )
