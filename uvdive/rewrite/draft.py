"""One draft of the rewrite: all decisions under one set of choices, the text, the prediction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial

from uvdive.ledger.report import ImageReport
from uvdive.rewrite.advice import ADVICE, warn_never_installed
from uvdive.rewrite.builder import (
    AtStart,
    BuildOptions,
    build_options,
    build_sync,
    check_other_stages,
    dependency_layer,
    first_sync,
    full_sync,
    install_project,
    install_to_prefix,
    keep_host_environment_out,
    link_tools,
    repeated_syncs,
    sync_of_other_stages,
    weigh,
)
from uvdive.rewrite.copies import Copier, choose_copies, explain, of_shared, with_owners
from uvdive.rewrite.elsewhere import Outside, commands_outside, serve_outside
from uvdive.rewrite.environment import EnvironmentFacts, settled, warn_draft
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.improve import Improved, Work, improve, note_left_out
from uvdive.rewrite.notes import Notes, Refused
from uvdive.rewrite.packages import extra_packages, plan_packages
from uvdive.rewrite.plan import FileChange, Outcome, Prediction
from uvdive.rewrite.prediction import predict
from uvdive.rewrite.single import check_start, environment_in_place, leave_whole, mount_uv
from uvdive.rewrite.stages import (
    Bases,
    added_variables,
    adding,
    announce_old_base,
    check_interpreter,
    check_single,
    check_versions,
    choose_bases,
    choose_final_base,
    last_environs,
    lean_targets,
    on_base,
    only_adds,
    start_text,
)
from uvdive.rewrite.start import FREE, Start, plan_start, warn_outside_environment
from uvdive.rewrite.study import Ground, Study
from uvdive.rewrite.text import (
    Parts,
    Writer,
    edits_in_place,
    note_common,
    note_left_comments,
    with_common,
    write,
)
from uvdive.rewrite.trim import Trim, choose_trim
from uvdive.rewrite.user import choose_user


@dataclass(frozen=True, slots=True)
class Draft:
    """What one set of choices comes to; ``outcome`` is what a plan of it is called.

    ``changes`` are other files that it changes. ``missing_base`` is the runner's base
    where it is not at hand, so that there is no prediction (R60). ``unseen`` is as in the plan.
    ``untrimmed`` says why nobody looked for what could go (R62); empty where somebody did.
    """

    notes: Notes
    writer: Writer
    prediction: Prediction | None
    changes: tuple[FileChange, ...] = ()
    missing_base: str | None = None
    outcome: Outcome = "rewritten"
    unseen: bool = False
    untrimmed: str = ""


def decide(study: Study, choices: Mapping[str, str]) -> Draft:
    """Make a draft: leave uv out of the last stage where that is all, else divide it.

    Raises:
        Refused: under these choices there is no safe rewrite.
        UsageError: a choice names a package or path that the original does not have.
    """
    if study.with_uv and (lean := _in_place(study, study.notes_in_place.under(choices))) is not None:
        return lean
    return _divided(study, study.notes.under(choices))


def _in_place(study: Study, notes: Notes) -> Draft | None:
    """The draft that only takes uv out of the last stage; None where that stage has to be divided."""
    evidence = study.evidence
    env = settled(study.found, notes)
    start = _start(study, env, notes)
    if start.sync:
        return None
    warn_never_installed(evidence, start, notes)
    _weigh_in_place(study, env, start, notes)
    if start.scripts.copied_uv is None:
        note_left_out(notes, study.with_uv[0].line)
    edits = edits_in_place(evidence, start, env, notes)
    improved = improve(evidence, study.files, notes, lambda: study.outside, without_uv=edits)
    return replace(_improved(improved, notes), changes=tuple(start.scripts.changes))


def finished(
    evidence: Evidence,
    files: Files | None,
    outside: Callable[[], Outside],
    choices: Mapping[str, str],
) -> Draft:
    """The draft of a file whose stages stay as they are; ``unchanged`` where nothing is mended.

    Raises:
        Refused: uv is in the last stage, and its start needs it.
    """
    notes = Notes(choices)
    return _improved(improve(evidence, files, notes, outside), notes)


def mounted(
    evidence: Evidence, files: Files | None, outside: Outside, why: Refused, choices: Mapping[str, str]
) -> Draft:
    """The draft of a file whose only stage stays one, as ``why`` says; uv is mounted for the build (R61).

    Raises:
        Refused: uv has to stay in the image, or cannot be told from the rest.
    """
    notes = Notes(choices)
    check_single(evidence)
    env = environment_in_place(evidence, files, notes)
    start = plan_start(evidence, env, files, notes, commands_outside(outside), is_alone=not outside.slots)
    check_start(evidence, env, start.removed)
    start = serve_outside(outside, evidence, files, start, notes)
    warn_outside_environment(evidence, env, start.removed, notes)
    warn_never_installed(evidence, start, notes)
    work = Work(evidence, files, notes)
    last = build_sync(work.runs)
    line = last.step.line if last is not None else None
    selection = last.selection if last is not None else None
    at_start = weigh(evidence, env, files, start.calls, selection, line, notes)
    sync = full_sync(evidence, env, last, at_start, notes, start.sync)
    for advise in ADVICE:
        advise(evidence, files, notes, divided=False)
    if evidence.report is None:
        warn_draft(notes)
    found = mount_uv(work, env, start, sync, why, outside.programs)
    note_left_comments(found.writer, notes)
    outcome: Outcome = "improved" if found.changes else "unchanged"
    return Draft(notes, found.writer, found.prediction, tuple(start.scripts.changes), outcome=outcome)


def _improved(found: Improved, notes: Notes) -> Draft:
    outcome: Outcome = "improved" if found.changes else "unchanged"
    prediction = found.prediction if found.changes else None
    note_left_comments(found.writer, notes)
    return Draft(notes, found.writer, prediction, found.others, outcome=outcome)


def _divided(study: Study, notes: Notes) -> Draft:
    """The draft with a stage that builds and one that runs."""
    evidence, files, runs = study.evidence, study.files, study.runs
    env = settled(study.found, notes)
    if study.undivided is not None:
        raise study.undivided
    changes = keep_host_environment_out(evidence, files, notes)
    bases = choose_bases(evidence, env, files, notes)
    bases, from_base, brought = choose_final_base(
        evidence, env, bases, study.bases, runs, study.called, notes
    )
    start = _start(study, env, notes)
    if files is None:
        check_start(evidence, env, start.removed)
    warn_never_installed(evidence, start, notes)
    at_start = _weigh(study, env, start, notes)
    build = build_options(evidence, env, files, notes)
    installed, left = install_project(evidence, env, files, start.starts, notes)
    build = build.plus(installed)
    sync = _added_sync(study, env, start, at_start, build, notes)
    base = study.bases.report(bases.runner)
    missing = _missing(evidence, bases.runner, base, notes)
    unseen = env.at_start or at_start.unseen
    planned = plan_packages(
        evidence, runs, base, notes, unseen=unseen, called=study.called,
        minor=env.minor if evidence.report is None else None, used=study.outside.programs,
    )  # fmt: skip
    packages = on_base(planned, evidence, bases, study.bases, start, study.called, runs, notes)
    if bases.bare is None and start.scripts.kept == FREE and not (packages.edits or packages.without):
        kept, notes = leave_whole(evidence, files, notes)
        return Draft(notes, kept.writer, kept.prediction, outcome="improved" if kept.changes else "unchanged")
    copier = study.copier(Ground(env, bases), packages.others)
    prefix = install_to_prefix(evidence, env, files, runs, notes, taken=build.edits, unfit=study.unfit)
    installs = {**build.edits, **(prefix.edits if prefix else {})}
    links = link_tools(evidence, env, runs, notes, installs)
    arranged = partial(
        choose_copies, env=env, copier=copier, runs=runs, notes=notes, modules=study.modules, left=left,
        unseen=unseen or bool(at_start.changes), prefix=prefix, links=links, python=bases.python_to,
        reader=partial(_reader, study, start),
    )  # fmt: skip
    copies = with_owners(evidence, copier, arranged(evidence))
    again = [run.step for run in runs if run.repeats] if bases.bare is None else []
    repeated = again + [own.step for own in copies.own]
    copied = [
        *copies.paths,
        *copies.late,
        *(link.path for link in copies.links),
        *(to for _, to in copies.placed),
    ]
    environs = last_environs(evidence, start, repeated, copied, study.outside.named, notes)
    parts = Parts(
        evidence,
        bases,
        copies,
        runs,
        packages,
        study.early if bases.bare is None else frozenset(),
        start.scripts,
        start.moved,
        environs,
        edits={**start.scripts.edits, **installs, **(links.edits if links else {})},
        layer=dependency_layer(evidence, env, files, runs, notes),
        build_env=build.env,
        extra_build=sync,
        stop_signal=start.stop_signal,
        folded=repeated_syncs(evidence, runs, notes),
    )
    targets = lean_targets(evidence, env, files, runs, notes, alone=_is_alone(parts, env))
    added = adding(evidence, evidence.stages[-1]) if targets else ()
    removed = start.removed.union(*(target.removed for target in targets))
    parts = replace(
        parts,
        targets=targets,
        copies=of_shared(evidence, copier, copies, added, arranged),
        env=added_variables(evidence, env, base, removed, notes),
        packages=tuple(dict.fromkeys((*from_base, *extra_packages(evidence.report, notes)))),
        extra_start=start_text(evidence, base, start.outside, notes),
    )
    trim = _trim(study, env, start, parts, notes)
    user = choose_user(
        evidence, env, files, bases, base, study.outside.composed, copies=parts.copies,
        alone=not targets, notes=notes,
    )  # fmt: skip
    parts = with_common(replace(parts, trim=trim.text, user=user))
    note_common(parts, notes)
    explain(parts.copies, runs, notes, behind=start.left_behind(evidence.report), once=parts.common.lines,
        bare=bases.bare is not None,
    )  # fmt: skip
    _announce(study, copier, notes)
    _check_base(study, env, base, bases, notes)
    prediction = None if env.at_start else _predict(study, copier, parts, build, brought, trim)
    writer = write(parts)
    note_left_comments(writer, notes)
    others = (*changes, *start.scripts.changes)
    return Draft(
        notes, writer, prediction, others, missing, unseen=packages.hinges, untrimmed=trim.why,
    )  # fmt: skip


def _trim(study: Study, env: EnvironmentFacts, start: Start, parts: Parts, notes: Notes) -> Trim:
    """What stays behind because nothing uses it; nothing where nobody looked, or several targets copy."""
    asked = study.evidence.asked
    uses = asked.uses if asked is not None else None
    if env.at_start:
        return Trim(why="the environment is made when a container starts")
    if parts.targets:
        return Trim(why="other targets copy the same, and what they use is not looked into")
    if study.files is None or uses is None:
        return Trim(why="what the code uses cannot be told without the image's contents")
    words, builder = study.texts_of(start.moved), parts.bases.builder
    base = None if builder is None else study.bases.report(builder)
    return choose_trim(env, study.files, parts.bases, frozenset(parts.copies.nodes), uses, words, notes, base)


def _check_base(
    study: Study, env: EnvironmentFacts, base: ImageReport | None, bases: Bases, notes: Notes
) -> None:
    """Refuse a base that does not have the environment's Python (R1, R3)."""
    line = study.evidence.origin.source.line
    check_versions(env, base, bases, notes, line)
    if study.files is not None and base is not None:
        check_interpreter(env, study.files, base, bases, line)


