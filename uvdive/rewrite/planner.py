"""The plan: evidence, decisions, text, prediction, in this order, with refusals on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from uvdive.base.errors import UsageError
from uvdive.dockerfile.syntax import parse
from uvdive.image.store import LayerStore
from uvdive.ledger.report import ImageReport
from uvdive.rewrite.additions import add_paths, extra_packages
from uvdive.rewrite.basediff import announce_base_files
from uvdive.rewrite.bases import Bases, check_interpreter, choose_bases
from uvdive.rewrite.compose import Parts, Writer, check_single, write
from uvdive.rewrite.contextfiles import sources, warn_host_environment
from uvdive.rewrite.copyset import Copier, CopySet, static_copy_set
from uvdive.rewrite.difftext import unified_diff
from uvdive.rewrite.environments import uv_bytes
from uvdive.rewrite.explain import explain
from uvdive.rewrite.facts import EnvironmentFacts, find_environment
from uvdive.rewrite.files import Files
from uvdive.rewrite.multistage import brings_uv, check_multistage, note_stages
from uvdive.rewrite.notes import Notes, Refused, options
from uvdive.rewrite.ospackages import plan_packages
from uvdive.rewrite.plan import Allowances, Decision, FileChange, Prediction, Refusal, RewritePlan
from uvdive.rewrite.prediction import predict
from uvdive.rewrite.runs import Run, early_copies, read_runs
from uvdive.rewrite.settings import added_variables, check_inherited, start_text
from uvdive.rewrite.start import Starter
from uvdive.rewrite.staticrules import check_static
from uvdive.rewrite.steps import Evidence, command_text, gather, mentions_uv
from uvdive.rewrite.sync import full_sync
from uvdive.rewrite.system import SystemFacts
from uvdive.rewrite.targets import warn_targets

BaseLookup = Callable[[str], ImageReport | None]
"""The report of an image that is at hand, by its reference; None where it is not (R60)."""

MAX_COPIES = 40


@dataclass(slots=True)
class Draft:
    """One complete run of the planner under one set of choices."""

    notes: Notes
    writer: Writer
    prediction: Prediction | None
    runner: str
    changes: tuple[FileChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Bench:
    """What every draft is made from; ``files`` keeps answers that several drafts need."""

    evidence: Evidence
    lookup: BaseLookup
    files: Files | None


def plan(  # noqa: PLR0913 - the evidence, piece by piece, by name
    text: str,
    report: ImageReport | None,
    lookup: BaseLookup,
    *,
    dockerfile: str = "Dockerfile",
    context: Path | None = None,
    store: LayerStore | None = None,
    system: SystemFacts | None = None,
    choices: Mapping[str, str] | None = None,
) -> RewritePlan:
    """Plan the rewrite of one Dockerfile.

    Args:
        text: the Dockerfile.
        report: the image that was built from it; None plans by the text alone.
        lookup: finds the report of the runner's base.
        dockerfile: its path, for people.
        context: the folder that the build reads, for start scripts.
        store: the contents of the image's files; None where nobody has them.
        system: what the app needs of the operating system, read from those contents.
        choices: the user's, by decision id.

    Raises:
        DockerfileError: the text is no Dockerfile.
        UsageError: a choice names a decision or value that is not offered.
    """
    choices = dict(choices or {})
    evidence_kind = "image" if report is not None else "static"
    base = RewritePlan("unchanged", evidence_kind, dockerfile, text, text, "")  # type: ignore[arg-type]
    notes = Notes(choices)
    syntax = parse(text)
    try:
        evidence = replace(gather(syntax, report, context), store=store, system=system)
        _check_uv(evidence)
        several = len(evidence.stages) > 1
        if (several and not check_multistage(evidence, notes)) or (not several and _is_lean(evidence)):
            return replace(base, warnings=tuple(notes.warnings))
        files = Files(report, evidence.base_layers) if report is not None else None
        bench = Bench(evidence, lookup, files)
        draft = _best(bench, choices)
    except Refused as refused:
        refusal = Refusal(refused.rule, str(refused), refused.line)
        return replace(base, outcome="refused", refusal=refusal, warnings=tuple(notes.warnings))
    _check_choices(choices, draft.notes)
    return _finish(base, draft, bench)


def _check_uv(evidence: Evidence) -> None:
    for stage in evidence.stages:
        if "uv" in re.split(r"[/:@]", stage.base) or any(
            mentions_uv(f"{i.value} {command_text(i)}") for i in stage.instructions
        ):
            return
    raise Refused("R59", "uv plays no part in this Dockerfile, so there is nothing to take out of it.")


def _is_lean(evidence: Evidence) -> bool:
    """A single stage into which uv is only mounted holds nothing to remove."""
    return evidence.report is not None and not uv_bytes(evidence.report)


def _best(bench: Bench, choices: Mapping[str, str]) -> Draft:
    """The draft by the user's choices; where R4 leaves a choice, the smaller of the two."""
    draft = _draft(bench, choices)
    decision = draft.notes.decisions.get("python")
    if decision is None or len(decision.alternatives) < 2 or "python" in choices:
        return draft
    for other in decision.alternatives:
        if other.value == decision.chosen:
            continue
        rival = _draft(bench, {**choices, "python": other.value})
        if (
            draft.prediction
            and rival.prediction
            and rival.prediction.after_bytes < draft.prediction.after_bytes
        ):
            draft = rival
    return draft


