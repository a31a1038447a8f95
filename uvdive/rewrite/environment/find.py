"""The environment of the app, by the image where there is one, else by the text."""

from __future__ import annotations

from uvdive.rewrite.environment.by_text import environment_by_text, folders_by_text
from uvdive.rewrite.environment.facts import EnvironmentFacts
from uvdive.rewrite.environment.which import Found, choose_environment
from uvdive.rewrite.evidence.files.image_files import Files
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.rewrite.notes import Notes, Refused


def find_environment(evidence: Evidence, files: Files | None, notes: Notes) -> Found | EnvironmentFacts:
    """The environment of the app, as far as no choice decides; a folder of `--target` is known by the text.

    Raises:
        Refused: there is none (R7, R10, R15), or more than one and nobody knows which (R9).
    """
    if evidence.report is None or files is None:
        return environment_by_text(evidence, notes)
    try:
        return choose_environment(evidence, files)
    except Refused as refused:
        found = folders_by_text(evidence, notes) if refused.rule == "R10" else None
        if found is None or any(files.at(folder) is None for folder in found.folders):
            raise
        return found
