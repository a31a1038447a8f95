"""The draft with a stage that builds and one that runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from uvdive.dockerfile.steps import Step
from uvdive.rewrite.builder import (
    dependency_layer,
    install_to_prefix,
    keep_host_environment_out,
    link_tools,
    repeated_syncs,
)
from uvdive.rewrite.copies import Copier, CopySet, choose_copies, explain, of_shared, with_owners
from uvdive.rewrite.draft.grounds import Grounds, grounds_of, packages_of
from uvdive.rewrite.draft.sizes import announce, check_base, predicted
from uvdive.rewrite.draft.value import Draft
from uvdive.rewrite.environment import EnvironmentFacts, settled
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.packages import PackagePlan, extra_packages
from uvdive.rewrite.single import leave_whole
from uvdive.rewrite.stages import added_variables, adding, last_environs, lean_targets, only_adds, start_text
from uvdive.rewrite.start import FREE, Start
from uvdive.rewrite.study import Ground, Study
from uvdive.rewrite.text import Parts, note_common, note_left_comments, with_common, write
from uvdive.rewrite.trim import Trim, choose_trim
from uvdive.rewrite.user import choose_user


def divided(study: Study, notes: Notes) -> Draft:
    """Decide on both stages, write them, and predict what comes of them.

    Raises:
        Refused: under these choices there is no safe rewrite.
        UsageError: a choice names a package or path that the original does not have.
    """
    env = settled(study.found, notes)
    if study.undivided is not None:
        raise study.undivided
    changes = keep_host_environment_out(study.evidence, study.files, notes)
    on = grounds_of(study, env, notes)
    packages = packages_of(study, on, notes)
    if on.bases.bare is None and on.start.scripts.kept == FREE and not (packages.edits or packages.without):
        kept, notes = leave_whole(study.evidence, study.files, notes)
        return Draft(notes, kept.writer, kept.prediction, outcome="improved" if kept.changes else "unchanged")
    copier = study.copier(Ground(env, on.bases), packages.others)
    parts = _arranged(study, on, packages, copier, notes)
    trim = _trim(study, on, parts, notes)
    user = choose_user(
        study.evidence, env, study.files, on.bases, on.base, study.outside.composed, copies=parts.copies,
        alone=not parts.targets, notes=notes,
    )  # fmt: skip
    bases = on.bases.without_python(trim.gone)
    parts = with_common(replace(parts, bases=bases, trim=trim.text, user=user))
    note_common(parts, notes)
    explain(
        parts.copies, study.runs, notes, behind=on.start.left_behind(study.evidence.report),
        once=parts.common.lines, bare=on.bases.bare is not None,
    )  # fmt: skip
    announce(study, copier, notes)
    check_base(study, on, notes)
    prediction = predicted(study, on, copier, parts, trim)
    writer = write(parts)
    note_left_comments(writer, notes)
    others = (*changes, *on.start.scripts.changes)
    return Draft(
        notes, writer, prediction, others, on.missing, unseen=packages.hinges, untrimmed=trim.why,
    )  # fmt: skip


def _arranged(study: Study, on: Grounds, packages: PackagePlan, copier: Copier | None, notes: Notes) -> Parts:
    """The parts of both stages' text: what is installed, copied, set and started."""
    evidence, env, files, runs, start = study.evidence, on.env, study.files, study.runs, on.start
    prefix = install_to_prefix(evidence, env, files, runs, notes, taken=on.build.edits, unfit=study.unfit)
    installs = {**on.build.edits, **(prefix.edits if prefix else {})}
    links = link_tools(evidence, env, runs, notes, installs)
    arranged = partial(
        choose_copies, env=env, copier=copier, runs=runs, notes=notes, modules=study.modules, left=on.left,
        unseen=on.unseen or bool(on.at_start.changes), prefix=prefix, links=links, python=on.bases.python_to,
        reader=partial(_reader, study, start),
    )  # fmt: skip
    copies = with_owners(evidence, copier, arranged(evidence))
    environs = last_environs(
        evidence, start, _repeated(study, on, copies), _copied(copies), study.outside.named, notes
    )
    parts = Parts(
        evidence,
        on.bases,
        copies,
        runs,
        packages,
        study.early if on.bases.bare is None else frozenset(),
        start.scripts,
        start.moved,
        environs,
        edits={**start.scripts.edits, **installs, **(links.edits if links else {})},
        layer=dependency_layer(evidence, env, files, runs, notes),
        build_env=on.build.env,
        extra_build=on.sync,
        stop_signal=start.stop_signal,
        folded=repeated_syncs(evidence, runs, notes),
    )
    targets = lean_targets(evidence, env, files, runs, notes, alone=_is_alone(parts, env))
    added = adding(evidence, evidence.stages[-1]) if targets else ()
    removed = start.removed.union(*(target.removed for target in targets))
    return replace(
        parts,
        targets=targets,
        copies=of_shared(evidence, copier, copies, added, arranged),
        env=added_variables(evidence, env, on.base, removed, notes),
        packages=tuple(dict.fromkeys((*on.from_base, *extra_packages(evidence.report, notes)))),
        extra_start=start_text(evidence, on.base, start.outside, notes),
    )


def _repeated(study: Study, on: Grounds, copies: CopySet) -> list[Step]:
    """The original's own steps that stand in the last stage too."""
    again = [run.step for run in study.runs if run.repeats] if on.bases.bare is None else []
    return again + [own.step for own in copies.own]


def _copied(copies: CopySet) -> list[str]:
    """The paths that the last stage copies from the build."""
    links, placed = (link.path for link in copies.links), (to for _, to in copies.placed)
    return [*copies.paths, *copies.late, *links, *placed]


def _trim(study: Study, on: Grounds, parts: Parts, notes: Notes) -> Trim:
    """What stays behind because nothing uses it; nothing where nobody looked, or several targets copy."""
    asked = study.evidence.asked
    uses = asked.uses if asked is not None else None
    if on.env.at_start:
        return Trim(why="the environment is made when a container starts")
    if parts.targets:
        return Trim(why="other targets copy the same, and what they use is not looked into")
    if study.files is None or uses is None:
        return Trim(why="what the code uses cannot be told without the image's contents")
    words, builder = study.texts_of(on.start.moved), on.bases.builder
    base = None if builder is None else study.bases.report(builder)
    return choose_trim(on.env, study.files, on.bases, frozenset(parts.copies.nodes), uses, words, notes, base)


def _reader(study: Study, start: Start, names: Collection[str]) -> str:
    """Who may read files of the project in the new image, as a clause; empty for nobody."""
    if start.scripts.copied_uv is not None:
        return "uv stays in the image and looks for them"
    return study.readers.reader(names, study.texts_of(start.moved))


def _is_alone(parts: Parts, env: EnvironmentFacts) -> bool:
    """Has the new last stage what the stage has that it stands on, and the context's files at most?"""
    scripts, copies = parts.scripts, parts.copies
    more = parts.extra_build or copies.cleared or copies.own or copies.late
    changed = scripts.edits or scripts.changes or scripts.copied_uv or scripts.shim
    return not (more or changed) and only_adds(parts.evidence, env, parts.evidence.stages[-1])