def _draft(bench: Bench, choices: Mapping[str, str]) -> Draft:
    evidence, files = bench.evidence, bench.files
    notes = Notes(choices)
    check_single(evidence)
    check_inherited(evidence)
    warn_targets(evidence, notes)
    note_stages(evidence, notes)
    report = evidence.report
    env = find_environment(evidence, bench.files, notes)
    runs = read_runs(evidence)
    early = early_copies(evidence.steps, runs)
    warn_host_environment(evidence, notes)
    bases = choose_bases(evidence, env, bench.files, notes)
    starter = Starter(evidence, env, files, notes)
    moved = starter.start_instructions()
    needs_sync = "uv run" in starter.removed or starter.scripts.copied_uv is not None
    sync = full_sync(evidence, env, runs, notes, starter.sync) if needs_sync else []
    base = bench.lookup(bases.runner)
    if base is None and report is not None:
        notes.warn(
            "R60", None, f"{bases.runner} is not at hand, so the new size is unknown until it is built."
        )
    packages = plan_packages(evidence, runs, base, notes)
    copier = Copier(evidence, files, env, bases, runs, early) if files is not None else None
    copies = add_paths(files, _copies(evidence, env, copier, runs, notes), notes)
    parts = Parts(evidence, bases, copies, runs, packages, early, moved=moved, extra_build=sync)
    parts.edits.update(starter.scripts.edits)
    parts.scripts, parts.stop_signal = starter.scripts, starter.signals.stop_signal
    parts.env = added_variables(evidence, env, base, starter.removed, notes)
    parts.packages = extra_packages(report, notes)
    parts.extra_start = start_text(evidence, base, notes)
    explain(copies, runs, notes)
    if files is not None and base is not None:
        announce_base_files(files, base, evidence.origin.source.line, notes)
    _check_versions(env, base, bases, notes)
    if files is not None and base is not None:
        check_interpreter(env, files, Files(base, len(base.layers)), bases.runner)
    writer = write(parts)
    prediction = None
    if files is not None and copier is not None:
        whole = replace(copies, nodes=[*copies.nodes, *starter.scripts.nodes])
        prediction = predict(files, base, whole, runs, copier.provided, packages, parts.packages)
    return Draft(notes, writer, prediction, bases.runner, tuple(starter.scripts.changes))


