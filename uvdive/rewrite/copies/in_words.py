"""The decisions that need no choice, in words: copies, users, folders."""

from __future__ import annotations

from collections.abc import Sequence

from uvdive.rewrite.copies.copy_set import CopySet
from uvdive.rewrite.evidence.runs import Run
from uvdive.rewrite.notes import Notes


def explain(copies: CopySet, runs: Sequence[Run], notes: Notes) -> None:
    """Say what is copied, created and repeated, and which paths may therefore differ."""
    if copies.bytecode:
        notes.decide(
            "bytecode-beside",
            "R12",
            None,
            f"Leave {', '.join(copies.bytecode[:3])}{' …' if len(copies.bytecode) > 3 else ''} behind",
            "A RUN left this bytecode beside the source; Python makes it again, where it may write there.",
        )
    notes.decide(
        "copies",
        "R12",
        None,
        f"Copy {', '.join(copies.paths[:4])}{' …' if len(copies.paths) > 4 else ''} from the build stage",
        "These are the paths that the instructions wrote and the app may need, at the same places; "
        "uv and its cache stay behind.",
    )
    for run in runs:
        if run.has("user"):
            notes.decide(
                "users",
                "R28",
                run.step.line,
                "Create the same users again",
                "Files keep their owners by number.",
            )
    for folder in copies.folders:
        notes.decide(
            "folders",
            "R29",
            None,
            "Create folders with their owner and mode first",
            f"COPY would give {folder.path} to root with mode 0755; it is {folder.uid}:{folder.gid} "
            f"{folder.mode:04o}.",
        )
    notes.allowed.owners.update(("uv", "uv-cache"))
