"""All advice: what the author should know, whatever is chosen, and no draft changes."""

from __future__ import annotations

from typing import Protocol

from uvdive.rewrite.advice.home_data import warn_cache_mounts, warn_data_of_others, warn_installer_paths
from uvdive.rewrite.advice.missing_sources import warn_missing_sources
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes
from uvdive.rewrite.stages.credentials import warn_credentials


class Advice(Protocol):
    """Looks at the evidence, and at the image's files where there is one, and warns.

    ``divided`` says that the last stage becomes two; else it stays as it is, without uv.
    """

    def __call__(self, evidence: Evidence, files: Files | None, notes: Notes, *, divided: bool) -> None:
        """Warn."""


ADVICE: tuple[Advice, ...] = (
    warn_missing_sources,
    warn_credentials,
    warn_data_of_others,
    warn_cache_mounts,
    warn_installer_paths,
)
"""In the order in which people read it."""