def _start(study: Study, env: EnvironmentFacts, notes: Notes) -> Start:
    """How the new image starts, by itself and from outside."""
    start = plan_start(
        study.evidence, env, study.files, notes, study.commands, is_alone=not study.outside.slots
    )
    start = serve_outside(study.outside, study.evidence, study.files, start, notes)
    warn_outside_environment(study.evidence, env, start.removed, notes)
    return start


def _reader(study: Study, start: Start, names: Collection[str]) -> str:
    """Who may read files of the project in the new image, as a clause; empty for nobody."""
    if start.scripts.copied_uv is not None:
        return "uv stays in the image and looks for them"
    return study.readers.reader(names, study.texts_of(start.moved))


def _missing(evidence: Evidence, runner: str, base: ImageReport | None, notes: Notes) -> str | None:
    """The final image's base where it is not at hand, with a warning; None where it is, or nobody asks."""
    if base is not None or evidence.report is None:
        return None
    notes.warn(
        "R60",
        None,
        f"{runner} is not at hand, so the new size is unknown until it is built or that image is "
        f"pulled (`--pull`, or `docker pull {runner}`).",
    )
    return runner


def _is_alone(parts: Parts, env: EnvironmentFacts) -> bool:
    """Has the new last stage what the stage has that it stands on, and the context's files at most?"""
    scripts, copies = parts.scripts, parts.copies
    more = parts.extra_build or copies.cleared or copies.own or copies.late
    changed = scripts.edits or scripts.changes or scripts.copied_uv or scripts.shim
    return not (more or changed) and only_adds(parts.evidence, env, parts.evidence.stages[-1])


