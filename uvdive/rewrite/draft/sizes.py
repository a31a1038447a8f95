"""What a divided draft comes to in bytes, and what of the original it announces to lack."""

from __future__ import annotations

from dataclasses import replace

from uvdive.rewrite.copies import Copier
from uvdive.rewrite.draft.grounds import Grounds
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.plan import Prediction
from uvdive.rewrite.prediction import predict
from uvdive.rewrite.stages import announce_old_base, check_interpreter, check_versions
from uvdive.rewrite.study import Study
from uvdive.rewrite.text import Parts
from uvdive.rewrite.trim import Trim


def announce(study: Study, copier: Copier | None, notes: Notes) -> None:
    """The paths that the new image lacks or changes for another base, or because they stay behind."""
    if copier is None:
        return
    notes.allowed.paths.update(copier.left_behind)
    notes.allowed.paths.update(copier.mount_points)
    announce_old_base(study.bases, copier.bases, study.evidence.origin.source.line, notes)


def check_base(study: Study, on: Grounds, notes: Notes) -> None:
    """Refuse a base that does not have the environment's Python (R1, R3)."""
    line = study.evidence.origin.source.line
    check_versions(on.env, on.base, on.bases, notes, line)
    if study.files is not None and on.base is not None:
        check_interpreter(on.env, study.files, on.base, on.bases, line)


def predicted(
    study: Study, on: Grounds, copier: Copier | None, parts: Parts, trim: Trim
) -> Prediction | None:
    """The new image's bytes by owner; None where nobody can tell."""
    if on.env.at_start or copier is None:
        return None
    whole = replace(parts.copies, nodes=[*parts.copies.nodes, *parts.scripts.nodes])
    found = predict(
        copier.files, on.base, whole, study.runs, copier.provided, parts.os_packages,
        {*parts.packages, *on.brought},
    )  # fmt: skip
    if found is not None and (bare := on.bases.bare) is not None:
        found = found.less("python", -sum(size for _, size in bare.python))
        found = found.less("base-os", -sum(each.size for each in bare.brought))
    if found is not None and parts.user is not None:
        found = parts.user.predicted(found, copier.files)
    for owner, count in (("venv", on.build.less_bytes), ("uv", on.build.less_tools), *trim.saves):
        found = found and found.less(owner, count)
    return found
