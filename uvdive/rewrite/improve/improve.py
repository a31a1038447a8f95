"""A file that is finished but for details: each is mended where that is safe, else named (R45)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from uvdive.rewrite.elsewhere import Outside
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.improve.build_packages import mend_packages
from uvdive.rewrite.improve.owners import mend_owners
from uvdive.rewrite.improve.start_form import warn_variables
from uvdive.rewrite.improve.stray_uv import leave_uv_out
from uvdive.rewrite.improve.told import tell_findings
from uvdive.rewrite.improve.twice import mend_copies
from uvdive.rewrite.improve.work import Work
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.plan import FileChange, Prediction
from uvdive.rewrite.stages import keeps_uv
from uvdive.rewrite.text import LineEdits, Writer, write_edited


@dataclass(frozen=True, slots=True)
class Improved:
    """The file as it could be: ``writer`` has the new text, the notes what was decided and what is left.

    ``prediction`` is None without an image; ``changes`` says whether anything does, ``others`` are
    files that change with it.
    """

    writer: Writer
    prediction: Prediction | None
    changes: bool
    others: tuple[FileChange, ...] = ()


def improve(
    evidence: Evidence,
    files: Files | None,
    notes: Notes,
    outside: Callable[[], Outside],
    *,
    without_uv: LineEdits | None = None,
) -> Improved:
    """Mend what can be mended, and note what is left.

    Args:
        evidence: the file and its image.
        files: the image's files; None without an image.
        notes: the choices, and what is decided.
        outside: looks for what starts the container from outside the Dockerfile.
        without_uv: the changes that take uv out of the last stage, where those are wanted.

    Raises:
        Refused: uv is in the last stage, and its start needs it.
    """
    work = Work(evidence, files, notes)
    if without_uv is not None:
        work.edits = without_uv
        _save_uv(work, kept=not without_uv.gone)
    elif keeps_uv(evidence.stages[-1]):
        work.mended.update((("uv-in-image", None), ("uv-cache-in-image", None)))
    elif evidence.report is None:
        leave_uv_out(work, outside)
    if not work.edits:
        warn_variables(evidence, notes)
    mend_copies(work)
    mend_owners(work)
    mend_packages(work)
    tell_findings(work)
    edits = work.finish()
    return Improved(write_edited(evidence.dockerfile, edits), _prediction(work), bool(edits), work.others)


def _save_uv(work: Work, *, kept: bool) -> None:
    for owner in work.report.owners if work.report is not None else ():
        if owner.owner in ("uv", "uv-cache") and not kept:
            work.save(owner.owner, owner.bytes)
    work.mended.update((("uv-in-image", None), ("uv-cache-in-image", None)))


def _prediction(work: Work) -> Prediction | None:
    report = work.report
    if report is None:
        return None
    before: Mapping[str, int] = {owner.owner: owner.bytes for owner in report.owners}
    after = {name: max(0, count - work.saved.get(name, 0)) for name, count in before.items()}
    return Prediction(
        before_bytes=report.totals.file_bytes,
        after_bytes=sum(after.values()),
        owners={name: (count, after[name]) for name, count in before.items() if count},
    )
