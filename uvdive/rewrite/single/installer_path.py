"""The place on PATH where uv's installer put uv, which goes with it where nothing else lies there (R27)."""

from __future__ import annotations

import posixpath
import re

from uvdive.dockerfile.shell.reading import command_text
from uvdive.rewrite.improve import Work
from uvdive.rewrite.stages.last_variables import INSTALLER_PLACE, in_roots_home, without_installer_place
from uvdive.uv.mentions import names_installer

_DECISION = "installer-path"
_FILLS = re.compile(
    r"\.(?:local|cargo)/bin|--user\b|\b(?:uvx?\s+tool|pipx|rustup|cargo|poetry|pdm)\b"
    r"|(?:curl|wget)[^|;&]{0,2000}+\|\s*+(?:\w+=[^\s|;&]++\s++){0,20}(?:ba)?sh\b"
)
"""What may put other programs there: by its name, or nobody knows what (`curl … | sh`)."""

_UVS = frozenset({"uv", "uvx", "uvw", "env", "env.fish"})


def leave_out_installer_places(work: Work) -> None:
    """Take the place off PATH in each ENV of the stage, where uv's installer alone filled it."""
    runs = [command_text(run.step.instruction) for run in work.runs]
    added = [step.instruction.value for step in work.steps if step.keyword == "ADD"]
    if not any(map(names_installer, [*runs, *added])):
        return
    if any(_FILLS.search(text) for text in runs if not names_installer(text)):
        return
    for step in work.steps:
        if step.keyword != "ENV" or step.line in work.edits.replaced or step.line in work.edits.gone:
            continue
        source = step.instruction.source.rstrip("\r\n") + "\n"
        if not all(_is_uvs(work, found["place"]) for found in INSTALLER_PLACE.finditer(source)):
            continue
        text = without_installer_place(source, step.line, (), work.notes)
        if text == source:
            continue
        if text.strip():
            work.edits.replaced[step.line] = text, _DECISION
        else:
            work.edits.gone.add(step.line)
        work.notes.warnings[:] = [
            each for each in work.notes.warnings if (each.rule, each.line) != ("R27", step.line)
        ]


def _is_uvs(work: Work, place: str) -> bool:
    """Is there nothing but uv in a folder, as far as an image is at hand to tell?"""
    files = work.files
    if files is None:
        return True
    node = files.at(in_roots_home(place))
    names = {posixpath.basename(files.path(child)) for child in files.children(node)} if node else set()
    return names <= _UVS