def _copies(
    evidence: Evidence,
    env: EnvironmentFacts,
    copier: Copier | None,
    runs: list[Run],
    notes: Notes,
) -> CopySet:
    if copier is None:
        check_static(evidence, runs)
        targets = [
            (sources(step)[1], step.line)
            for step in evidence.steps
            if step.keyword in ("COPY", "ADD") and not brings_uv(step.instruction)
        ]
        return static_copy_set(evidence, env, targets)
    files = copier.files
    whole = copier.copy_set()
    for line, count in copier.deleted().items():
        notes.warn("R34", line, f"This removed {count} files of the base; the new image still has them.")
    project = copier.project_files()
    if not project:
        return whole
    lean = copier.copy_set(project)
    if len(lean.paths) > MAX_COPIES:
        return whole
    names = ", ".join(f"{files.path(n)} ({_size(files, n)} B)" for n in sorted(project, key=files.path))
    decision = Decision(
        "project-files",
        "R12",
        None,
        "Files that only the build needs",
        f"They are: {names}. Keeping them is the only choice that is the same for every program.",
        alternatives=options(keep="copy them with the work directory", leave_out="leave them out"),
    )
    if notes.choose(decision, "keep") == "keep":
        return whole
    notes.paths.update(files.path(node) for node in project)
    return lean


def _size(files: Files, node: int) -> int:
    return sum(files.bytes_by_owner([node]).values())


def _check_versions(env: EnvironmentFacts, base: ImageReport | None, bases: Bases, notes: Notes) -> None:
    if bases.python_from is not None and bases.python_from != bases.python_to:
        notes.paths.update((f"{env.bin}/python", f"{env.path}/pyvenv.cfg", bases.python_from))
    version = base.config.environ.get("PYTHON_VERSION") if base else None
    if version and not version.startswith(f"{env.minor}."):
        raise Refused(
            "R3", f"{bases.runner} has Python {version}, the environment was built for {env.minor}."
        )
    if version and env.version and version != env.version and bases.python_to is None:
        notes.warn("R3", None, f"The environment's Python changes from {env.version} to {version}.")


def _check_choices(choices: Mapping[str, str], notes: Notes) -> None:
    offered = {d.id: [a.value for a in d.alternatives] for d in notes.decisions.values() if d.alternatives}
    for name, value in choices.items():
        if name not in offered:
            names = ", ".join(sorted(offered)) or "none"
            raise UsageError(f"There is no choice “{name}” here.", f"The choices of this rewrite: {names}.")
        if value not in offered[name]:
            raise UsageError(
                f"“{value}” is no value of the choice “{name}”.", f"Its values: {', '.join(offered[name])}."
            )


def _finish(base: RewritePlan, draft: Draft, bench: Bench) -> RewritePlan:
    """Fill in what each alternative would come to, and where in the text each decision is."""
    notes, writer = draft.notes, draft.writer
    chosen = {d.id: d.chosen for d in notes.decisions.values() if d.alternatives}
    decisions = []
    for decision in notes.decisions.values():
        alternatives = []
        for alternative in decision.alternatives:
            same = alternative.value == decision.chosen
            other = draft if same else _draft(bench, {**chosen, decision.id: alternative.value})
            size = other.prediction.after_bytes if other.prediction else None
            alternatives.append(replace(alternative, predicted_bytes=size))
        lines = tuple(sorted(set(writer.lines.get(decision.id, ()))))
        decisions.append(replace(decision, alternatives=tuple(alternatives), new_lines=lines))
    return replace(
        base,
        outcome="rewritten",
        text=writer.text,
        diff=unified_diff(base.original, writer.text, base.dockerfile),
        files=draft.changes,
        decisions=tuple(decisions),
        warnings=tuple(notes.warnings),
        predicted=draft.prediction,
        allowed=Allowances(
            config=tuple(sorted(notes.config)),
            paths=tuple(sorted(notes.paths)),
            owners=tuple(sorted(notes.owners)),
            repaired_start=notes.repaired_start,
            packages=tuple(sorted(notes.packages)),
        ),
    )