def _weigh(study: Study, env: EnvironmentFacts, start: Start, notes: Notes) -> AtStart:
    """What the start did to the environment, which the build does now (R14)."""
    if env.at_start:
        return AtStart(start.calls)
    last = build_sync(study.runs)
    if last is not None:
        return weigh(study.evidence, env, study.files, start.calls, last.selection, last.step.line, notes)
    return _weigh_in_place(study, env, start, notes, divided=True)


def _weigh_in_place(
    study: Study, env: EnvironmentFacts, start: Start, notes: Notes, *, divided: bool = False
) -> AtStart:
    """The same where no sync of the last stage's own makes the environment."""
    evidence, other = study.evidence, sync_of_other_stages(study.evidence)
    command = evidence.starter
    line = other[0] if other else command.line if command else None
    selection = other[2] if other else None
    found = weigh(
        evidence, env, study.files, start.calls, selection, line, notes, divided=divided and other is None
    )
    check_other_stages(evidence, start.removed, found, divided=divided)
    return found


def _added_sync(
    study: Study, env: EnvironmentFacts, start: Start, at_start: AtStart, build: BuildOptions, notes: Notes
) -> list[str]:
    """The sync that the build stage gets at its end, if any (R13, R14, R15)."""
    evidence = study.evidence
    if env.at_start:
        return first_sync(evidence, env, start.sync, at_start, notes)
    last = build_sync(study.runs)
    return full_sync(evidence, env, last, at_start, notes, start.sync, build.sync, always=build.reinstalls)


