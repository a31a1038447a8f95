"""Has the build the project and the lock that its syncs look for (R16, R49)?"""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.base.paths import raw, upward
from uvdive.dockerfile.ignore import read_ignored
from uvdive.dockerfile.shell.reading import shell_text
from uvdive.dockerfile.steps import Step
from uvdive.rewrite.evidence.files.context_files import is_copied, sources
from uvdive.rewrite.evidence.steps import Evidence
from uvdive.uv.calls import uv_calls

LOCK = "uv.lock"
PROJECT = "pyproject.toml"
_MOST = 100_000


def lacks(evidence: Evidence, syncs: Sequence[Step], name: str) -> bool:
    """Is there surely no file of that name where some of the build's syncs look for it?

    uv looks in the sync's folder and those above. Where that folder is not known, any such file
    of the context counts. Without a context nothing is known.
    """
    if evidence.context is None:
        return False
    folders = [folder for step in syncs for folder in _folders(step)]
    if None in folders or not folders:
        return not _has_any(evidence, name)
    return not all(_has(evidence, folder, name) for folder in folders if folder is not None)


def _folders(step: Step) -> list[str | None]:
    calls = uv_calls(shell_text(step.instruction), step.workdir)
    return [None] if calls is None else [call.folder for call in calls if call.name == "sync"]


def _has(evidence: Evidence, folder: str, name: str) -> bool:
    places = [f"{above.rstrip('/')}/{name}" for above in upward(folder)]
    return any(is_copied(evidence, path) or _from_elsewhere(evidence, path) for path in places)


def _from_elsewhere(evidence: Evidence, path: str) -> bool:
    """Did a COPY of another stage or image, a heredoc or a download write it, as far as the image tells?"""
    steps = [step for step in evidence.steps if step.keyword in ("COPY", "ADD") and not _of_context(step)]
    if evidence.report is None:
        return any(f"{path}/".startswith(f"{sources(step)[1].rstrip('/')}/") for step in steps)
    table = evidence.report.files
    node = table.find(raw(path))
    layers = {step.layer for step in steps}
    return node is not None and any(table.entry_layer[entry] in layers for entry in table.entries_of(node))


def _of_context(step: Step) -> bool:
    instruction = step.instruction
    return not (instruction.flag("from") or instruction.heredocs or "://" in instruction.value)


def _has_any(evidence: Evidence, name: str) -> bool:
    assert evidence.context is not None
    files = read_ignored(evidence.context).files(evidence.context)
    # Where there are too many files to look at, nothing is said.
    return any(path.rsplit("/", 1)[-1] == name or number > _MOST for number, path in enumerate(files))
