"""Which way a draft goes: without uv in the stage as it is, or in two stages."""

from __future__ import annotations

from collections.abc import Mapping

from uvdive.rewrite.draft.divided import divided
from uvdive.rewrite.draft.value import Draft
from uvdive.rewrite.draft.whole import in_place
from uvdive.rewrite.study import Study


def decide(study: Study, choices: Mapping[str, str]) -> Draft:
    """Make a draft: leave uv out of the last stage where that is all, else divide it.

    Raises:
        Refused: under these choices there is no safe rewrite.
        UsageError: a choice names a package or path that the original does not have.
    """
    if study.with_uv and (lean := in_place(study, study.notes_in_place.under(choices))) is not None:
        return lean
    return divided(study, study.notes.under(choices))