def _announce(study: Study, copier: Copier | None, notes: Notes) -> None:
    """The paths that the new image lacks or changes for another base, or because they stay behind."""
    if copier is None:
        return
    notes.allowed.paths.update(copier.left_behind)
    notes.allowed.paths.update(copier.mount_points)
    announce_old_base(study.bases, copier.bases, study.evidence.origin.source.line, notes)


def _predict(
    study: Study,
    copier: Copier | None,
    parts: Parts,
    build: BuildOptions,
    brought: frozenset[str],
    trim: Trim,
) -> Prediction | None:
    if copier is None:
        return None
    base = study.bases.report(parts.bases.runner)
    whole = replace(parts.copies, nodes=[*parts.copies.nodes, *parts.scripts.nodes])
    found = predict(
        copier.files, base, whole, study.runs, copier.provided, parts.os_packages, {*parts.packages, *brought}
    )
    if found is not None and (bare := parts.bases.bare) is not None:
        found = found.less("python", -sum(size for _, size in bare.python))
        found = found.less("base-os", -sum(each.size for each in bare.brought))
    if found is not None and parts.user is not None:
        found = parts.user.predicted(found, copier.files)
    for owner, count in (("venv", build.less_bytes), ("uv", build.less_tools), *trim.saves):
        found = found and found.less(owner, count)
    return found
