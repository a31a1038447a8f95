"""The stage that runs, line by line in its canonical order."""

from __future__ import annotations

from uvdive.dockerfile.steps import Step
from uvdive.dockerfile.syntax import Instruction
from uvdive.rewrite.choices import PACKAGES
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.packages import install
from uvdive.rewrite.start import FREE
from uvdive.rewrite.text.parts import Parts
from uvdive.rewrite.text.runner import MOVED, copies_text, folders, last_of_each, prelude
from uvdive.rewrite.text.writer import Writer, bare

_WHY = {
    "start-scripts": "# A start script calls uv: it finds the environment ready and installs nothing.\n",
    "uv-elsewhere": "# Calls of uv from outside this file find the environment ready and install nothing.\n",
    "free": "# Calls of uv from outside this file install what they are asked for.\n",
}


def write_runner(writer: Writer, parts: Parts, names: tuple[str, str], tail: frozenset[int]) -> None:
    """Write the stage that runs.

    Args:
        writer: the text so far.
        parts: what is in it.
        names: of the stage that it copies from, and its own.
        tail: lines of instructions that stand in no other stage, so that their comments come along.
    """
    evidence = parts.evidence
    _write_runner_from(writer, parts, names[1])
    runs, own = {run.step.line: run for run in parts.runs}, parts.copies.own
    for line in prelude(evidence, runs, parts.os_packages, parts.early, own):
        if line.step is not None and line.step.line in tail:
            for comment in _comments_above(evidence, line.step.line):
                writer.add(comment)
        (writer.add if line.step is not None else writer.own)(line.text, *line.decisions)
    if parts.env:
        pairs = " \\\n    ".join(f"{key}={value}" for key, value in parts.env)
        writer.own(f"ENV {pairs}\n", "environment-variables")
    _write_packages(writer, parts)
    _write_scripts(writer, parts, names[0])
    moved = last_of_each(evidence.steps)
    _write_copies(writer, parts, names[0], moved, tail)
    for step in moved:
        if step.keyword == "CMD" and evidence.last("CMD") is None:
            continue
        here = step.stage == evidence.stages[-1].index
        _write_moved(writer, parts, step, with_comments=here and (step.line in tail or step.keyword in MOVED))
    for text in parts.extra_start:
        writer.own(text, "start-inherited")
    if parts.stop_signal:
        writer.own(parts.stop_signal, "stop-signal")


def _write_copies(writer: Writer, parts: Parts, stage: str, moved: list[Step], tail: frozenset[int]) -> None:
    """What comes from the build stage and by the author's own COPY, whose words are relative to WORKDIR."""
    for step in [step for step in moved if step.keyword == "WORKDIR" and parts.copies.own]:
        _write_moved(writer, parts, step, with_comments=step.line in tail)
        moved.remove(step)
    for line in [*folders(parts.copies), *copies_text(parts.copies, stage)]:
        (writer.add if line.step is not None else writer.own)(line.text, *line.decisions)


def _write_packages(writer: Writer, parts: Parts) -> None:
    """What the final stage installs by name, beside the author's own commands (R36, R46)."""
    report = parts.evidence.report
    for other in parts.os_packages.others:
        writer.add(f"# The OS packages that {other.by} installs by itself.\n")
        writer.own(install(report, other.names), "other-packages")
    writer.add(install(report, parts.packages), PACKAGES)


def _write_runner_from(writer: Writer, parts: Parts, name: str) -> None:
    source = parts.evidence.origin.source
    platform = source.flag("platform")
    flag = f"--platform={platform} " if platform else ""
    image = parts.bases.written or parts.bases.runner
    if parts.bases.builder is None and image == parts.evidence.base:
        image = source.arguments.split()[0]
    writer.own(f"FROM {flag}{image} {writer.keyword('AS')} {name}\n", "runner-base", "python")


def _write_scripts(writer: Writer, parts: Parts, builder: str) -> None:
    """What calls of uv that stay need (R24, R51)."""
    scripts = parts.scripts
    if scripts.copied_uv is not None:
        path = scripts.copied_uv
        writer.add(_WHY["free" if scripts.kept == FREE else scripts.decision])
        writer.own(f"COPY --from={builder} {path} {path}\n", scripts.decision)
        pairs = " \\\n    ".join(f"{name}={value}" for name, value in scripts.kept)
        writer.own(f"ENV {pairs}\n", scripts.decision)
    if scripts.shim is not None:
        writer.add("# Stands in for uv: `uv run X` starts X.\n")
        writer.own(scripts.shim, scripts.decision)


def _write_moved(writer: Writer, parts: Parts, step: Step, *, with_comments: bool) -> None:
    if with_comments:
        for comment in _comments_above(parts.evidence, step.line):
            writer.add(comment)
    if step.keyword == "WORKDIR" and not step.instruction.arguments.lstrip().startswith("/"):
        writer.own(f"WORKDIR {parts.evidence.workdir}\n")
        return
    decisions = ("start-uv-run", "start-runner") if step.line in parts.moved else ()
    writer.add(parts.moved.get(step.line, bare(step.instruction)), *decisions)


def _comments_above(evidence: Evidence, line: int) -> list[str]:
    """The comments between an instruction and the one before, with one blank line in front at most."""
    found: list[str] = []
    for node in reversed([n for n in evidence.dockerfile.nodes if n.line < line]):
        if isinstance(node, Instruction) or node.kind == "directive":
            break
        found.append(node.source)
    found.reverse()
    while len(found) > 1 and not found[0].strip() and not found[1].strip():
        found.pop(0)
    return found
