"""A stage that keeps uv, as what starts installs by it: dividing it would save nothing (R24, R42)."""

from __future__ import annotations

from uvdive.rewrite.advice import ADVICE
from uvdive.rewrite.environment import warn_draft
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.improve import Work
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.single.keeping import note_free
from uvdive.rewrite.single.single import Mounted, keep_cache_out


def leave_whole(evidence: Evidence, files: Files | None, found: Notes) -> tuple[Mounted, Notes]:
    """Leave all as it is but uv's cache, and note why.

    Args:
        evidence: the file and its image.
        files: the image's files; None without an image.
        found: what was decided for a divided stage; of that only what keeps uv holds.
    """
    notes = Notes(found.choices)
    note_free(found, notes)
    for advise in ADVICE:
        advise(evidence, files, notes, divided=False)
    if evidence.report is None:
        warn_draft(notes)
    return keep_cache_out(Work(evidence, files, notes)), notes
